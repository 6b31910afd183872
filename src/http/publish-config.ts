import type { ConfigInForce } from '../db/config-versions.ts'
import type { Env } from '../env.ts'
import { configKey, holdConfig, type PublishedConfig } from './tenant.ts'

/** The key-value store takes one write a second of each key. */
const WRITES_APART_MS = 1_100
const MAX_WRITES = 4

/**
 * Publishes a tenant's configuration to all isolates; this one goes by it at once.
 *
 * @param latest what is to be published now: asked again after each write, since it may have changed meanwhile
 * @throws when the key-value store does not take it
 */
export async function publishConfig(env: Env, latest: () => Promise<ConfigInForce | null>): Promise<void> {
  let revision = 0
  for (let config = await latest(); config && config.revision > revision; config = await latest()) {
    const { tenantId } = config
    const published = publishedOf(config)
    await putPublished(env, configKey(tenantId), JSON.stringify(published))
    await holdConfig(env, tenantId, published, Date.now())
    revision = config.revision
  }
}

function publishedOf({ revision, version, document, candidate, candidateDocument }: ConfigInForce) {
  const published: PublishedConfig = { revision, version, document: parsed(document) }
  if (!candidate) return published
  const { mode, percent } = candidate
  const tried = { version: candidate.version, mode, percent, document: parsed(candidateDocument) }
  return { ...published, candidate: tried }
}

/** A tenant without a configuration goes by an empty one. */
function parsed(document: string | null): unknown {
  return JSON.parse(document ?? '{}')
}

/** Puts into the key-value store what all isolates read from it. @throws when it does not take it */
export async function putPublished({ CONFIG }: Env, key: string, text: string): Promise<void> {
  for (let writes = 1; ; writes += 1) {
    try {
      return await CONFIG.put(key, text)
    } catch (cause) {
      if (writes === MAX_WRITES) throw cause
      await new Promise((resolve) => setTimeout(resolve, WRITES_APART_MS))
    }
  }
}
