import type { ChatRequest, OutputFormat, ReasoningWish, Sampling } from '../../core/chat.ts'
import { AppError } from '../../core/errors.ts'
import { present } from '../../core/present.ts'
import type { Inbound } from '../inbound.ts'
import { invalidField } from '../invalid-field.ts'
import { routingPreferences } from '../routing-fields.ts'
import { readItems } from './decode-items.ts'
import { type InputItem, ownItems, readStored, type ResolvedItem, toInputItem } from './input-items.ts'
import { responseOf } from './item-ids.ts'
import { nativeRequest, toolsOf } from './native-request.ts'
import { type ResponsesReply, responsesReply } from './reply.ts'
import { continuation, itemReference, referringBody, type ResponsesBody, responsesBody } from './schema.ts'

/** A request of OpenAI Responses: whether its answer is kept, and awaited. */
export type InboundResponse = Inbound & {
  reply: ResponsesReply
  store: boolean
  /** True: the caller does not wait for the answer. Never with `stream`, always with `store`. */
  background: boolean
  /** This request's own input, each item with an id, and what its references stand for. */
  inputItems: readonly InputItem[]
}

/**
 * The response a request continues; null for none.
 *
 * @throws AppError naming the field, or for a body that is no object
 */
export function previousResponseId(body: unknown): string | null {
  const { data, error } = continuation.safeParse(body)
  if (error) throw invalidField(error)
  return data.previous_response_id ?? null
}

/** The responses whose output items a request's input refers to by id, each once. Empty for what is no request. */
export function referencedResponses(body: unknown): string[] {
  const input = referringBody.safeParse(body).data?.input ?? []
  const ids = input.flatMap((item) => itemReference.safeParse(item).data?.id ?? [])
  return [...new Set(ids.flatMap((id) => responseOf(id) ?? []))]
}

/**
 * Reads the body of `POST /v1/responses`.
 *
 * @param body parsed JSON
 * @param previous the items (input and kept output, oldest first, as JSON) of the responses this one continues
 * @param mintId a new id that starts with this prefix, for an input item that has none
 * @param referenced kept output of the responses that `referencedResponses` names
 * @throws AppError `invalid_request` naming the field
 */
export function decodeResponsesRequest(
  body: unknown,
  previous: readonly unknown[],
  mintId: (prefix: string) => string,
  referenced: readonly unknown[] = [],
): InboundResponse {
  const result = responsesBody.safeParse(body)
  if (!result.success) throw invalidField(result.error)
  const parsed = result.data
  refuseLostAnswers(parsed)
  const earlier = readStored(previous)
  const own = ownItems(parsed.input, [...earlier, ...readStored(referenced)])
  return {
    chat: chatRequest(parsed, earlier, own),
    routing: routingPreferences(parsed),
    stream: parsed.stream ?? false,
    reply: responsesReply(parsed),
    store: parsed.store ?? true,
    background: parsed.background ?? false,
    inputItems: own.map((item) => toInputItem(item, mintId)),
  }
}

function refuseLostAnswers({ background, stream, store }: ResponsesBody): void {
  if (!background) return
  const problem = stream
    ? 'a background response cannot be streamed; poll it by its id'
    : 'a background response must be stored to be read later'
  if (stream || store === false) {
    throw new AppError('invalid_request', `Invalid 'background': ${problem}`, { param: 'background' })
  }
}

function chatRequest(
  body: ResponsesBody,
  earlier: readonly ResolvedItem[],
  own: readonly ResolvedItem[],
): ChatRequest {
  const { messages, onlyHere } = readItems([
    ...earlier.map(({ item }) => ({ item, path: 'previous_response_id' })),
    ...own.map(({ item }, index) => ({ item, path: `input[${index}]` })),
  ])
  const { tools, toolChoice } = toolsOf(body)
  const { instructions, safety_identifier, user } = body
  return {
    ...present({
      toolChoice,
      parallelToolCalls: body.parallel_tool_calls,
      user: safety_identifier ?? user,
      metadata: body.metadata,
    }),
    messages: instructions
      ? [{ role: 'system', content: [{ type: 'text', text: instructions }] }, ...messages]
      : messages,
    tools,
    output: outputFormat(body.text),
    sampling: sampling(body),
    reasoning: reasoningWish(body.reasoning),
    native: nativeRequest(body, [...earlier, ...own], onlyHere),
  }
}

function outputFormat(text: ResponsesBody['text']): OutputFormat {
  const format = text?.format
  if (format?.type !== 'json_schema') return { type: format?.type ?? 'text' }
  const { name, schema, strict } = format
  return { type: 'json_schema', name, schema, ...present({ strict }) }
}

function sampling(body: ResponsesBody): Sampling {
  const wanted = body.include?.includes('message.output_text.logprobs') || (body.top_logprobs ?? 0) > 0
  return present({
    temperature: body.temperature,
    topP: body.top_p,
    maxOutputTokens: body.max_output_tokens,
    logprobs: wanted || undefined,
    topLogprobs: body.top_logprobs,
  })
}

function reasoningWish(reasoning: ResponsesBody['reasoning']): ReasoningWish {
  const effort = reasoning?.effort
  const summary = reasoning?.summary ?? reasoning?.generate_summary
  return present({ effort: effort === 'max' ? 'xhigh' : effort, shown: summary ? true : undefined })
}
