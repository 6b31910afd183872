import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { type Db, openDb } from '../../db/database.ts'
import type { DecisionRow } from '../../db/decisions.ts'
import { type FeedbackRow, findFeedback, upsertFeedback } from '../../db/feedback.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { feedbackRow } from '../../record/opinion.ts'
import type { AppEnv } from '../context.ts'
import { awaitDecision } from '../find-decision.ts'
import { readJsonBody } from '../read-body.ts'

const MAX_COMMENT_CHARS = 4_000
const MAX_ID_CHARS = 128

const id = z.string().min(1).max(MAX_ID_CHARS)

export const feedbackBody = z.object({
  decision_id: id.optional(),
  request_id: id.optional(),
  /** How good the answer was. */
  score: z.number().min(0).max(1),
  /** Whether the right model was asked. */
  verdict: z.enum(['good_fit', 'underpowered', 'overprovisioned', 'failed']).optional(),
  comment: z.string().max(MAX_COMMENT_CHARS).optional(),
  /** Who says so: one opinion per source counts. */
  source: z.string().max(64).default('api'),
})
type FeedbackBody = z.infer<typeof feedbackBody>

/** What callers say of answers. Equal `Idempotency-Key`s count once; without one, the last word of a source counts. */
export const feedbackRoutes = new Hono<AppEnv>().post('/feedback', async (c) => {
  const body = checked(feedbackBody, await readJsonBody(c.req.raw))
  const { tenantId } = c.var.caller
  const db = openDb(c.env.DB)
  const decision = await decisionOf(db, tenantId, body)
  const idempotencyKey = keyIn(c.req.header('idempotency-key'))
  const row = rowOf(decision, body, idempotencyKey)
  const known = idempotencyKey === null ? null : await findFeedback(db, { tenantId, idempotencyKey })
  if (known && !isSame(known, row)) {
    throw new AppError('invalid_request', 'This Idempotency-Key was used for other feedback', {
      param: 'Idempotency-Key',
    })
  }
  if (!known) await upsertFeedback(db, row)
  return c.json(bodyOf(known ?? row))
})

/** @throws AppError `not_found`, or `invalid_request` when neither id, or both, are named */
async function decisionOf(db: Db, tenantId: string, body: FeedbackBody): Promise<DecisionRow> {
  const { decision_id: decisionId, request_id: requestId } = body
  if (decisionId !== undefined && requestId === undefined) {
    return awaitDecision(db, { tenantId, decisionId })
  }
  if (requestId !== undefined && decisionId === undefined) return awaitDecision(db, { tenantId, requestId })
  throw new AppError('invalid_request', "Invalid 'decision_id': name either it or request_id", {
    param: 'decision_id',
  })
}

function keyIn(header: string | undefined): string | null {
  if (header === undefined || header === '') return null
  if (header.length <= MAX_ID_CHARS) return header
  throw new AppError('invalid_request', `An Idempotency-Key has up to ${MAX_ID_CHARS} characters`, {
    param: 'Idempotency-Key',
  })
}

function rowOf(decision: DecisionRow, body: FeedbackBody, idempotencyKey: string | null): FeedbackRow {
  const { source, score, verdict = null, comment = null } = body
  return feedbackRow(decision, { source, idempotencyKey, score, verdict, comment, createdAt: Date.now() })
}

function isSame(known: FeedbackRow, row: FeedbackRow): boolean {
  return known.decisionId === row.decisionId && known.source === row.source && known.score === row.score
}

function bodyOf(row: FeedbackRow) {
  return {
    object: 'feedback',
    decision_id: row.decisionId,
    model: row.model,
    score: row.score,
    verdict: row.verdict,
    comment: row.comment,
    source: row.source,
    created: Math.floor(row.createdAt / 1_000),
  }
}
