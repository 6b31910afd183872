import { bindingsIn } from '../../core/bindings.ts'
import { canonicalJson } from '../../core/canonical-json.ts'
import { AppError } from '../../core/errors.ts'
import { createId } from '../../core/ids.ts'
import { listRun } from '../../runs/end.ts'
import type { KeptTasks, RunView } from '../../runs/run-object.ts'
import type { RunRequest } from '../../runs/run/state.ts'
import { sha256Hex } from '../../tenants/keys.ts'
import { randomBytes, type RequestScope } from '../context.ts'
import { runObject } from './run-log.ts'

/** What a run is asked for, apart from who asks, when and where. */
export type RunWish = Pick<
  RunRequest,
  'goal' | 'plan' | 'budget' | 'input' | 'agents' | 'tools' | 'callback' | 'sessionId' | 'forkOf'
>

/** What a run is called, and what it is known by when it is asked for again. */
export type RunIdentity = { id: string; digest: string }

/** Of a run that is asked for once. */
export function newIdentity(): RunIdentity {
  return { id: createId('run', Date.now(), randomBytes()), digest: '' }
}

/** Of the run that a tenant asked for, or asks for now, under a key of its own. @param body what is asked for, as JSON */
export async function identityOf(tenantId: string, key: string, body: unknown): Promise<RunIdentity> {
  const name = new TextEncoder().encode(`${encodeURIComponent(tenantId)}:${key}`)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', name))
  // In place of a time, which is not known when it is asked for again: ids of runs are not sorted by.
  const time = hash.slice(0, 6).reduce((sum, byte) => sum * 256 + byte, 0)
  return { id: createId('run', time, hash.slice(6)), digest: await sha256Hex(canonicalJson(body)) }
}

/**
 * Begins a run, unless it was begun before.
 *
 * @throws AppError `idempotency_conflict` where another one was begun under the same key
 */
export async function beginRun(
  scope: RequestScope,
  wish: RunWish,
  { id, digest }: RunIdentity,
  kept: KeptTasks | null = null,
): Promise<{ view: RunView; isReplayed: boolean }> {
  const { env, caller, tenant, region, origin = '' } = scope
  const scene = { session: wish.sessionId, user: caller.userId, key: caller.keyId, metadata: {} }
  const bindings = bindingsIn(tenant.config.rules.bindings, scene)
  const request = { ...wish, id, caller, region, origin, bindings, createdAt: Date.now() }
  const begun = await runObject(env, caller.tenantId, id).begin(request, digest, kept)
  if (begun.kind === 'conflict') {
    throw new AppError('idempotency_conflict', 'Another run was asked for with this Idempotency-Key', {
      param: 'Idempotency-Key',
    })
  }
  const { view } = begun
  await listRun(env, view.state)
  return { view, isReplayed: begun.kind === 'known' }
}
