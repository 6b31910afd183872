import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AttemptEntry, type DecisionEntry, readEntry, rowsOf } from '../../../src/record/entry.ts'

function attempt(rest: Partial<AttemptEntry> = {}): AttemptEntry {
  return {
    model: 'openai/gpt-5-mini',
    provider: 'openai',
    startedAt: 1_000,
    outcome: 'succeeded',
    failureCode: null,
    ttftMs: 300,
    latencyMs: 900,
    inputTokens: 100,
    cachedInputTokens: 40,
    outputTokens: 20,
    reasoningTokens: 5,
    usageEstimated: false,
    costMicroUsd: 65,
    ...rest,
  }
}

function entry(rest: Partial<DecisionEntry> = {}): DecisionEntry {
  return {
    version: 1,
    type: 'decision',
    id: 'dec_1',
    tenantId: 'ten_1',
    keyId: 'key_1',
    requestId: 'req_1',
    createdAt: 1_000,
    requestedModel: 'auto',
    model: 'openai/gpt-5-mini',
    provider: 'openai',
    reason: 'cost_optimal',
    taskType: 'chat',
    tier: 'SIMPLE',
    language: 'en',
    status: 'succeeded',
    failureCode: null,
    streamed: true,
    simulated: false,
    bestMicroUsd: 900,
    latencyMs: 950,
    trial: null,
    detail: '{}',
    attempts: [attempt()],
    ...rest,
  }
}

describe('readEntry', () => {
  it('reads what was sent through JSON', () => {
    expect(readEntry(JSON.parse(JSON.stringify(entry())))).toEqual(entry())
  })

  it.each([
    ['another version', { ...entry(), version: 2 }],
    ['another type', { ...entry(), type: 'feedback' }],
    ['a missing field', { ...entry(), tenantId: undefined }],
    ['a running attempt', { ...entry(), attempts: [{ ...attempt(), outcome: 'running' }] }],
    ['a negative cost', entry({ attempts: [attempt({ costMicroUsd: -1 })] })],
    ['part of a micro-USD', entry({ attempts: [attempt({ costMicroUsd: 0.5 })] })],
    ['an unknown status', { ...entry(), status: 'done' }],
    ['text', JSON.stringify(entry())],
    ['nothing', null],
    ['a list', [entry()]],
  ])('is null for %s', (_name, message) => {
    expect(readEntry(message)).toBeNull()
  })

  it('passes over fields of later versions', () => {
    expect(readEntry({ ...entry(), colour: 'blue' })).toEqual(entry())
  })
})

describe('rowsOf', () => {
  it('gives a row for each decision and each attempt, numbered from one', () => {
    const { decisions, attempts } = rowsOf([
      entry({ attempts: [attempt({ outcome: 'failed', costMicroUsd: 0 }), attempt()] }),
      entry({ id: 'dec_2', tenantId: 'ten_2' }),
    ])
    expect(decisions).toMatchObject([
      { id: 'dec_1', attemptCount: 2 },
      { id: 'dec_2', attemptCount: 1 },
    ])
    expect(attempts.map(({ decisionId, tenantId, number }) => [decisionId, tenantId, number])).toEqual([
      ['dec_1', 'ten_1', 1],
      ['dec_1', 'ten_1', 2],
      ['dec_2', 'ten_2', 1],
    ])
    expect(decisions[0]).not.toHaveProperty('attempts')
  })

  it('sums the attempts, so that no token and no micro-USD is lost or counted twice', () => {
    const amount = fc.nat(1_000_000)
    const attempts = fc.array(fc.record({ inputTokens: amount, outputTokens: amount, costMicroUsd: amount }))
    fc.assert(
      fc.property(fc.array(attempts), (decisions) => {
        const rows = rowsOf(decisions.map((tried) => entry({ attempts: tried.map(attempt) })))
        for (const field of ['inputTokens', 'outputTokens', 'costMicroUsd'] as const) {
          const total = (list: readonly Record<typeof field, number | null>[]) =>
            list.reduce((sum, row) => sum + (row[field] ?? NaN), 0)
          expect(total(rows.decisions)).toBe(total(decisions.flat()))
          expect(total(rows.attempts)).toBe(total(decisions.flat()))
        }
      }),
    )
  })

  it('knows no cost when that of one attempt is unknown, and none without attempts', () => {
    const unknown = entry({ attempts: [attempt(), attempt({ costMicroUsd: null })] })
    const decided = entry({ status: 'decided', attempts: [] })
    expect(rowsOf([unknown, decided]).decisions).toMatchObject([
      { costMicroUsd: null, inputTokens: 200 },
      { costMicroUsd: 0, inputTokens: 0, attemptCount: 0 },
    ])
  })
})
