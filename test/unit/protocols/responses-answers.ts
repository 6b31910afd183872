import { type Answer, createAnswerBuilder } from '../../../src/core/answer.ts'
import { type ChatEvent, type ContentEvent, NO_USAGE } from '../../../src/core/chat.ts'
import type { AnswerClosing } from '../../../src/protocols/inbound.ts'
import { decodeResponsesRequest } from '../../../src/protocols/openai-responses/decode-request.ts'

export const TAIL = '01jd0000000000000000000000'
export const HEAD = {
  id: `resp_${TAIL}`,
  createdAt: 1_767_950_422_999,
  model: 'acme/one',
  simulated: false,
  inputTokens: 9,
}
export const CLOSING: AnswerClosing = {
  reason: 'stop',
  otherReasons: [],
  usage: { ...NO_USAGE, inputTokens: 10, cachedInputTokens: 4, outputTokens: 7, reasoningTokens: 2 },
  costUsd: 0.0012,
}
export const ERROR = { message: 'Acme broke off', type: 'api_error', code: 'provider_failed', param: null }

/** A request that asks for everything there is to see of thoughts. */
export const ALL_SHOWN = { reasoning: { summary: 'auto' }, include: ['reasoning.encrypted_content'] }

/** The reply to a request with these fields. */
export function replyTo(fields: object = {}) {
  const body = { model: 'auto', input: 'Hello', ...fields }
  return decodeResponsesRequest(body, [], (prefix) => `${prefix}_1`).reply
}

/** The answer that events make. */
export function gather(events: readonly ChatEvent[]): Answer {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  return builder.answer()
}

/** An answer as a stream. */
export function streamOf(events: readonly ContentEvent[], fields: object = {}, closing = CLOSING): string {
  const encoder = replyTo(fields).stream(HEAD)
  return events.map((event) => encoder.delta(event)).join('') + encoder.end(closing)
}

export type WireEvent = { type: string; sequence_number: number; [field: string]: unknown }

/** The events in a stream, each named by its type. */
export function eventsIn(stream: string): WireEvent[] {
  return stream
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => {
      const [name, data, ...rest] = frame.split('\n')
      const event: WireEvent = JSON.parse(data?.replace(/^data: /, '') ?? '')
      if (name !== `event: ${event.type}` || rest.length > 0) throw new Error(`Badly framed: ${frame}`)
      return event
    })
}

export const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
