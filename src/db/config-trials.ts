import { and, eq, gte, sql } from 'drizzle-orm'
import type { Db } from './database.ts'
import { decisions } from './schema.ts'
import { configTrials } from './tenancy-schema.ts'

/** A decision made while another version of the configuration was tried. */
export type TrialRow = typeof configTrials.$inferSelect

/** Which trials: of a tenant's candidate, of decisions from this id on. */
export type TrialSpan = { tenantId: string; candidate: number; from: string }

const { candidate, version, microUsd, agrees, shadowMicroUsd, shadowError } = configTrials

function within(span: TrialSpan) {
  return and(
    eq(configTrials.tenantId, span.tenantId),
    eq(candidate, span.candidate),
    gte(configTrials.decisionId, span.from),
  )
}

/**
 * How decisions compare with what a shadow made of the same requests. `agreed` of `compared`: those for which the shadow
 * found somebody. Money: sums over those of which both are known, in micro-USD.
 */
export async function sumShadows(db: Db, span: TrialSpan) {
  const both = sql`${microUsd} is not null and ${shadowMicroUsd} is not null`
  const sums = await db
    .select({
      decisions: sql<number>`count(*)`,
      compared: sql<number>`count(${agrees})`,
      agreed: sql<number>`coalesce(sum(${agrees}), 0)`,
      failed: sql<number>`count(${shadowError})`,
      microUsd: sql<number>`coalesce(sum(iif(${both}, ${microUsd}, 0)), 0)`,
      shadowMicroUsd: sql<number>`coalesce(sum(iif(${both}, ${shadowMicroUsd}, 0)), 0)`,
    })
    .from(configTrials)
    .where(within(span))
    .get()
  return sums ?? { decisions: 0, compared: 0, agreed: 0, failed: 0, microUsd: 0, shadowMicroUsd: 0 }
}

/** What became of the requests that went by each version. Means; money in micro-USD, null where none is known. */
export async function sumVersions(db: Db, span: TrialSpan) {
  return db
    .select({
      version,
      decisions: sql<number>`count(*)`,
      answered: sql<number>`coalesce(sum(${decisions.status} = 'succeeded'), 0)`,
      failed: sql<number>`coalesce(sum(${decisions.status} = 'failed'), 0)`,
      predictedMicroUsd: sql<number | null>`avg(${microUsd})`,
      microUsd: sql<
        number | null
      >`avg(iif(${decisions.status} = 'succeeded', ${decisions.costMicroUsd}, null))`,
      latencyMs: sql<
        number | null
      >`avg(iif(${decisions.status} = 'succeeded', ${decisions.latencyMs}, null))`,
    })
    .from(configTrials)
    .innerJoin(decisions, eq(decisions.id, configTrials.decisionId))
    .where(within(span))
    .groupBy(version)
    .orderBy(version)
}
