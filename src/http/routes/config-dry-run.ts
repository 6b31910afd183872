import { Hono } from 'hono'
import * as z from 'zod'
import { isRecord } from '../../core/canonical-json.ts'
import { diffOf } from '../../core/json-diff.ts'
import type { TenantConfig } from '../../core/tenant-config.ts'
import { configInForce } from '../../db/config-versions.ts'
import { openDb } from '../../db/database.ts'
import { listAsked } from '../../db/replay.ts'
import type { Env } from '../../env.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { decodeConfig } from '../../protocols/tenant-config/decode-config.ts'
import { directionsFor, headersRead } from '../../route/rules/directions-for.ts'
import { type AskedBody, readAsked } from '../asked-body.ts'
import { outcomeOf, startReplay } from '../config-replay.ts'
import { configFaults } from '../config-requests.ts'
import { type AppContext, type AppEnv, backgroundOf, scopeOf } from '../context.ts'
import { decideIn } from '../decide.ts'
import { unlessBlocked } from '../directed.ts'
import { liveCatalog } from '../live-catalog.ts'
import { liveOffers } from '../live-stats.ts'
import { readDocument } from '../read-document.ts'
import { recordedCircumstances, recordedSignals, type Today } from '../recorded-circumstances.ts'

const MAX_DECISIONS = 1_000
const DEFAULT_DECISIONS = 200
/** Decisions read at once. */
const PAGE = 100
/** Comes after every id. */
const LAST_ID = 'dec_~'

/** A document may also be sent alone. */
export const wrapped = z.strictObject({
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
    diff: valid ? diffOf(before, document) : [],
    replay: valid ? await replay(c, decodeConfig(before), decodeConfig(document), last) : null,
  })
})

/** The document itself, or `{config, last}`; a configuration has no field of that name. */
function readBody(body: unknown): { config?: unknown; last: number } {
  if (!isRecord(body) || !Object.hasOwn(body, 'config')) return { config: body, last: DEFAULT_DECISIONS }
  return checked(wrapped, body)
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
      if (asked) replayOne(made, { row, asked, today, env: c.env }, [before, after])
      else made.skip('unrecorded')
    }
    left -= rows.length
    const end = rows.at(-1)
    if (!end || rows.length < page.limit) break
    oldest = end.id
  }
  return made.body()
}

type Recorded = { row: { id: string; createdAt: number }; asked: AskedBody; today: Today; env: Env }

/** What hangs on texts, or on headers that nobody asked for then, cannot be told. */
function replayOne(
  made: ReturnType<typeof startReplay>,
  { row, asked, today, env }: Recorded,
  configs: readonly [TenantConfig, TenantConfig],
): void {
  const asksForOthers = ({ rules }: TenantConfig) =>
    headersRead(rules).some((name) => !Object.hasOwn(asked.signals.headers, name))
  if (configs.some(asksForOthers)) return made.skip('unknown_headers')
  const circumstances = recordedCircumstances(row, asked, today)
  const signals = recordedSignals(row, asked)
  let uncertain = false
  const under = (config: TenantConfig) =>
    outcomeOf(() => {
      const directed = directionsFor(config, signals)
      uncertain ||= directed.uncertain
      // The limits of keys and tenants are of today, and are not looked at.
      const priced = config.limits.some(({ limits }) => limits.budget !== null)
      const ruled = { config, version: 0, keyModels: asked.keyModels, priced }
      return decideIn(circumstances, { ...ruled, directed: unlessBlocked(directed) }, env)
    })
  const [before, after] = [under(configs[0]), under(configs[1])]
  if (uncertain) made.skip('text_conditions')
  else made.add(row.id, before, after)
}

function todayFor(c: AppContext): Today {
  const now = Date.now()
  return {
    tenant: c.var.tenant,
    catalog: liveCatalog(c.env, now, backgroundOf(c)),
    live: liveOffers(scopeOf(c), now),
  }
}
