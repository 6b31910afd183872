import { log } from '../core/log.ts'
import { openDb } from '../db/database.ts'
import { findDecision, insertDecisions } from '../db/decisions.ts'
import { upsertFeedback } from '../db/feedback.ts'
import { upsertOfferMinutes } from '../db/offer-minutes.ts'
import { type DecisionEntry, readEntry, rowsOf } from './entry.ts'
import { type MinuteEntry, minuteRows, readMinute } from './minute.ts'
import { feedbackRow, type OpinionEntry, readOpinion } from './opinion.ts'

/**
 * Writes a batch of queue messages to D1: all decisions in one transaction, or none; then minutes of live figures, and
 * opinions of decisions. A message that is no entry of ours is logged and dropped, since no retry would mend it; when D1
 * fails every message is tried again.
 */
export async function consumeBatch(batch: MessageBatch, database: D1Database): Promise<void> {
  const entries: DecisionEntry[] = []
  const minutes: MinuteEntry[] = []
  const opinions: OpinionEntry[] = []
  for (const message of batch.messages) {
    const entry = readEntry(message.body)
    const minute = readMinute(message.body)
    const opinion = readOpinion(message.body)
    if (entry) entries.push(entry)
    else if (minute) minutes.push(minute)
    else if (opinion) opinions.push(opinion)
    else log('error', { message: 'Dropped an unreadable history entry', id: message.id })
  }
  if (entries.length > 0) await insertDecisions(database, rowsOf(entries))
  if (minutes.length > 0) await upsertOfferMinutes(database, minuteRows(minutes))
  for (const opinion of opinions) await writeOpinion(database, opinion)
  batch.ackAll()
}

/** An opinion of a decision that was not recorded is worth nothing. */
async function writeOpinion(database: D1Database, opinion: OpinionEntry): Promise<void> {
  const db = openDb(database)
  const { tenantId, decisionId, source, score, createdAt } = opinion
  const decision = await findDecision(db, { tenantId, id: decisionId })
  if (!decision) return
  const said = { source, score, createdAt, idempotencyKey: null, verdict: null, comment: null }
  await upsertFeedback(db, feedbackRow(decision, said))
}
