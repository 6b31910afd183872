import { isContent } from '../core/answer.ts'
import { type ChatEvent, type ContentEvent, type HostEvent, isLast, type WireFormat } from '../core/chat.ts'
import type { Adapter } from './adapter.ts'
import { createEventReader, frameEvent, LAST_EVENT_END } from './server-sent-events.ts'

/**
 * Words that only events have which are more than a piece of content: usage, ends, errors. In a piece of content they
 * cannot stand: JSON escapes the quotes of its texts. A false alarm costs a parse, nothing else.
 */
const MORE_THAN_CONTENT: Readonly<Record<WireFormat, RegExp>> = {
  'openai-chat': /"(?:finish_reason|usage|error)":\s*["{]|\[DONE\]/,
  'openai-responses':
    /"type":\s*"(?:response\.(?:created|queued|in_progress|completed|incomplete|failed)|error)"/,
  'anthropic-messages': /"type":\s*"(?:message_\w+|error)"/,
  'google-generate-content': /"(?:finishReason|usageMetadata|error)":/,
}

/** An event's data that is no JSON object, and so nothing that a host of these formats says. */
const GARBAGE = /^data:(?! ?\{.*\}$)/m

/**
 * A host's stream for a caller who speaks the same format: its own events, passed on as they came. Only the beginning
 * is read, and what is not plain content (usage, ends, errors); the end brings its own words along.
 *
 * @param pieces the stream's text, in pieces of any size
 * @param onLife called whenever a whole event or a comment has come
 */
export async function* relayedAnswer(
  adapter: Adapter,
  pieces: AsyncIterable<string>,
  onLife?: () => void,
): AsyncGenerator<ChatEvent> {
  const decode = adapter.createDecoder()
  const read = createLateReader(adapter)
  const isPlain = (text: string) => !MORE_THAN_CONTENT[adapter.format].test(text) && !GARBAGE.test(text)
  const relay = (events: readonly HostEvent[]): ChatEvent => {
    const text = events.map(frameEvent).join('')
    return { type: 'relay', text, read: read(text) }
  }
  const parser = createEventReader(onLife)
  /** Events that are not passed on yet: before the first content, and from the first that is not plain. */
  const held: HostEvent[] = []
  let phase: 'opening' | 'content' | 'ending' = 'opening'
  let whole = true
  for await (const piece of completed(pieces)) {
    const startsWhole = whole
    whole = piece.endsWith('\n\n')
    if (phase === 'content' && startsWhole && whole && isPlain(piece)) {
      if (piece.includes(':')) onLife?.()
      yield { type: 'relay', text: piece, read: read(piece) }
      continue
    }
    for (const event of parser(piece)) {
      let decoded: ChatEvent[]
      try {
        decoded = decode(event.data)
      } catch (error) {
        // What was said before the garbage is the caller's.
        if (phase === 'content' && held.length > 0) yield relay(held.splice(0))
        throw error
      }
      if (phase === 'content' && !isPlain(event.data)) {
        phase = 'ending'
        if (held.length > 0) yield relay(held.splice(0))
      }
      held.push(event)
      const last = decoded.find(isLast)
      if (last) return yield last.type === 'answer-end' ? { ...last, native: { events: held } } : last
      if (phase === 'opening' && decoded.some(isContent)) phase = 'content'
    }
    if (phase === 'content' && held.length > 0) yield relay(held.splice(0))
  }
}

/** The end of the stream ends its last event, too. */
async function* completed(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let last = LAST_EVENT_END
  for await (const piece of pieces) yield (last = piece)
  if (!last.endsWith(LAST_EVENT_END)) yield LAST_EVENT_END
}

/** Reads relayed words in the order they came, and only when somebody wants to know what they say. */
function createLateReader(adapter: Adapter) {
  let late: { decode: (data: string) => ChatEvent[]; parse: (piece: string) => HostEvent[] } | null = null
  return (text: string) => (): readonly ContentEvent[] => {
    late ??= { decode: adapter.createDecoder(), parse: createEventReader() }
    const { decode, parse } = late
    return parse(text).flatMap(({ data }) => understood(decode, data).filter((event) => !isLast(event)))
  }
}

/** What was passed on unread may be nonsense: it says nothing then. */
function understood(decode: (data: string) => ChatEvent[], data: string): ChatEvent[] {
  try {
    return decode(data)
  } catch {
    return []
  }
}
