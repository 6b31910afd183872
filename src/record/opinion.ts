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
  const predicted = predictedIn(detail, model, provider)
  return { tenantId, decisionId, model, taskType, predicted, ...opinion }
}

const predictions = z.object({
  collaboration_outcome: z.undefined().optional(),
  candidates: z.array(
    z.object({
      model: z.string(),
      provider: z.string(),
      predicted: z.object({ prior_quality: z.number() }).optional(),
    }),
  ),
})

/**
 * The quality that a decision expected of a model before it knew of any feedback; null where it was not weighed, and
 * where several models made the answer, which says little of any one of them.
 */
function predictedIn(detail: string, model: string, provider: string): number | null {
  const candidates = predictions.safeParse(JSON.parse(detail)).data?.candidates
  const answered = candidates?.find(
    (candidate) => candidate.model === model && candidate.provider === provider,
  )
  return answered?.predicted?.prior_quality ?? null
}
