import type { Env } from '../../env.ts'
import type { AttemptIo, AttemptOrder } from '../../runs/attempt.ts'
import type { RequestScope } from '../context.ts'
import { tenantFor } from '../tenant.ts'

/** The scope of what an attempt asks, for whom its run was begun. Its request id names both, so that history does. */
export async function scopeOfOrder(
  env: Env,
  { caller, region, runId, token }: AttemptOrder,
  { signal, background }: AttemptIo,
): Promise<RequestScope> {
  return {
    env,
    caller,
    tenant: await tenantFor(env, caller.tenantId, background, Date.now()),
    requestId: `${runId}:${token}`,
    background,
    signal,
    wantsMetadata: true,
    cacheTtlMs: null,
    region,
    headers: new Headers(),
  }
}
