import type { ConfigRow } from '../db/config-versions.ts'
import type { Env } from '../env.ts'
import { configKey, holdConfig, type PublishedConfig } from './tenant.ts'

/** The key-value store takes one write a second of each key. */
const WRITES_APART_MS = 1_100
const MAX_WRITES = 4

/**
 * Publishes a tenant's configuration to all isolates; this one goes by it at once.
 *
 * @param latest what is to be published now: asked again after each write, since another version may have come meanwhile
 * @throws when the key-value store does not take it
 */
export async function publishConfig(env: Env, latest: () => Promise<ConfigRow | null>): Promise<void> {
  let published = 0
  for (let row = await latest(); row && row.version > published; row = await latest()) {
    const { tenantId, version } = row
    const document: unknown = JSON.parse(row.document)
    const config: PublishedConfig = { version, document }
    await putPublished(env, configKey(tenantId), JSON.stringify(config))
    await holdConfig(env, tenantId, config, Date.now())
    published = version
  }
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
