import { and, desc, eq, getTableColumns, inArray, lt, or } from 'drizzle-orm'
import type { Db } from './database.ts'
import { activeParameters, evalTrainings } from './schema.ts'

/** What is published about models, with nothing learned by training. */
export const BASE = 'base'

/** One training on a tenant's outcomes. */
export type TrainingRow = typeof evalTrainings.$inferSelect
/** The same without what was learned, which is long. */
export type TrainingHead = Omit<TrainingRow, 'parameters'>

type Training = { tenantId: string; id: string }

const { parameters: _parameters, ...HEAD } = getTableColumns(evalTrainings)

/** Opens a training, unless one is open: a tenant has one at a time. @returns the one that is open now */
export async function openTraining(db: Db, row: Training & { createdAt: number }): Promise<TrainingHead> {
  const opening = { ...row, status: 'queued', runs: 0, activated: false } as const
  const [opened] = await db.insert(evalTrainings).values(opening).onConflictDoNothing().returning(HEAD)
  const { tenantId, status } = evalTrainings
  const isOpen = and(eq(tenantId, row.tenantId), inArray(status, ['queued', 'running']))
  const open = opened ?? (await db.select(HEAD).from(evalTrainings).where(isOpen).get())
  // The other one may have ended in between.
  return open ?? openTraining(db, row)
}

/** Closes a tenant's trainings that began, or were asked for, before these times (Unix ms) and never ended. */
export async function closeLost(
  db: Db,
  lost: { tenantId: string; startedBefore: number; queuedBefore: number; now: number; reason: string },
): Promise<void> {
  const { status, startedAt, createdAt } = evalTrainings
  const isLost = or(
    and(eq(status, 'running'), lt(startedAt, lost.startedBefore)),
    and(eq(status, 'queued'), lt(createdAt, lost.queuedBefore)),
  )
  await db
    .update(evalTrainings)
    .set({ status: 'failed', finishedAt: lost.now, reason: lost.reason })
    .where(and(eq(evalTrainings.tenantId, lost.tenantId), isLost))
}

/**
 * Begins a training's `run` (from 1), once: false where it was closed, or where this run or a later one began already.
 */
export async function beginRun(db: Db, { tenantId, id, run, now }: Training & { run: number; now: number }) {
  const { status, runs } = evalTrainings
  const begun = await db
    .update(evalTrainings)
    .set({ status: 'running', startedAt: now, runs: run })
    .where(and(mine({ tenantId, id }), inArray(status, ['queued', 'running']), lt(runs, run)))
    .returning({ id: evalTrainings.id })
  return begun.length === 1
}

/** How a training ended. */
export type Ending = { reason: string; report: string | null; now: number }

/** Ends a training that changed nothing. */
export async function endTraining(
  db: Db,
  { tenantId, id, status, ...ending }: Training & Ending & { status: 'succeeded' | 'failed' },
): Promise<void> {
  const { reason, report, now: finishedAt } = ending
  await db.update(evalTrainings).set({ status, reason, report, finishedAt }).where(mine({ tenantId, id }))
}

/**
 * Ends a training and makes what it learned the tenant's parameters, in one transaction; where others than `replaced`
 * became active meanwhile, it ends without.
 */
export async function activateTraining(
  database: D1Database,
  ended: Training & Ending & { parameters: string; replaced: string; overtaken: string },
): Promise<void> {
  const { tenantId, id, reason, report, now, parameters, replaced, overtaken } = ended
  const isActive = 'exists (select 1 from active_parameters where tenant_id = ? and training_id = ?)'
  await database.batch([
    database
      .prepare(
        'insert into active_parameters (tenant_id, training_id, activated_at) ' +
          'select ?1, ?2, ?5 where ?3 = ?4 or exists (select 1 from active_parameters where tenant_id = ?1) ' +
          'on conflict (tenant_id) do update set training_id = ?2, activated_at = ?5 where training_id = ?3',
      )
      .bind(tenantId, id, replaced, BASE, now),
    database
      .prepare(
        `update eval_trainings set status = 'succeeded', activated = 1, reason = ?, report = ?, finished_at = ?, ` +
          `parameters = ?, replaced = ? where tenant_id = ? and id = ? and ${isActive}`,
      )
      .bind(reason, report, now, parameters, replaced, tenantId, id, tenantId, id),
    database
      .prepare(
        `update eval_trainings set status = 'succeeded', reason = ?, report = ?, finished_at = ? ` +
          `where tenant_id = ? and id = ? and not ${isActive}`,
      )
      .bind(overtaken, report, now, tenantId, id, tenantId, id),
  ])
}

/** Makes a tenant's earlier parameters, or `base`, active again. */
export async function setActive(db: Db, row: typeof activeParameters.$inferInsert): Promise<void> {
  const { tenantId: _tenantId, ...set } = row
  await db.insert(activeParameters).values(row).onConflictDoUpdate({ target: activeParameters.tenantId, set })
}

/** What a tenant's decisions go by: the id of a training, or `base`. */
export async function activeTraining(db: Db, tenantId: string): Promise<string> {
  const row = await db.select().from(activeParameters).where(eq(activeParameters.tenantId, tenantId)).get()
  return row?.trainingId ?? BASE
}

/** A tenant's training with what it learned, or null. */
export async function findTraining(db: Db, training: Training): Promise<TrainingRow | null> {
  return (await db.select().from(evalTrainings).where(mine(training)).get()) ?? null
}

/** A tenant's trainings, newest first. */
export async function listTrainings(
  db: Db,
  { tenantId, limit }: { tenantId: string; limit: number },
): Promise<TrainingHead[]> {
  return db
    .select(HEAD)
    .from(evalTrainings)
    .where(eq(evalTrainings.tenantId, tenantId))
    .orderBy(desc(evalTrainings.id))
    .limit(limit)
}

function mine({ tenantId, id }: Training) {
  return and(eq(evalTrainings.tenantId, tenantId), eq(evalTrainings.id, id))
}
