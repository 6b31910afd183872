import type { ErrorCode } from '../../core/errors.ts'
import {
  forkBody,
  messageBody,
  sessionBody,
  sessionPage,
  sessionPatchBody,
} from '../sessions/session-body.ts'
import { ANSWERING } from './inference.ts'
import { objectOf, type Operation } from './operation.ts'

const SESSION = { id: { kind: 'session', description: 'Id of a session: `sess_…`' } } as const
const SHOWN = objectOf('session', ['id', 'agent', 'messages', 'memory', 'summary', 'expires_at'])
const BASE = { access: 'agents', tag: 'Sessions' } as const
const TURN: readonly ErrorCode[] = [...ANSWERING, 'idempotency_conflict', 'rate_limit_exceeded', 'timeout']

/** Conversations that are kept here. */
export const SESSIONS: readonly Operation[] = [
  {
    ...BASE,
    id: 'createSession',
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Begin a conversation that is kept here, with an agent, or as bindings say, or with any model',
    body: { schema: sessionBody, optional: true },
    answer: { status: 201, description: 'The session', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'getSession',
    method: 'GET',
    path: '/v1/sessions/{id}',
    summary: 'A session: its last messages, or those before one; its summary, memory, and who answered last',
    params: SESSION,
    query: sessionPage,
    answer: { description: 'The session', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'updateSession',
    method: 'PATCH',
    path: '/v1/sessions/{id}',
    summary: 'Change what is remembered with every turn; null forgets',
    params: SESSION,
    body: { schema: sessionPatchBody },
    answer: { description: 'The session', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'deleteSession',
    method: 'DELETE',
    path: '/v1/sessions/{id}',
    summary: 'Forget a session',
    params: SESSION,
    answer: { status: 204, description: 'It is forgotten' },
  },
  {
    ...BASE,
    id: 'createSessionMessage',
    method: 'POST',
    path: '/v1/sessions/{id}/messages',
    summary: 'Say something in a session, after all that is said there already; what fails is not kept',
    params: SESSION,
    headers: { 'idempotency-key': 'The same message is answered once' },
    body: { schema: messageBody },
    answer: {
      description: 'The answer; a stream of chunks, as of Chat Completions, with `stream: true`',
      schema: objectOf('session.message', ['id', 'role', 'content', 'model', 'usage', 'context']),
      types: ['application/json', 'text/event-stream'],
    },
    errors: TURN,
  },
  {
    ...BASE,
    id: 'forkSession',
    method: 'POST',
    path: '/v1/sessions/{id}/fork',
    summary: 'Begin a session with what was said in another one, up to a message or all of it',
    params: SESSION,
    body: { schema: forkBody, optional: true },
    answer: { status: 201, description: 'The new session', schema: SHOWN },
  },
]
