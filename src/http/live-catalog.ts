import { log } from '../core/log.ts'
import { withAccounts } from '../route/catalog/accounts.ts'
import { CATALOG } from '../route/catalog/index.ts'
import { type OfferFacts, withFacts, withLocalModels } from '../route/catalog/extend.ts'
import { type PreparedCatalog, prepareCatalog } from '../route/prepared-catalog.ts'
import { configOf, type Env } from '../env.ts'

/** Where the cron job publishes newer prices and limits (JSON of `OfferFacts[]`). */
export const FACTS_KEY = 'catalog:facts'

/** How often an isolate looks for newer facts. */
const FACTS_TTL_MS = 300_000

type Loaded = { catalog: PreparedCatalog; lookedAt: number }

const loaded = new WeakMap<object, Loaded>()

/**
 * The catalog of this isolate. Newer facts are looked for in the background: a request never waits for them, the
 * first ones of an isolate decide on the built-in facts.
 */
export function liveCatalog(
  env: Env,
  now: number,
  background: (work: Promise<unknown>) => void,
): PreparedCatalog {
  const known = loaded.get(env)
  if (known && now - known.lookedAt < FACTS_TTL_MS) return known.catalog
  const current = known?.catalog ?? prepare(env, [])
  loaded.set(env, { catalog: current, lookedAt: now })
  background(renew(env, now))
  return current
}

/** Facts that cannot be read leave the catalog as it is until the next look. */
async function renew(env: Env, now: number): Promise<void> {
  try {
    const facts = await env.CONFIG.get<OfferFacts[]>(FACTS_KEY, { type: 'json', cacheTtl: 300 })
    if (facts) loaded.set(env, { catalog: prepare(env, facts), lookedAt: now })
  } catch (cause) {
    log('warn', { message: 'Newer prices could not be read', cause: String(cause) })
  }
}

function prepare(env: Env, facts: readonly OfferFacts[]): PreparedCatalog {
  const { localHosts, accounts } = configOf(env)
  return prepareCatalog(withAccounts(withLocalModels(withFacts(CATALOG, facts), localHosts), accounts))
}
