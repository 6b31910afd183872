import type { AttemptEntry, DecisionEntry } from '../../src/record/entry.ts'

let made = 0

/** A history entry as the queue carries it, of a fresh id; what a test is about is given. */
export function decisionEntry(fields: Partial<DecisionEntry> & { tenantId: string }): DecisionEntry {
  const createdAt = fields.createdAt ?? 1_800_000_000_000
  return {
    version: 1,
    type: 'decision',
    id: `dec_${String(++made).padStart(26, '0')}`,
    keyId: 'key_1',
    requestId: 'req_1',
    createdAt,
    requestedModel: 'auto',
    model: 'openai/gpt-4.1-mini',
    provider: 'openai',
    reason: 'cost_optimal',
    taskType: 'chat',
    tier: 'SIMPLE',
    language: 'en',
    status: 'succeeded',
    failureCode: null,
    streamed: false,
    simulated: false,
    bestMicroUsd: 9_000,
    latencyMs: 900,
    detail: '{}',
    trial: null,
    attempts: [attemptEntry({ startedAt: createdAt })],
    ...fields,
  }
}

export function attemptEntry(fields: Partial<AttemptEntry>): AttemptEntry {
  return {
    model: 'openai/gpt-4.1-mini',
    provider: 'openai',
    startedAt: 1_800_000_000_000,
    outcome: 'succeeded',
    failureCode: null,
    ttftMs: 300,
    latencyMs: 800,
    inputTokens: 100,
    cachedInputTokens: 10,
    outputTokens: 20,
    reasoningTokens: 5,
    usageEstimated: false,
    costMicroUsd: 70,
    ...fields,
  }
}
