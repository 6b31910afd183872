import type { Caller } from '../../core/caller.ts'
import { AppError } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import { createSnapshotCache } from '../../core/snapshot-cache.ts'
import { withdrawnAt } from '../../db/api-keys.ts'
import { openDb } from '../../db/database.ts'
import type { Env } from '../../env.ts'

/** Until when keys may be used that runs were begun with, Unix ms. A change is seen within half a minute. */
const KEYS = createSnapshotCache<number>({ freshMs: 10_000, staleMs: 30_000, maxEntries: 10_000 })

/**
 * Runs outlive the requests that begin them: whoever takes a key away takes its runs' work away. Where that cannot be
 * read, they go on as before.
 *
 * @param now Unix ms
 * @throws AppError `invalid_api_key` for a key that was disabled, deleted or has expired, or whose tenant was disabled
 */
export async function refuseWithdrawn(
  { DB }: Pick<Env, 'DB'>,
  { tenantId, keyId }: Caller,
  background: (work: Promise<unknown>) => void,
  now: number,
): Promise<void> {
  const load = (known = Infinity) =>
    withdrawnAt(openDb(DB), tenantId, keyId).catch((cause: unknown) => {
      log('warn', { message: 'The key of a run cannot be looked up', tenantId, keyId, cause: String(cause) })
      return known
    })
  if ((await KEYS.get(`${tenantId}:${keyId}`, load, now, background)) > now) return
  throw new AppError('invalid_api_key', 'The key that the run was begun with may not be used any more')
}
