import * as z from 'zod'
import { parsed } from '../../collaborate/read-json.ts'
import { AppError } from '../../core/errors.ts'
import type { Env } from '../../env.ts'
import type { AttemptOrder } from '../../runs/attempt.ts'
import type { SecretPlace } from '../../tenants/envelope.ts'
import { vaultOf } from '../vault.ts'

/** Whose attempt it is. */
export type CalledBack = { tenantId: string; runId: string; task: string; token: number }

/** Agents that work elsewhere have no key of ours: the place names the attempt, and what is sealed there its tenant. */
function placeOf(runId: string, token: number): SecretPlace {
  return { tenantId: '', purpose: 'attempt_token', name: `${runId}:${token}` }
}

const sealedPart = z.object({ tenantId: z.string(), task: z.string() })

/**
 * What an agent proves with that it was given an attempt: encrypted and authenticated by a master key of ours, so that
 * nobody else can make one, and good for this attempt alone.
 *
 * @throws AppError `not_configured` where there is no master key
 */
export async function callbackToken(
  env: Env,
  { caller, runId, task, token }: Pick<AttemptOrder, 'caller' | 'runId' | 'task' | 'token'>,
): Promise<string> {
  return vaultOf(env).seal(JSON.stringify({ tenantId: caller.tenantId, task }), placeOf(runId, token))
}

/**
 * The attempt that a token was made for.
 *
 * @param header `Authorization` as it was sent
 * @throws AppError `invalid_api_key` for a token that is none, or another attempt's
 */
export async function openCallbackToken(
  env: Env,
  header: string | undefined,
  { runId, token }: Pick<CalledBack, 'runId' | 'token'>,
): Promise<CalledBack> {
  const [, sealed = ''] = /^Bearer ([\w.+/=:-]{1,2000})$/.exec(header ?? '') ?? []
  const opened = await vaultOf(env)
    .open(sealed, placeOf(runId, token))
    .catch(() => '')
  const said = sealedPart.safeParse(parsed(opened)).data
  if (!said) throw new AppError('invalid_api_key', 'This is not the token of this attempt')
  return { ...said, runId, token }
}
