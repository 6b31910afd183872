import { log } from '../core/log.ts'
import { openDb } from '../db/database.ts'
import { listOfferFacts, upsertOfferFacts } from '../db/offer-facts.ts'
import type { Env } from '../env.ts'
import { fetchModelsDev } from '../providers/models-dev.ts'
import { CATALOG } from '../route/catalog/index.ts'
import { factsFrom } from '../route/catalog/models-dev.ts'
import { FACTS_KEY } from './live-catalog.ts'

/** Fewer facts than this share of the offers known before means that the list is broken, not the market. */
const MIN_SHARE = 0.5

/**
 * Reads newer prices and limits into D1 and publishes them to the isolates. An answer that is unreachable, malformed
 * or suspiciously short changes nothing and is logged.
 */
export async function refreshFacts(env: Env, now: number): Promise<void> {
  try {
    const modelsDev = await fetchModelsDev({ fetch: (input, init) => fetch(input, init) })
    const facts = factsFrom(modelsDev, CATALOG, now)
    const known = await listOfferFacts(openDb(env.DB))
    if (facts.length === 0 || facts.length < known.length * MIN_SHARE) {
      throw new Error(`only ${facts.length} offers listed, ${known.length} known`)
    }
    await upsertOfferFacts(env.DB, facts)
    await env.CONFIG.put(FACTS_KEY, JSON.stringify(await listOfferFacts(openDb(env.DB))))
  } catch (error) {
    log('warn', {
      message: 'Prices were not refreshed',
      cause: error instanceof Error ? error.message : String(error),
    })
  }
}
