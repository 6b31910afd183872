import { createParser } from 'eventsource-parser'
import type { HostEvent } from '../core/chat.ts'
import { present } from '../core/present.ts'
import { HostFault } from './failure.ts'

/** The largest single event read from a host, in characters; a larger one ends the stream with an error. */
const MAX_EVENT_CHARS = 8 * 1024 * 1024
/** The longest stream read from a host, decompressed, in bytes. */
const MAX_STREAM_BYTES = 32 * 1024 * 1024

/**
 * Reads server-sent events from text that comes in pieces of any size; comments and empty events are skipped.
 *
 * @param onLife called for every piece that ends an event or a comment
 * @returns takes a piece, gives the events that it completes
 * @throws HostFault on an event that is too large
 */
export function createEventReader(onLife?: () => void): (piece: string) => HostEvent[] {
  const ready: HostEvent[] = []
  /** Characters since the last whole event or comment: lines that are no fields count as well, which are not kept. */
  let unread = 0
  let lives = false
  function live(): void {
    unread = 0
    lives = true
  }
  const parser = createParser({
    onEvent({ event, data }) {
      live()
      ready.push({ data, ...present({ event }) })
    },
    onComment: live,
  })
  return function read(piece) {
    unread += piece.length
    lives = false
    parser.feed(piece)
    if (lives) onLife?.()
    if (unread > MAX_EVENT_CHARS)
      throw new HostFault(`sent an event of more than ${MAX_EVENT_CHARS} characters`)
    return ready.splice(0)
  }
}

/** Ends an event that has no blank line after it: not one by the letter, but many hosts end like that. */
export const LAST_EVENT_END = '\n\n'

/** An event as it is written on the wire. */
export function frameEvent({ event, data }: HostEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`)
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`
}

/**
 * The text of a body in pieces as they come. Leaving the loop early cancels the body.
 *
 * @throws HostFault on a body that is too long
 */
export async function* textPieces(body: ByteSource): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let length = 0
  try {
    for (;;) {
      const bytes = await body.read()
      if (!bytes) break
      length += bytes.byteLength
      if (length > MAX_STREAM_BYTES)
        throw new HostFault(`sent a stream of more than ${MAX_STREAM_BYTES} bytes`)
      const text = decoder.decode(bytes, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } finally {
    await body.cancel()
  }
}

/** A body being read: bytes as they come, null at the end. `cancel` never fails. */
export type ByteSource = { read(): Promise<Uint8Array | null>; cancel(): Promise<void> }

/** Reads a body chunk by chunk. */
export function readChunks(body: ReadableStream<Uint8Array>): ByteSource {
  const reader = body.getReader()
  return {
    async read() {
      const { done, value } = await reader.read()
      return done ? null : value
    },
    cancel: () => reader.cancel().catch(() => undefined),
  }
}
