import { createId } from '../core/ids.ts'
import { isVisibleHeader } from '../core/rules.ts'
import type { AnswerHead } from '../protocols/inbound.ts'
import {
  decodeResponsesRequest,
  type InboundResponse,
  previousResponseId,
  referencedResponses,
} from '../protocols/openai-responses/decode-request.ts'
import { itemsAsPassed } from '../guard/conversation.ts'
import { randomBytes, type RequestScope } from './context.ts'
import type { AnswerOptions } from './exchange.ts'
import { conversationUpTo, keptOf, outputOf, responseObject } from './kept-responses.ts'
import { answerAsked } from './runs/team.ts'
import { withSessionHeader } from './session.ts'

/** A request to be answered in the background, as it waits in its response's object. */
export type BackgroundJob = { body?: unknown; sessionId: string | null }

/** A request of OpenAI Responses with the conversation it continues. */
type Opened = { inbound: InboundResponse; context: readonly unknown[]; id: string }

/**
 * Answers `POST /v1/responses`: at once, or with a promise where the caller wants it in the background.
 *
 * @throws AppError naming the field that is wrong
 */
export async function respond(
  scope: RequestScope,
  body: unknown,
  sessionId: string | null,
): Promise<Response> {
  const opened = await open(scope, body, sessionId)
  if (opened.inbound.background) return promise(scope, opened, { body, sessionId })
  return answerOpened(scope, opened, async (response, { inbound: passed }) => {
    const { inbound, context, id } = opened
    if (!inbound.store) return
    const input = itemsAsPassed(inbound.inputItems, inbound.chat, passed.chat)
    await responseObject(scope, id).keep(keptOf(response, input, context), Date.now())
  })
}

/** The most responses that one request may refer to by the ids of their items. */
const MAX_REFERENCED = 100

/** Reads a request and the conversation before it. `id`: the response's own, where it was promised before. */
export async function open(
  scope: RequestScope,
  body: unknown,
  sessionId: string | null,
  id: string = mintId('resp'),
): Promise<Opened> {
  const previous = previousResponseId(body)
  const [context, ...referenced] = await Promise.all([
    previous === null ? [] : conversationUpTo(scope, previous),
    ...referencedResponses(body)
      .slice(0, MAX_REFERENCED)
      .map((other) => outputOf(scope, other)),
  ])
  const decoded = decodeResponsesRequest(body, context, mintId, referenced.flat())
  return { inbound: withSessionHeader(decoded, sessionId ?? undefined), context, id }
}

/** Answers an opened request, with `keep` told of the response before the client is. */
export async function answerOpened(
  scope: RequestScope,
  { inbound, id }: Opened,
  keep: NonNullable<AnswerOptions['keep']>,
): Promise<Response> {
  return answerAsked(scope, inbound, { id, keep })
}

/** Keeps the request and leaves it to the queue; the caller asks for the response later. */
async function promise(
  scope: RequestScope,
  { inbound, context, id }: Opened,
  job: BackgroundJob,
): Promise<Response> {
  const now = Date.now()
  const response = inbound.reply.pending(headOf(inbound, id, now), 'queued')
  const object = responseObject(scope, id)
  await object.begin(keptOf(response, inbound.inputItems, context), JSON.stringify(job), now)
  const { caller, requestId, region, origin } = scope
  const headers = Object.fromEntries([...scope.headers].filter(([name]) => isVisibleHeader(name)))
  await scope.env.BACKGROUND.send({ version: 1, id, caller, requestId, region, headers, origin })
  return Response.json(response)
}

/** The head of a response that nobody answers yet. */
export function headOf({ routing }: InboundResponse, id: string, now: number): AnswerHead {
  return { id, createdAt: now, model: routing.model, simulated: false, inputTokens: 0 }
}

/** A new id in OpenAI's form, such as `msg_…`. */
function mintId(prefix: string): string {
  return createId(prefix, Date.now(), randomBytes())
}
