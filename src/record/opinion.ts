import * as z from 'zod'
import type { DecisionRow } from '../db/decisions.ts'
import type { FeedbackRow } from '../db/feedback.ts'

/**
 * What the queue carries of an answer that nobody was asked about: how good it was (0..1), by what was seen of its
 * caller. `createdAt` in Unix ms.
 */
const opinionEntry = z.object({
  version: z.literal(1),
  type: z.literal('opinion'),
  tenantId: z.string(),
  decisionId: z.string(),
  /** Whether the same was asked again. */
  source: z.literal('re-ask'),
  score: z.number().min(0).max(1),
  createdAt: z.int(),
})
export type OpinionEntry = z.infer<typeof opinionEntry>

/** Reads a queue message; null when it is no opinion of a version we know. */
export function readOpinion(message: unknown): OpinionEntry | null {
  return opinionEntry.safeParse(message).data ?? null
}

/** What somebody says of the answer that a decision brought. */
export type Opinion = Pick<
  FeedbackRow,
  'source' | 'idempotencyKey' | 'score' | 'verdict' | 'comment' | 'createdAt'
>

/** An opinion with what it is an opinion of. */
export function feedbackRow(decision: DecisionRow, opinion: Opinion): FeedbackRow {
  const { tenantId, id: decisionId, model, provider, taskType, detail } = decision
  const expected = expectedIn(detail, model, provider)
  return { tenantId, decisionId, model, taskType, ...expected, ...opinion }
}

const told = z.object({
  candidates: z.array(
    z.object({
      model: z.string(),
      provider: z.string(),
      predicted: z.object({ prior_quality: z.number() }).optional(),
    }),
  ),
  collaboration_outcome: z
    .object({
      pattern: z.string(),
      parts: z.array(z.object({ outcome: z.string(), confidence: z.number().optional() })),
    })
    .optional(),
})

/**
 * What a decision expected of the answer. `predicted`: the quality expected of the model before anything was known of
 * feedback; null where it was not weighed, and where several models made the answer, which says little of any one of
 * them. `confidence`: of the cascade that kept it.
 */
function expectedIn(
  detail: string,
  model: string,
  provider: string,
): Pick<FeedbackRow, 'predicted' | 'confidence'> {
  const read = told.safeParse(JSON.parse(detail)).data
  const outcome = read?.collaboration_outcome
  if (outcome) {
    const kept = outcome.pattern === 'cascade' ? outcome.parts.find((part) => part.outcome === 'kept') : null
    return { predicted: null, confidence: kept?.confidence ?? null }
  }
  const answered = read?.candidates.find(
    (candidate) => candidate.model === model && candidate.provider === provider,
  )
  return { predicted: answered?.predicted?.prior_quality ?? null, confidence: null }
}
