import {
  type ChatEvent,
  type ChatRequest,
  type ContentEvent,
  isLast,
  type Message,
  type ReadEvent,
} from '../core/chat.ts'
import { createOverlapRemover, type Joined, type OverlapRemover } from './overlap.ts'

/** Where another model went on with an answer that had broken off: before its first word. */
export type Seam = { type: 'seam'; modelId: string; host: string }

/** Repeating a little shows where the rest belongs, and whether a word was cut; the repeat is taken out again. */
const GO_ON =
  'Your reply above was cut off. Write only the rest of it: begin by repeating its last few words exactly as they ' +
  'are there, then go on from that very place in the same language, style and formatting. Do not begin anew, do not ' +
  'apologize, and say nothing about the interruption.'

/** Some hosts refuse to write fewer tokens than this (OpenAI's Responses). */
const LEAST_TOKENS = 16

const BEGAN_ANEW = 'The model that took over began the answer anew'

/** Relayed events read for what they say; each only once and in order, they cannot be read again. */
export function readAll(written: readonly ContentEvent[]): readonly ReadEvent[] {
  return written.flatMap((event) => (event.type === 'relay' ? event.read() : [event])).filter(isRead)
}

function isRead(event: ContentEvent): event is ReadEvent {
  return event.type !== 'relay'
}

/**
 * Whether another model may write the rest of an answer whose beginning the caller has seen. Not where the joint would
 * show or break something: tool calls, structured output, refusals, several choices, log-probabilities, and content
 * that only hosts of the caller's own format understand.
 */
export function mayContinue(
  { output, sampling, native }: ChatRequest,
  written: readonly ReadEvent[],
): boolean {
  if (output.type !== 'text' || sampling.logprobs || (sampling.choices ?? 1) > 1) return false
  if (native && native.onlyHere.length > 0) return false
  return written.every(({ type }) => type === 'text-delta' || type.startsWith('reasoning-'))
}

/**
 * The request that has another model write the rest: the conversation, what was written of the answer, and what to do
 * with it. As it was where no text was written yet.
 *
 * @param estimateTokens how many tokens a text is, in the next model's count
 */
export function continuationRequest(
  request: ChatRequest,
  written: readonly ReadEvent[],
  estimateTokens: (text: string) => number,
): ChatRequest {
  const text = writtenText(written)
  if (text === '') return request
  const { maxOutputTokens, ...sampling } = request.sampling
  const used = estimateTokens(written.map(spokenOf).join(''))
  const rest: readonly Message[] = [
    { role: 'assistant', content: [{ type: 'text', text }] },
    { role: 'user', content: [{ type: 'text', text: GO_ON }] },
  ]
  return {
    ...request,
    messages: [...request.messages, ...rest],
    sampling: {
      ...sampling,
      ...(maxOutputTokens !== undefined && {
        maxOutputTokens: Math.min(maxOutputTokens, Math.max(LEAST_TOKENS, maxOutputTokens - used)),
      }),
    },
    native: null,
  }
}

/** What the request for the rest says beyond the first one. */
export function addedWords(written: readonly ReadEvent[]): string {
  const text = writtenText(written)
  return text === '' ? '' : `${text}\n${GO_ON}`
}

/** What was said to the caller before the answer broke off, without thoughts. */
export function writtenText(written: readonly ReadEvent[]): string {
  return written.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
}

function spokenOf(event: ReadEvent): string {
  return event.type === 'text-delta' || event.type === 'reasoning-delta' ? event.text : ''
}

/**
 * The answer to a `continuationRequest` as it follows what was written: without what it repeats, and with a seam before
 * the first piece that is new. Seals are left out: another model's thoughts, which they would vouch for, stand before
 * them; and so are thoughts in the middle of a text. A model that begins anew ends in `answer-error`.
 *
 * @param partial the text that was written before
 */
export async function* continued(
  events: AsyncIterable<ChatEvent>,
  partial: string,
  by: Omit<Seam, 'type'>,
): AsyncGenerator<ChatEvent | Seam> {
  const remover = createOverlapRemover(partial)
  let sewn = false
  for await (const event of events) {
    for (const next of following(event, remover, partial !== '')) {
      if (!sewn && next.type !== 'answer-error') yield { type: 'seam', ...by }
      sewn = true
      yield next
      if (isLast(next)) return
    }
  }
}

function following(event: ChatEvent, remover: OverlapRemover, midText: boolean): readonly ChatEvent[] {
  switch (event.type) {
    case 'relay':
      return event.read().flatMap((read) => following(read, remover, midText))
    case 'text-delta':
      return joined(remover.add(event.text))
    case 'reasoning-delta':
      return midText ? [] : [event]
    case 'reasoning-seal':
      return []
    case 'answer-end': {
      const { native: _ofTheRestAlone, ...end } = event
      return [...joined(remover.end()), end]
    }
    case 'refusal-delta':
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'answer-error':
      return [...joined(remover.end()), event]
  }
}

function joined({ text, beganAnew }: Joined): readonly ChatEvent[] {
  if (beganAnew) return [{ type: 'answer-error', code: 'provider_failed', message: BEGAN_ANEW }]
  return text === '' ? [] : [{ type: 'text-delta', text }]
}
