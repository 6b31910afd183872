import { and, desc, eq, lt } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { RolloutMode } from '../core/tenant-config.ts'
import type { Db } from './database.ts'
import { configStates, configVersions } from './tenancy-schema.ts'

/** One version of a tenant's configuration. */
export type ConfigRow = typeof configVersions.$inferSelect
/** The same without the document. */
export type ConfigHead = Omit<ConfigRow, 'document'>

/** A version that is tried. `percent`: 0..100, of requests that go by it. `since`: Unix ms. */
export type ConfigCandidate = { version: number; mode: RolloutMode; percent: number; since: number }

/** Which configurations a tenant goes by. `revision` counts their changes; `version` 0: there is none. */
export type ConfigState = {
  tenantId: string
  revision: number
  version: number
  candidate: ConfigCandidate | null
}

const { tenantId, version, createdAt, createdBy } = configVersions

export async function configState(db: Db, tenant: string): Promise<ConfigState> {
  const row = await db.select().from(configStates).where(eq(configStates.tenantId, tenant)).get()
  return row ? stateOf(row) : { tenantId: tenant, revision: 0, version: 0, candidate: null }
}

function stateOf(row: typeof configStates.$inferSelect): ConfigState {
  const { candidate: tried, mode, percent, since } = row
  const candidate =
    tried !== null && mode !== null
      ? { version: tried, mode, percent: percent ?? 0, since: since ?? 0 }
      : null
  return { tenantId: row.tenantId, revision: row.revision, version: row.version, candidate }
}

/** Configurations with their documents (JSON as it was sent), in one look. */
export type ConfigInForce = ConfigState & { document: string | null; candidateDocument: string | null }

export async function configInForce(db: Db, tenant: string): Promise<ConfigInForce | null> {
  const tried = alias(configVersions, 'tried')
  const row = await db
    .select({ state: configStates, document: configVersions.document, candidateDocument: tried.document })
    .from(configStates)
    .leftJoin(configVersions, and(eq(tenantId, configStates.tenantId), eq(version, configStates.version)))
    .leftJoin(
      tried,
      and(eq(tried.tenantId, configStates.tenantId), eq(tried.version, configStates.candidate)),
    )
    .where(eq(configStates.tenantId, tenant))
    .get()
  if (!row) return null
  const { state, ...documents } = row
  return { ...stateOf(state), ...documents }
}

/** A tenant's version, or null. */
export async function findConfig(
  db: Db,
  wanted: { tenantId: string; version: number },
): Promise<ConfigRow | null> {
  const one = and(eq(tenantId, wanted.tenantId), eq(version, wanted.version))
  return (await db.select().from(configVersions).where(one).get()) ?? null
}

/**
 * Adds the next version; where it is not a draft the tenant goes by it from now on.
 *
 * @param state as the caller has seen it
 * @returns its number, or null where something was changed meanwhile
 */
export async function insertConfig(
  database: D1Database,
  state: ConfigState,
  row: Omit<ConfigHead, 'tenantId' | 'version'> & { document: string; isDraft: boolean },
): Promise<number | null> {
  const next = '(select max(version) from config_versions where tenant_id = ?1)'
  const seen = 'coalesce((select revision from config_states where tenant_id = ?1), 0) = ?2'
  const [inserted] = await database.batch<{ version: number }>([
    database
      .prepare(
        `insert into config_versions (tenant_id, version, document, created_at, created_by)
         select ?1, coalesce(${next}, 0) + 1, ?3, ?4, ?5 where ${seen} returning version`,
      )
      .bind(state.tenantId, state.revision, row.document, row.createdAt, row.createdBy),
    database
      .prepare(
        `insert into config_states (tenant_id, revision, version) values (?1, 1, iif(?3, 0, ${next}))
         on conflict (tenant_id) do update
         set revision = revision + 1, version = iif(?3, version, ${next}) where revision = ?2`,
      )
      .bind(state.tenantId, state.revision, Number(row.isDraft)),
  ])
  return inserted?.results[0]?.version ?? null
}

/**
 * Makes a tenant go by other versions that it has.
 *
 * @param state as the caller has seen it
 * @returns false where something was changed meanwhile
 */
export async function updateConfigState(
  db: Db,
  state: ConfigState,
  next: Pick<ConfigState, 'version' | 'candidate'>,
): Promise<boolean> {
  const { version: candidate = null, mode = null, percent = null, since = null } = next.candidate ?? {}
  const updated = await db
    .update(configStates)
    .set({ revision: state.revision + 1, version: next.version, candidate, mode, percent, since })
    .where(and(eq(configStates.tenantId, state.tenantId), eq(configStates.revision, state.revision)))
    .returning({ revision: configStates.revision })
  return updated.length === 1
}

/** A tenant's versions before one, newest first. */
export async function listConfigs(
  db: Db,
  page: { tenantId: string; before: number; limit: number },
): Promise<ConfigHead[]> {
  return db
    .select({ tenantId, version, createdAt, createdBy })
    .from(configVersions)
    .where(and(eq(tenantId, page.tenantId), lt(version, page.before)))
    .orderBy(desc(version))
    .limit(page.limit)
}
