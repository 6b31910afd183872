import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../../src/core/chat.ts'
import { type EmbedIo, executeEmbedding } from '../../../src/execute/embed.ts'
import { localHost } from '../../../src/providers/hosts.ts'
import type { EmbeddingModel } from '../../../src/route/embeddings/model.ts'
import type { Outcome } from '../../../src/core/live.ts'

const SOURCE = { url: 'https://acme.example', date: '2026-11-23' }
const offers = ['one', 'two', 'three'].map((host) => ({
  host,
  hostModelId: 'v1',
  price: { input: 1_000_000, output: 0, source: SOURCE },
}))
const [first, ...others] = offers

const MODEL: EmbeddingModel = {
  id: 'acme/vectors',
  name: 'Vectors',
  released: '2026-01-01',
  aliases: [],
  tokenFamily: 'other',
  openWeights: false,
  dimensions: 2,
  maxDimensions: null,
  maxInputTokens: 512,
  source: SOURCE,
  offers,
}

type Answer = () => Response | Promise<Response>

/** Runs a request at hosts that give these answers; the others are not there. */
async function run(answers: Record<string, Answer>, signal = new AbortController().signal) {
  const begun: string[] = []
  const reports: [string, Outcome][] = []
  let clock = 1_000
  const io: EmbedIo = {
    async fetch(input) {
      const { hostname } = new URL(new Request(input).url)
      signal.throwIfAborted()
      const answer = answers[hostname]
      if (!answer) throw new TypeError(`no such host: ${hostname}`)
      return answer()
    },
    now: () => clock++,
    signal,
    timeouts: { connectMs: 1_000, ttftMs: 1_000, idleMs: 1_000, totalMs: 1_000 },
    routeTo(id) {
      const baseUrl = `http://${id}`
      return { access: { host: localHost(id, baseUrl), baseUrl, apiKey: 'sk-test' }, simulated: false }
    },
    began: (key) => begun.push(key),
    ended: (key, { outcome }) => {
      if (outcome) reports.push([key, outcome])
    },
    estimateTokens: () => 50,
  }
  if (!first) throw new Error('No offers')
  const plan = { model: MODEL, offers: [first, ...others] as const, excluded: [] }
  const inputs = { kind: 'texts', texts: ['Hello'] } as const
  const execution = await executeEmbedding(plan, { inputs, encoding: 'float', user: 'u', extra: {} }, io)
  return { execution, reports }
}

const good = (usage?: object) => () => Response.json({ data: [{ embedding: [1, 0] }], usage })
const refusing = (status: number, message: string) => () => Response.json({ error: { message } }, { status })

describe('executeEmbedding', () => {
  it('pays for what the host counted, and says what it did not get', async () => {
    const { execution, reports } = await run({ one: good({ prompt_tokens: 3 }) })
    expect(execution).toMatchObject({
      kind: 'answered',
      vectors: [[1, 0]],
      reason: 'pinned_by_request',
      attempts: [
        {
          modelId: 'acme/vectors',
          host: 'one',
          outcome: 'succeeded',
          dropped: ['user'],
          usage: { inputTokens: 3, outputTokens: 0 },
          usageEstimated: false,
          costMicroUsd: 3,
        },
      ],
    })
    expect(reports).toEqual([['one/acme/vectors', { ok: true }]])
  })

  it('pays for an estimate where the host counts nothing', async () => {
    const { execution } = await run({ one: good() })
    expect(execution.attempts).toMatchObject([{ usageEstimated: true, costMicroUsd: 50 }])
  })

  it.each([
    ['fallback_error', 500, 'Broken', 'provider_failed'],
    ['fallback_error', 401, 'Who are you', 'provider_auth'],
    ['fallback_rate_limit', 429, 'Slow down', 'rate_limited'],
  ] as const)('goes on to the next host: %s after %i', async (reason, status, words, code) => {
    const { execution, reports } = await run({ one: refusing(status, words), two: good() })
    expect(execution).toMatchObject({
      kind: 'answered',
      reason,
      attempts: [{ outcome: 'failed', failure: { code }, costMicroUsd: 0, usage: null }, { host: 'two' }],
    })
    expect(reports).toMatchObject([
      ['one/acme/vectors', { ok: false, code }],
      ['two/acme/vectors', { ok: true }],
    ])
  })

  it.each<[FailureCode, number, string]>([
    ['provider_rejected', 400, 'Too odd'],
    ['context_window', 400, 'maximum context length is 512 tokens'],
    ['content_policy', 400, 'content policy violation'],
  ])('does not ask the same of the same model elsewhere: %s', async (code, status, words) => {
    const { execution } = await run({ one: refusing(status, words), two: good() })
    expect(execution).toMatchObject({ kind: 'failed', failure: { code }, attempts: [{ host: 'one' }] })
    expect(execution.attempts).toHaveLength(1)
  })

  it('tells the last failure when nobody is left', async () => {
    const { execution } = await run({ three: refusing(503, 'Full') })
    expect(execution).toMatchObject({ kind: 'failed', failure: { message: 'Full' } })
    expect(execution.attempts.map(({ host }) => host)).toEqual(['one', 'two', 'three'])
  })

  it('ends when the caller hangs up, and says nothing of the host', async () => {
    const { execution, reports } = await run({ one: good() }, AbortSignal.abort())
    expect(execution).toMatchObject({
      kind: 'cancelled',
      attempts: [{ outcome: 'cancelled', usageEstimated: true, costMicroUsd: 50 }],
    })
    expect(reports).toEqual([])
  })
})
