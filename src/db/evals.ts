import { and, avg, count, countDistinct, desc, eq, inArray, lte, type SQL, sql } from 'drizzle-orm'
import type { Db } from './database.ts'
import { insertRows } from './insert-rows.ts'
import { evalOutcomes, evalPrompts } from './schema.ts'

/** A prompt that a tenant evaluated models on. */
export type EvalPromptRow = typeof evalPrompts.$inferSelect
/** What one model did on it, measured once. `measurement` names the row by its figures. */
export type EvalOutcomeRow = typeof evalOutcomes.$inferSelect

/** One model on one prompt. */
export type EvalPair = Pick<EvalOutcomeRow, 'promptId' | 'model'>

/** Rows to come in, a few hundred at most. */
export type NewEvals = { prompts: readonly EvalPromptRow[]; outcomes: readonly EvalOutcomeRow[] }

/** Keeps prompts and outcomes, all or none. What is there already stays as it is, but learns its task type. */
export async function insertEvals(database: D1Database, { prompts, outcomes }: NewEvals): Promise<void> {
  const values = prompts.map((row) => [
    row.tenantId,
    row.id,
    row.text,
    row.tools,
    row.taskType,
    row.createdAt,
  ])
  const insertPrompts = database
    .prepare(
      'insert into eval_prompts (tenant_id, id, text, tools, task_type, created_at) ' +
        'select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 from json_each(?) where true ' +
        'on conflict (tenant_id, id) do update set task_type = excluded.task_type ' +
        'where excluded.task_type is not null',
    )
    .bind(JSON.stringify(values))
  await database.batch([insertPrompts, ...insertRows(database, evalOutcomes, outcomes, 'ignore')])
}

/** The measurements that a tenant has of some pairs. */
export async function listMeasurements(
  db: Db,
  { tenantId, pairs }: { tenantId: string; pairs: readonly EvalPair[] },
): Promise<Pick<EvalOutcomeRow, 'promptId' | 'model' | 'measurement' | 'score'>[]> {
  const { promptId, model, measurement, score } = evalOutcomes
  const wanted = JSON.stringify(pairs.map((pair) => [pair.promptId, pair.model]))
  const isWanted = sql`(${promptId}, ${model}) in (select value->>0, value->>1 from json_each(${wanted}))`
  return db
    .select({ promptId, model, measurement, score })
    .from(evalOutcomes)
    .where(and(eq(evalOutcomes.tenantId, tenantId), isWanted))
}

/** What a tenant has of one model. `score` is the mean of all rows. */
export type ModelTotals = { model: string; prompts: number; rows: number; score: number }

/** What a tenant has of each model, most prompts first. */
export async function totalsByModel(db: Db, tenantId: string): Promise<ModelTotals[]> {
  const prompts = countDistinct(evalOutcomes.promptId)
  return db
    .select({ model: evalOutcomes.model, prompts, rows: count(), score: numeric(avg(evalOutcomes.score)) })
    .from(evalOutcomes)
    .where(eq(evalOutcomes.tenantId, tenantId))
    .groupBy(evalOutcomes.model)
    .orderBy(desc(prompts), evalOutcomes.model)
}

/** How many prompts a tenant has outcomes of. */
export async function countEvalPrompts(db: Db, tenantId: string): Promise<number> {
  return db.$count(evalPrompts, eq(evalPrompts.tenantId, tenantId))
}

/** How many outcomes a tenant has. */
export async function countEvalOutcomes(db: Db, tenantId: string): Promise<number> {
  return db.$count(evalOutcomes, eq(evalOutcomes.tenantId, tenantId))
}

/** The prompts that most models were evaluated on; of equals, always the same. */
export async function bestEvalPrompts(
  db: Db,
  { tenantId, limit }: { tenantId: string; limit: number },
): Promise<string[]> {
  const rows = await db
    .select({ id: evalOutcomes.promptId })
    .from(evalOutcomes)
    .where(eq(evalOutcomes.tenantId, tenantId))
    .groupBy(evalOutcomes.promptId)
    .orderBy(desc(countDistinct(evalOutcomes.model)), evalOutcomes.promptId)
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** What one model did on one prompt, in the mean of its measurements; null where none tells. */
export type MeanOutcome = EvalPair & {
  score: number
  /** Of what was known at `before`. */
  earlierScore: number | null
  inputTokens: number | null
  outputTokens: number | null
}

/** Some of a tenant's prompts. At most a few hundred at once: their texts are long. */
export async function readEvalPrompts(
  db: Db,
  { tenantId, ids }: { tenantId: string; ids: readonly string[] },
): Promise<EvalPromptRow[]> {
  return db
    .select()
    .from(evalPrompts)
    .where(and(eq(evalPrompts.tenantId, tenantId), inArray(evalPrompts.id, idsIn(ids))))
    .orderBy(evalPrompts.id)
}

/** What models did on them. `before` in Unix ms. */
export async function readMeanOutcomes(
  db: Db,
  { tenantId, ids, before }: { tenantId: string; ids: readonly string[]; before: number },
): Promise<MeanOutcome[]> {
  const { promptId, model, score, inputTokens, outputTokens, createdAt } = evalOutcomes
  return db
    .select({
      promptId,
      model,
      score: numeric(avg(score)),
      earlierScore: sql<number | null>`avg(case when ${lte(createdAt, before)} then ${score} end)`,
      inputTokens: sql<number | null>`avg(${inputTokens})`,
      outputTokens: sql<number | null>`avg(${outputTokens})`,
    })
    .from(evalOutcomes)
    .where(and(eq(evalOutcomes.tenantId, tenantId), inArray(promptId, idsIn(ids))))
    .groupBy(promptId, model)
    .orderBy(promptId, model)
}

/** Deletes all that a tenant uploaded. */
export async function deleteEvals(db: Db, tenantId: string): Promise<void> {
  await db.batch([
    db.delete(evalOutcomes).where(eq(evalOutcomes.tenantId, tenantId)),
    db.delete(evalPrompts).where(eq(evalPrompts.tenantId, tenantId)),
  ])
}

/** Drizzle gives means as text; SQLite gives numbers. */
function numeric(mean: SQL<string | null>): SQL<number> {
  return mean.mapWith(Number)
}

/** Any number of ids as one bound parameter. */
function idsIn(ids: readonly string[]): SQL {
  return sql`(select value from json_each(${JSON.stringify(ids)}))`
}
