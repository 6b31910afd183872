import * as z from 'zod'
import type { TrialRow } from '../db/config-trials.ts'
import type { AttemptRow, DecisionRow } from '../db/decisions.ts'

const count = z.int().nonnegative()

const attemptEntry = z.object({
  model: z.string(),
  provider: z.string(),
  startedAt: z.int(),
  outcome: z.enum(['succeeded', 'failed', 'cancelled']),
  failureCode: z.string().nullable(),
  ttftMs: count.nullable(),
  latencyMs: count,
  inputTokens: count,
  cachedInputTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  usageEstimated: z.boolean(),
  costMicroUsd: count.nullable(),
})

/** Which version of a configuration a decision goes by while another, the candidate, is tried; money as predicted. */
const trialEntry = z.object({
  candidate: count,
  version: count,
  microUsd: count.nullable(),
  /** Whether the candidate would have chosen the same; null where it was not asked, or found nobody. */
  agrees: z.boolean().nullable(),
  shadowMicroUsd: count.nullable(),
  shadowError: z.string().nullable(),
})

/**
 * What the queue carries: one decision and what became of it. Entries outlive deploys, so they carry a version and
 * are parsed when read. Times in Unix ms, money in micro-USD; `detail` is the JSON text that the API answers with.
 */
const decisionEntry = z.object({
  version: z.literal(1),
  type: z.literal('decision'),
  id: z.string(),
  tenantId: z.string(),
  keyId: z.string(),
  requestId: z.string(),
  createdAt: z.int(),
  requestedModel: z.string(),
  model: z.string(),
  provider: z.string(),
  reason: z.string(),
  taskType: z.string(),
  tier: z.string(),
  language: z.string(),
  /** `decided`: only a decision was asked for. */
  status: z.enum(['decided', 'succeeded', 'failed', 'cancelled']),
  failureCode: z.string().nullable(),
  streamed: z.boolean(),
  simulated: z.boolean(),
  bestMicroUsd: count.nullable(),
  latencyMs: count,
  detail: z.string(),
  /** Null while no other version is tried. */
  trial: trialEntry.nullable().default(null),
  attempts: z.array(attemptEntry),
})

export type DecisionEntry = z.infer<typeof decisionEntry>
/** One attempt within an entry. */
export type AttemptEntry = DecisionEntry['attempts'][number]

/** Reads a queue message; null when it is not an entry of a version we know. */
export function readEntry(message: unknown): DecisionEntry | null {
  return decisionEntry.safeParse(message).data ?? null
}

/** The rows that entries become. Each token and each micro-USD stands in exactly one attempt row. */
export function rowsOf(entries: readonly DecisionEntry[]): {
  decisions: DecisionRow[]
  attempts: AttemptRow[]
  trials: TrialRow[]
} {
  return {
    decisions: entries.map(({ version: _version, type: _type, trial: _trial, attempts, ...entry }) => ({
      ...entry,
      attemptCount: attempts.length,
      inputTokens: sum(attempts, (attempt) => attempt.inputTokens),
      outputTokens: sum(attempts, (attempt) => attempt.outputTokens),
      costMicroUsd: attempts.some((attempt) => attempt.costMicroUsd === null)
        ? null
        : sum(attempts, (attempt) => attempt.costMicroUsd ?? 0),
    })),
    attempts: entries.flatMap(({ id, tenantId, attempts }) =>
      attempts.map((attempt, index) => ({ ...attempt, decisionId: id, number: index + 1, tenantId })),
    ),
    trials: entries.flatMap(({ id, tenantId, trial }) =>
      trial ? [{ ...trial, decisionId: id, tenantId }] : [],
    ),
  }
}

function sum(attempts: readonly AttemptEntry[], field: (attempt: AttemptEntry) => number): number {
  return attempts.reduce((total, attempt) => total + field(attempt), 0)
}
