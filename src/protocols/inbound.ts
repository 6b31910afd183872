import type { Answer } from '../core/answer.ts'
import type { ChatRequest, ContentEvent, FinishReason, LastEvent, Usage } from '../core/chat.ts'
import type { ErrorBody } from '../core/errors.ts'
import type { RoutingPreferences } from '../core/routing.ts'

/** What a caller asked, taken apart: the conversation, where it may go, and how the answer is written. */
export type Inbound = {
  chat: ChatRequest
  routing: RoutingPreferences
  stream: boolean
  reply: Reply
}

/** How an answer is written in the caller's protocol, with what the request said about its form. */
export type Reply = {
  /** The start of the answer's id, as the protocol's clients know it. */
  idPrefix: 'chatcmpl' | 'cmpl' | 'msg' | 'resp'
  /** The body of an answer that is not streamed. */
  whole(head: AnswerHead, answer: Answer, closing: AnswerClosing): object
  /** The answer as it is kept for later requests, where the protocol has such; `whole` may hold less of it back. */
  kept?(head: AnswerHead, answer: Answer, closing: AnswerClosing): object
  /** The body of an error that came instead of an answer. */
  failure(body: ErrorBody): object
  /** One encoder per streamed answer. */
  stream(head: AnswerHead): StreamEncoder
}

/**
 * What is known when an answer begins. `createdAt` in Unix ms; `model` is the one that answers; `inputTokens` is
 * estimated, for protocols that tell it first.
 */
export type AnswerHead = {
  id: string
  createdAt: number
  model: string
  simulated: boolean
  inputTokens: number
}

/** What is known once the answer is whole. `costUsd` is null when a price is unknown. */
export type AnswerClosing = {
  reason: FinishReason
  /** Why the further choices ended, from the second on. */
  otherReasons: readonly FinishReason[]
  stopSequence?: string
  usage: Usage
  costUsd: number | null
  /** What each call took, where several models worked on the answer; `usage` is their sum. */
  members?: readonly MemberUsage[]
  /** The decision, when the caller asked for it. */
  metadata?: unknown
  /** The host's own words at the end, where the caller gets those. */
  native?: (LastEvent & { type: 'answer-end' })['native']
}

/** What one call took that worked on an answer with others. Money in USD, null when a price is unknown. */
export type MemberUsage = {
  role: string
  number: number
  model: string
  provider: string
  outcome: string
  usage: Usage
  costUsd: number | null
}

/** The calls behind an answer, beside its usage; nothing where one model alone answered. */
export function memberFields({ members }: AnswerClosing) {
  return members && { members: members.map(memberBody) }
}

function memberBody({ usage, costUsd, ...about }: MemberUsage) {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = usage
  return {
    ...about,
    input_tokens: inputTokens,
    cached_input_tokens: cachedInputTokens,
    output_tokens: outputTokens,
    reasoning_tokens: reasoningTokens,
    cost: costUsd,
  }
}

/** Server-sent events of one streamed answer. Each method returns SSE text. */
export type StreamEncoder = {
  /** A piece of the answer; empty text when the protocol has no word for it. */
  delta(event: ContentEvent): string
  /** Everything up to the protocol's terminator. */
  end(closing: AnswerClosing): string
  /** The protocol's form of an answer that broke off. No terminator of success follows. */
  error(body: ErrorBody): string
  /** After `end` or `error`: the answer as it is kept; null where the protocol keeps none. */
  kept?(): object | null
}

/** One server-sent event; `event` names it where the protocol does. A host's own name may hold line breaks. */
export function sse(data: object, event?: string): string {
  const name = event === undefined ? '' : `event: ${event.replaceAll(/[\r\n]/g, '')}\n`
  return `${name}data: ${JSON.stringify(data)}\n\n`
}

/** The data of each event in text that holds whole ones, as they are relayed. */
export function eventData(text: string): string[] {
  return text.split('\n\n').flatMap((frame) => {
    const lines = frame.split('\n').filter((line) => line.startsWith('data:'))
    return lines.length > 0 ? [lines.map((line) => line.slice('data:'.length)).join('\n')] : []
  })
}
