import type { SessionAffinity, SessionAnswer } from '../agents/session-object.ts'
import { AppError } from '../core/errors.ts'
import type { Env } from '../env.ts'
import type { Inbound } from '../protocols/inbound.ts'
import { LIMITS } from '../protocols/limits.ts'
import { decodeChatRequest } from '../protocols/openai-chat/decode-request.ts'
import type { SessionMemory } from '../route/pin.ts'
import type { AppContext } from './context.ts'
import { readJsonBody } from './read-body.ts'

/**
 * The chat request in a body, with the session that body or header names.
 *
 * @throws AppError naming the field that is wrong
 */
export async function readChat(c: AppContext): Promise<Inbound> {
  const inbound = decodeChatRequest(await readJsonBody(c.req.raw), c.req.raw.headers)
  return withSessionHeader(inbound, c.req.header('x-session-id'))
}

/**
 * A request with the session its header names; a `session_id` in the body wins.
 *
 * @throws AppError when the header is too long
 */
export function withSessionHeader<T extends Inbound>(inbound: T, header: string | undefined): T {
  if (header === undefined || header === '' || inbound.routing.sessionId !== undefined) return inbound
  if (header.length > LIMITS.sessionIdChars) {
    throw new AppError(
      'invalid_request',
      `Invalid 'x-session-id': longer than ${LIMITS.sessionIdChars} characters`,
      { param: 'x-session-id' },
    )
  }
  return { ...inbound, routing: { ...inbound.routing, sessionId: header } }
}

/** Who answered last in the request's session; null without a session, or in a new one. */
export async function sessionMemory(
  inbound: Inbound,
  tenantId: string,
  env: Env,
): Promise<SessionMemory | null> {
  const { sessionId } = inbound.routing
  if (sessionId === undefined) return null
  return sessionObject(env, tenantId, sessionId).affinity()
}

/** Tells a session who answered in it. @returns who had answered before, or null */
export async function rememberAnswer(
  sessionId: string,
  tenantId: string,
  env: Env,
  answer: SessionAnswer,
): Promise<SessionAffinity | null> {
  return sessionObject(env, tenantId, sessionId).remember(answer)
}

/** A session of this tenant alone: the colon ends its part of the name, which no id can reach beyond. */
export function sessionObject(env: Env, tenantId: string, sessionId: string) {
  return env.SESSIONS.getByName(`${encodeURIComponent(tenantId)}:${sessionId}`)
}
