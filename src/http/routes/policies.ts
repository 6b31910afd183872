import { Hono } from 'hono'
import * as z from 'zod'
import { createId } from '../../core/ids.ts'
import { present } from '../../core/present.ts'
import { openDb } from '../../db/database.ts'
import { listReplayRows, type ReplayRow, type ReplaySpan } from '../../db/replay.ts'
import { type Replay, startReplay, type TargetPolicy } from '../../learn/replay.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { modelName } from '../../protocols/name-fields.ts'
import { costWeightFor } from '../../route/cost-weight.ts'
import { BALANCED } from '../../route/decision.ts'
import { patternTest } from '../../route/filter.ts'
import { type AppContext, type AppEnv, backgroundOf } from '../context.ts'
import { liveCatalog } from '../live-catalog.ts'
import { BOUND_REASONS, FREE_MODELS, loggedDecision, type OutcomeKind } from '../logged-decision.ts'
import { readJsonBody } from '../read-body.ts'
import { type Reading, simulationBody } from '../simulation-body.ts'

/** The most decisions one simulation reads. */
const MAX_DECISIONS = 5_000
const MAX_PATTERNS = 512
const MAX_EXAMPLES = 10
/** Decisions read at once: a detail has some 40 KB. */
const PAGE = 100
/** Beyond it the caller gave milliseconds. */
const MAX_UNIX_SECONDS = 99_999_999_999

const unknownField = z.custom<never>(() => false, 'unknown field').meta({ not: {} })
const unixSeconds = z.int().nonnegative().max(MAX_UNIX_SECONDS)

/** The fields mean what they mean in a request: in the plugin `auto-router`, or in `provider`. */
const policyBody = z
  .object({
    cost_quality_tradeoff: z.number().min(0).max(10).default(BALANCED.costQualityTradeoff),
    min_quality: z.number().min(0).max(1).optional(),
    max_cost_usd: z.number().positive().optional(),
    allowed_models: z.array(modelName).min(1).max(MAX_PATTERNS).optional(),
    sort: z.enum(['price', 'throughput', 'latency']).optional(),
    /** Seconds. */
    preferred_max_latency: z.number().positive().optional(),
  })
  .catchall(unknownField)

export const simulateBody = z
  .object({
    policy: policyBody,
    /** Unix seconds: decisions made from then on, and before. */
    from: unixSeconds.default(0),
    to: unixSeconds.default(MAX_UNIX_SECONDS),
    /** The latest decisions of that time are read. */
    limit: z.int().min(1).max(MAX_DECISIONS).default(1_000),
    outcome: z.enum(['feedback', 'success']).default('feedback'),
  })
  .catchall(unknownField)
  .refine(({ from, to }) => from < to, { path: ['from'], error: 'must be before to' })

/** What other policies would have done with the tenant's recorded decisions. */
export const policyRoutes = new Hono<AppEnv>().post('/policies/simulate', async (c) => {
  const { policy, from, to, limit, outcome } = checked(simulateBody, await readJsonBody(c.req.raw))
  const replay = startReplay(targetPolicy(c, policy), { maxExamples: MAX_EXAMPLES })
  const span: ReplaySpan = {
    tenantId: c.var.caller.tenantId,
    from: firstIdAt(from),
    before: firstIdAt(to),
    limit,
    freeModels: [...FREE_MODELS.keys()],
    boundReasons: BOUND_REASONS,
  }
  const reading = await readInto(replay, span, { database: c.env.DB, outcome })
  return c.json(simulationBody(policy, reading, replay.conclude()))
})

/** Ids sort by the time they were made at: this one comes before all that were made then. */
function firstIdAt(seconds: number): string {
  return createId('dec', seconds * 1_000, new Uint8Array(16))
}

function targetPolicy(c: AppContext, body: z.infer<typeof policyBody>): TargetPolicy {
  const catalog = liveCatalog(c.env, Date.now(), backgroundOf(c))
  const { sort, preferred_max_latency: seconds } = body
  const reachable = new Map(Array.from(c.var.tenant.hosts, ([id, { access }]) => [id, access.host]))
  return {
    ...present({
      ordering: sort,
      minQuality: body.min_quality,
      maxCostMicroUsd: body.max_cost_usd && Math.round(body.max_cost_usd * 1e6),
      preferredMaxLatencyMs: seconds && seconds * 1_000,
    }),
    costWeight: costWeightFor(body.cost_quality_tradeoff, catalog, reachable),
    floorQuality: BALANCED.minQuality,
    isAllowed: remembered(patternTest([body.allowed_models])),
  }
}

/** Few models are asked about many times. */
function remembered(test: (id: string) => boolean): (id: string) => boolean {
  const answers = new Map<string, boolean>()
  return (id) => {
    const answer = answers.get(id) ?? test(id)
    answers.set(id, answer)
    return answer
  }
}

/** Pages through the decisions of a span; what is kept of each is a few numbers. */
async function readInto(
  replay: Replay,
  span: ReplaySpan,
  { database, outcome }: { database: D1Database; outcome: OutcomeKind },
): Promise<Reading> {
  const db = openDb(database)
  const skipped = { requestedByName: 0, pinned: 0, unreadable: 0, joint: 0 }
  const reading: Reading = { read: 0, from: null, to: null, skipped }
  let { before } = span
  while (reading.read < span.limit) {
    const limit = Math.min(PAGE, span.limit - reading.read)
    const rows = await listReplayRows(db, { ...span, before, limit })
    for (const row of rows) replayRow(replay, row, { outcome, skipped })
    const last = rows.at(-1)
    reading.read += rows.length
    reading.to ??= secondsOf(rows[0])
    reading.from = secondsOf(last) ?? reading.from
    if (!last || rows.length < limit) break
    before = last.id
  }
  return reading
}

function secondsOf(row: ReplayRow | undefined): number | null {
  return row ? Math.floor(row.createdAt / 1_000) : null
}

function replayRow(
  replay: Replay,
  row: ReplayRow,
  { outcome, skipped }: { outcome: OutcomeKind; skipped: Reading['skipped'] },
): void {
  if (row.detail === null) {
    if (FREE_MODELS.has(row.requestedModel.toLowerCase())) skipped.pinned += 1
    else skipped.requestedByName += 1
    return
  }
  const decision = loggedDecision(row, row.detail, outcome)
  if (typeof decision === 'string') skipped[decision] += 1
  else replay.add(decision)
}
