import type { Env } from '../../env.ts'
import type { AttemptIo, AttemptOrder } from '../../runs/attempt.ts'
import type { RequestScope } from '../context.ts'
import { tenantFor } from '../tenant.ts'
import { refuseWithdrawn } from './withdrawn-key.ts'

/**
 * The scope of what an attempt asks, for whom its run was begun. Its request id names both, so that history does.
 *
 * @throws AppError `invalid_api_key` where its caller may ask nothing any more
 */
export async function scopeOfOrder(
  env: Env,
  { caller, region, runId, token }: AttemptOrder,
  { signal, background }: AttemptIo,
): Promise<RequestScope> {
  const now = Date.now()
  await refuseWithdrawn(env, caller, background, now)
  return {
    env,
    caller,
    tenant: await tenantFor(env, caller.tenantId, background, now),
    requestId: `${runId}:${token}`,
    background,
    signal,
    wantsMetadata: true,
    cacheTtlMs: null,
    region,
    headers: new Headers(),
  }
}
