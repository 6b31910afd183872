import type { FinishReason, Seal, ReadEvent } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type AnswerHead, sse, type StreamEncoder } from '../inbound.ts'
import { type ChatReplyOptions, headFields, usageFields } from './encode-answer.ts'
import { detailOf } from './reasoning-details.ts'
import { relayChunks, relayEnd } from './relay.ts'

/** What has been written of one choice. */
type Progress = {
  opened: boolean
  /** The thought that is being written and has no seal yet. */
  thought: string
  details: number
  /** A seal of Google's: it belongs to what comes next. */
  waitingSeal: Seal | null
  /** Indices of calls of free text. */
  custom: Set<number>
}

/**
 * OpenAI's `chat.completion.chunk` events: chunks, a finish chunk per choice, the usage chunk when asked for, `[DONE]`.
 * An answer that breaks off ends in an error chunk and without `[DONE]`.
 */
export function createChunkEncoder(head: AnswerHead, options: ChatReplyOptions): StreamEncoder {
  const { includeUsage, showReasoning } = options
  const fields = headFields(head, 'chat.completion.chunk')
  const progress: Progress[] = []
  const progressOf = (choice: number) =>
    (progress[choice] ??= { opened: false, thought: '', details: 0, waitingSeal: null, custom: new Set() })

  function chunk(index: number, delta: object, reason: FinishReason | null, logprobs?: readonly unknown[]) {
    const state = progressOf(index)
    const opening = state.opened ? {} : { role: 'assistant' }
    state.opened = true
    const tokens = logprobs ? { content: logprobs, refusal: null } : null
    const choice = { index, delta: { ...opening, ...delta }, logprobs: tokens, finish_reason: reason }
    return sse({ ...fields, choices: [choice], ...(includeUsage && { usage: null }) })
  }

  return {
    delta(event) {
      if (event.type === 'relay') return relayChunks(event.text, head, includeUsage)
      const index = event.choice ?? 0
      const delta = deltaFields(event, progressOf(index), showReasoning)
      return delta ? chunk(index, delta, null, event.type === 'text-delta' ? event.logprobs : undefined) : ''
    },
    end(closing) {
      const { native } = closing
      if (native && 'events' in native) return relayEnd(native.events, head, closing, includeUsage)
      const metadata = present({ switchyard: closing.metadata })
      const finished = [closing.reason, ...closing.otherReasons].map((reason, index) =>
        chunk(index, waitingFields(progressOf(index), showReasoning), reason),
      )
      const last =
        includeUsage || closing.metadata !== undefined
          ? sse({ ...fields, choices: [], ...(includeUsage && { usage: usageFields(closing) }), ...metadata })
          : ''
      return `${finished.join('')}${last}data: [DONE]\n\n`
    },
    error: (body) => sse({ error: body }),
  }
}

function deltaFields(event: ReadEvent, state: Progress, showReasoning: boolean): object | null {
  if (event.type === 'tool-call-delta') return { tool_calls: [callPiece(event, state)] }
  if (event.type === 'reasoning-seal' && event.seal.format !== 'google') {
    return showReasoning ? sealFields(event.seal, state) : null
  }
  const callId = event.type === 'tool-call-start' ? event.id : undefined
  const waiting = waitingFields(state, showReasoning, callId)
  const fields = { ...waiting, ...ownFields(event, state, showReasoning) }
  return Object.keys(fields).length > 0 ? fields : null
}

type Piece = ReadEvent & { type: 'tool-call-delta' }

function callPiece({ index, argumentsJson }: Piece, { custom }: Progress): object {
  return custom.has(index)
    ? { index, custom: { input: argumentsJson } }
    : { index, function: { arguments: argumentsJson } }
}

/** What an event says by itself. */
function ownFields(event: Exclude<ReadEvent, Piece>, state: Progress, showReasoning: boolean): object {
  if (event.type === 'reasoning-delta') {
    state.thought += event.text
    return showReasoning ? { reasoning: event.text } : {}
  }
  state.thought = ''
  switch (event.type) {
    case 'text-delta':
      return { content: event.text }
    case 'refusal-delta':
      return { refusal: event.text }
    case 'reasoning-seal':
      state.waitingSeal = event.seal
      return {}
    case 'tool-call-start': {
      const { index, id, name, custom } = event
      if (custom) state.custom.add(index)
      const kind = custom
        ? { type: 'custom', custom: { name, input: '' } }
        : { type: 'function', function: { name, arguments: '' } }
      return { tool_calls: [{ index, id, ...kind }] }
    }
  }
}

/** The seal that waited for what comes now; `callId` where that is a tool call. */
function waitingFields(state: Progress, showReasoning: boolean, callId?: string): object {
  const seal = state.waitingSeal
  state.waitingSeal = null
  return seal && showReasoning ? sealFields(seal, state, callId) : {}
}

/** The whole sealed thought in one chunk, so that a client can put it by without joining pieces. */
function sealFields(seal: Seal, state: Progress, callId?: string): object {
  const detail = detailOf(state.thought, seal, state.details++, callId)
  state.thought = ''
  return { reasoning_details: [detail] }
}
