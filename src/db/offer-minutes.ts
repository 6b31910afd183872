import { insertRows } from './insert-rows.ts'
import { offerMinutes } from './schema.ts'

/** What the calls to one model at one host came to within a minute, in one region. */
export type OfferMinuteRow = typeof offerMinutes.$inferSelect

/** Writes minutes in one transaction. One that is told again replaces itself. */
export async function upsertOfferMinutes(
  database: D1Database,
  rows: readonly OfferMinuteRow[],
): Promise<void> {
  if (rows.length > 0) await database.batch(insertRows(database, offerMinutes, rows, 'replace'))
}

/** Deletes at most `limit` rows of minutes before `before` (Unix ms). @returns whether there may be more */
export async function deleteOldMinutes(
  database: D1Database,
  { before, limit }: { before: number; limit: number },
): Promise<boolean> {
  const old = 'select minute, region, host, model from offer_minutes where minute < ? limit ?'
  const { meta } = await database
    .prepare(`delete from offer_minutes where (minute, region, host, model) in (${old})`)
    .bind(before, limit)
    .run()
  return meta.changes === limit
}
