import type { AgentCard } from '../../agents/card.ts'
import type { SessionObject, Ticket, Turn } from '../../agents/session-object.ts'
import {
  type ContextNote,
  foldPrompt,
  foldToFit,
  type SessionMessage,
  type Summary,
  tokensIn,
  turnPrompt,
} from '../../agents/session.ts'
import { AppError } from '../../core/errors.ts'
import { createId } from '../../core/ids.ts'
import { decodeChatRequest } from '../../protocols/openai-chat/decode-request.ts'
import { randomBytes, type RequestScope } from '../context.ts'
import { answerAsked } from '../runs/team.ts'
import { agentNamed, modelOf, roomFor } from './session-agent.ts'
import { summarize } from './summarize.ts'
import type { MessageBody } from './session-body.ts'
import { messageJson } from './session-json.ts'
import { type TurnAnswer, turnReply } from './turn-reply.ts'

type Session = DurableObjectStub<SessionObject>
type Yours = Extract<Turn, { kind: 'yours' }>

/** How often a turn says that it goes on, and how long one waits for another at once, and at all, in ms. */
const RENEW_MS = 10_000
const WAIT_MS = 10_000
const LONGEST_WAIT_MS = 600_000

/**
 * Answers what a user says in a session, after all that was said there before. What fails is not kept: it may be said again.
 *
 * @throws AppError `not_found` for no such session, or where the turn cannot be taken
 */
export async function answerMessage(
  scope: RequestScope,
  session: Session,
  said: MessageBody,
  { key, digest }: Omit<Ticket, 'id'>,
): Promise<Response> {
  const ticket = { id: newId('turn'), key, digest }
  const turn = await turnOf(session, ticket, scope.signal)
  if (turn.kind === 'answered') {
    return Response.json(messageJson(turn.message), { headers: { 'idempotent-replayed': 'true' } })
  }
  const renewing = setInterval(() => void session.renew(ticket.id).catch(() => false), RENEW_MS)
  const stop = async () => {
    clearInterval(renewing)
    await session.leave(ticket.id)
  }
  try {
    const answered = await answerTurn(scope, session, { turn, said, ticket }, stop)
    if (!answered.ok) await stop()
    return answered
  } catch (error) {
    await stop()
    throw error
  }
}

type Doing = { turn: Yours; said: MessageBody; ticket: Ticket }

async function answerTurn(
  scope: RequestScope,
  session: Session,
  { turn, said, ticket }: Doing,
  stop: () => Promise<void>,
): Promise<Response> {
  const { id, agent, metadata } = turn.session
  const card = agent === null ? null : await agentNamed(scope, agent)
  const model = modelOf(card, [said.model ?? null, turn.session.model])
  const { messages, summary, note } = await contextFor(scope, turn, card, { model, content: said.content })
  const body = { model, messages, metadata, session_id: id, stream: said.stream ?? false }
  const inbound = decodeChatRequest(body)
  let answer: TurnAnswer | null = null
  const reply = turnReply(inbound.reply, note, (made) => {
    answer = made
    if (!made) scope.background(stop())
  })
  const asked = {
    id: newId('msg'),
    role: 'user',
    content: said.content,
    at: Date.now(),
    answer: null,
  } as const
  const keep = async () => {
    if (!answer) return
    const { key, digest } = ticket
    const question = { ...asked, key, digest }
    const both = [question, { ...answer, key: null, digest: null }]
    const isKept = await session.finish(ticket.id, both, summary).finally(stop)
    if (!isKept) throw new AppError('not_found', 'The session ended, or went on without this answer')
  }
  return answerAsked(scope, { ...inbound, reply }, { id: newId('msg'), keep })
}

/** What a model is told, with the summary where that is a new one. */
async function contextFor(
  scope: RequestScope,
  { session, summary: known, messages, count }: Yours,
  card: AgentCard | null,
  { model, content }: { model: string; content: string },
) {
  const { memory } = session
  const instructions = [card?.prompt ?? null, session.instructions]
  // What is said now is never cut, and takes nothing from what was said before: a larger model is asked then.
  const fixed = turnPrompt({ instructions, memory, summary: known?.text ?? null, recent: [], content: '' })
  const taken = fixed.reduce((sum, one) => sum + tokensIn(one.content, 1), 0)
  const room = Math.max(0, roomFor(scope, model, card?.maxContext ?? null) - taken)
  const { recent, folded } = foldToFit(messages, room)
  const summary = await folding(scope, known, folded)
  const told = summary ?? known
  const note: ContextNote = {
    messages: recent.length,
    summarized: told?.upTo ?? 0,
    dropped: count - recent.length - (told?.upTo ?? 0),
  }
  return {
    messages: turnPrompt({ instructions, memory, summary: told?.text ?? null, recent, content }),
    summary,
    note,
  }
}

/** A summary that covers what is folded as well; null where nothing is, or nobody could make one. */
async function folding(
  scope: RequestScope,
  known: Summary | null,
  folded: readonly SessionMessage[],
): Promise<Summary | null> {
  const upTo = folded.at(-1)?.seq
  if (upTo === undefined) return null
  const text = await summarize(scope, foldPrompt(known?.text ?? null, folded))
  return text === null ? null : { text, upTo }
}

/** @throws AppError where there is none to be had */
async function turnOf(session: Session, ticket: Ticket, signal: AbortSignal) {
  const end = Date.now() + LONGEST_WAIT_MS
  while (!signal.aborted && Date.now() < end) {
    const turn = await session.takeTurn(ticket, WAIT_MS)
    if (turn.kind === 'yours' || turn.kind === 'answered') return turn
    if (turn.kind !== 'waiting') throw REFUSALS[turn.kind]()
  }
  await session.leave(ticket.id)
  throw new AppError('timeout', 'Others in this session took too long')
}

const REFUSALS = {
  unknown: () => new AppError('not_found', 'There is no such session', { param: 'id' }),
  conflict: () =>
    new AppError('idempotency_conflict', 'Another message was sent with this Idempotency-Key', {
      param: 'Idempotency-Key',
    }),
  too_many_waiting: () =>
    new AppError('rate_limit_exceeded', 'Too many messages wait in this session', { retryAfterMs: 1_000 }),
  too_many_messages: () =>
    new AppError('invalid_request', 'The session has as many messages as it may: begin another one'),
} as const

function newId(prefix: string): string {
  return createId(prefix, Date.now(), randomBytes())
}
