import { Hono } from 'hono'
import * as z from 'zod'
import { isRecord } from '../../core/canonical-json.ts'
import { diffOf } from '../../core/json-diff.ts'
import type { TenantConfig } from '../../core/tenant-config.ts'
import { configInForce } from '../../db/config-versions.ts'
import { openDb } from '../../db/database.ts'
import { listAsked } from '../../db/replay.ts'
import { invalidField } from '../../protocols/invalid-field.ts'
import { decodeConfig } from '../../protocols/tenant-config/decode-config.ts'
import { headersRead, isUncertain } from '../../route/rules/directions-for.ts'
import { readAsked } from '../asked-body.ts'
import { outcomeOf, type Skip, startReplay } from '../config-replay.ts'
import { configFaults } from '../config-requests.ts'
import { type AppContext, type AppEnv, backgroundOf, scopeOf } from '../context.ts'
import { type Circumstances, decideIn, type Ruled } from '../decide.ts'
import { liveCatalog } from '../live-catalog.ts'
import { liveOffers } from '../live-stats.ts'
import { readDocument } from '../read-document.ts'
import { recordedCircumstances, type Today } from '../recorded-circumstances.ts'

const MAX_DECISIONS = 1_000
const DEFAULT_DECISIONS = 200
/** Decisions read at once. */
const PAGE = 100
/** Comes after every id. */
const LAST_ID = 'dec_~'

const wrapped = z.strictObject({
  config: z.unknown().optional(),
  last: z.int().min(1).max(MAX_DECISIONS).default(DEFAULT_DECISIONS),
})

/** What a configuration would change, before it is saved: is it valid, and who would have answered what was asked last. */
export const configDryRunRoutes = new Hono<AppEnv>().post('/config/dry-run', async (c) => {
  const { config: document, last } = readBody(await readDocument(c.req.raw))
  const errors = configFaults(document, c)
  const current = await configInForce(openDb(c.env.DB), c.var.caller.tenantId)
  const before: unknown = JSON.parse(current?.document ?? '{}')
  const valid = errors.length === 0
  return c.json({
    object: 'config.dry_run',
    valid,
    errors,
    version: current?.version ?? 0,
    diff: diffOf(before, document),
    replay: valid ? await replay(c, decodeConfig(before), decodeConfig(document), last) : null,
  })
})

/** The document itself, or `{config, last}`; a configuration has no field of that name. */
function readBody(body: unknown): { config?: unknown; last: number } {
  if (!isRecord(body) || !Object.hasOwn(body, 'config')) return { config: body, last: DEFAULT_DECISIONS }
  const { success, data, error } = wrapped.safeParse(body)
  if (!success) throw invalidField(error)
  return data
}

/** Makes the last decisions again by both, with today's models, hosts and figures: only the rules differ. */
async function replay(c: AppContext, before: TenantConfig, after: TenantConfig, last: number) {
  const made = startReplay()
  const today = todayFor(c)
  const { tenantId } = c.var.caller
  let [left, oldest] = [last, LAST_ID]
  while (left > 0) {
    const page = { tenantId, before: oldest, limit: Math.min(PAGE, left) }
    const rows = await listAsked(openDb(c.env.DB), page)
    for (const row of rows) {
      const asked = readAsked(row.asked)
      if (!asked) {
        made.skip('unrecorded')
        continue
      }
      const circumstances = recordedCircumstances(row, asked, today)
      const unknown = unknownTo(circumstances, before) ?? unknownTo(circumstances, after)
      if (unknown) {
        made.skip(unknown)
        continue
      }
      const under = (config: TenantConfig) =>
        outcomeOf(() => decideIn(circumstances, ruledAlone(config), c.env))
      made.add(row.id, under(before), under(after))
    }
    left -= rows.length
    const end = rows.at(-1)
    if (!end || rows.length < page.limit) break
    oldest = end.id
  }
  return made.body()
}

/** What rules look at that is not recorded; null where they can tell without. */
function unknownTo({ signals }: Circumstances, config: TenantConfig): Skip | null {
  if (headersRead(config.rules).length > 0) return 'unknown_headers'
  return isUncertain(config, signals) ? 'text_conditions' : null
}

/** By a configuration alone: whose key it was, and what that may ask for, is not looked at. */
function ruledAlone(config: TenantConfig): Ruled {
  const priced = config.limits.some(({ limits }) => limits.budget !== null)
  return { config, version: 0, keyModels: null, priced }
}

function todayFor(c: AppContext): Today {
  const now = Date.now()
  return {
    tenant: c.var.tenant,
    catalog: liveCatalog(c.env, now, backgroundOf(c)),
    live: liveOffers(scopeOf(c), now),
  }
}
