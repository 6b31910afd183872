import { Hono } from 'hono'
import { SESSION_LIMITS, type Session } from '../../agents/session.ts'
import { canonicalJson } from '../../core/canonical-json.ts'
import { AppError } from '../../core/errors.ts'
import { createId } from '../../core/ids.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { sha256Hex } from '../../tenants/keys.ts'
import { idempotencyKeyOf } from '../idempotency-key.ts'
import { type AppContext, type AppEnv, randomBytes, scopeOf, staying } from '../context.ts'
import { readJsonBody, readOptionalBody } from '../read-body.ts'
import { TEAM } from '../runs/team.ts'
import { sessionObject } from '../session.ts'
import { agentNamed, boundTo } from '../sessions/session-agent.ts'
import {
  forkBody,
  MAX_BODY_BYTES,
  messageBody,
  sessionBody,
  sessionPage,
  sessionPatchBody,
} from '../sessions/session-body.ts'
import { sessionJson } from '../sessions/session-json.ts'
import { answerMessage } from '../sessions/turn.ts'

/** Conversations that are kept here: with whom, what was said, what is remembered. */
export const sessionRoutes = new Hono<AppEnv>()
  .post('/sessions', async (c) => {
    const said = checked(sessionBody, await readOptionalBody(c.req.raw, MAX_BODY_BYTES))
    const metadata = said.metadata ?? {}
    const bound = said.team ? null : boundTo(scopeOf(c), metadata)
    const agent = said.agent ?? bound
    if (agent !== null) await agentNamed(scopeOf(c), agent)
    const now = Date.now()
    return begun(c, {
      id: createId('sess', now, randomBytes()),
      agent,
      model: said.team ? TEAM : (said.model ?? null),
      instructions: said.instructions ?? null,
      metadata,
      memory: said.memory ?? {},
      forkOf: null,
      ttlMs: said.ttl_seconds * 1_000,
      createdAt: now,
      activeAt: now,
    })
  })
  .get('/sessions/:id', async (c) => {
    const { before = null, limit } = checked(sessionPage, c.req.query())
    return c.json(await shown(c, c.req.param('id'), before, limit))
  })
  .patch('/sessions/:id', async (c) => {
    const { memory } = checked(sessionPatchBody, await readJsonBody(c.req.raw, MAX_BODY_BYTES))
    const changed = await named(c).setMemory(memory)
    if (changed === 'unknown') throw unknown()
    if (changed === 'too_many') {
      const fault = `there may be ${SESSION_LIMITS.memoryKeys} keys`
      throw new AppError('invalid_request', `Invalid 'memory': ${fault}`, { param: 'memory' })
    }
    return c.json(await shown(c, changed.id))
  })
  .delete('/sessions/:id', async (c) => {
    if (!(await named(c).forget())) throw unknown()
    return c.body(null, 204)
  })
  .post('/sessions/:id/messages', async (c) => {
    const said = checked(messageBody, await readJsonBody(c.req.raw, MAX_BODY_BYTES))
    const key = idempotencyKeyOf(c)
    const digest = key === null ? '' : await sha256Hex(canonicalJson(said))
    return staying(c, answerMessage(scopeOf(c), named(c), said, { key, digest }))
  })
  .post('/sessions/:id/fork', async (c) => {
    const { at } = checked(forkBody, await readOptionalBody(c.req.raw, MAX_BODY_BYTES))
    const from = named(c)
    const source = await from.forkable(at ?? null)
    if (source === 'unknown') throw unknown()
    if (source === 'unknown_message') {
      throw new AppError('invalid_request', "Invalid 'at': no message of this session", { param: 'at' })
    }
    const now = Date.now()
    const { session, seq, summary } = source
    const id = createId('sess', now, randomBytes())
    const object = sessionObject(c.env, c.var.caller.tenantId, id)
    await object.begin({ ...session, id, forkOf: session.id, createdAt: now, activeAt: now })
    for (let done = 0; done < seq;) {
      const page = await from.messagesFrom(done, seq)
      await object.adopt(page, summary)
      done = page.at(-1)?.seq ?? seq
    }
    return c.json(await shown(c, id), 201)
  })

async function begun(c: AppContext, session: Session): Promise<Response> {
  await sessionObject(c.env, c.var.caller.tenantId, session.id).begin(session)
  return c.json(await shown(c, session.id), 201)
}

const SESSION_ID = /^sess_[0-9a-z]{26}$/

/** The session of the path, of this tenant alone. @throws AppError `not_found` for an id that is none */
function named(c: AppContext) {
  const id = c.req.param('id') ?? ''
  if (!SESSION_ID.test(id)) throw unknown()
  return sessionObject(c.env, c.var.caller.tenantId, id)
}

async function shown(c: AppContext, id: string, before: string | null = null, limit = 50): Promise<object> {
  if (!SESSION_ID.test(id)) throw unknown()
  const view = await sessionObject(c.env, c.var.caller.tenantId, id).view(before, limit)
  if (!view) throw unknown()
  return sessionJson(view)
}

function unknown(): AppError {
  return new AppError('not_found', 'There is no such session', { param: 'id' })
}
