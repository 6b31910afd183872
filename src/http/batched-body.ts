import type { ByteSource } from '../providers/server-sent-events.ts'

/** How long bytes are gathered after the first ones, in milliseconds: a token's delay nobody sees. */
const BATCH_MS = 10
/** Room for the bytes of one batch; more than that makes another batch at once. */
const BATCH_BYTES = 64 * 1024
/**
 * How much of a stream is drained natively, in bytes: a host that sends faster than we read would fill our memory
 * otherwise, and a small compressed body become a huge one. What is longer is read on, chunk by chunk.
 */
const MAX_DRAINED_BYTES = 8 * 1024 * 1024

/**
 * Reads a body in batches. What a stream costs on this runtime is not parsing but entering JavaScript: a body that is
 * read chunk by chunk halves the throughput. One branch of a tee is drained natively, so that bytes gather in the
 * other while we wait; the first ones are read at once, and the end is never waited for.
 */
export function readInBatches(body: ReadableStream<Uint8Array>): ByteSource {
  const [ours, drained] = body.tee()
  const reader = ours.getReader({ mode: 'byob' })
  const sink = new FixedLengthStream(MAX_DRAINED_BYTES)
  const stop = new AbortController()
  const ended = drained.pipeTo(sink.writable, { signal: stop.signal }).catch(() => undefined)
  void new Response(sink.readable).arrayBuffer().catch(() => undefined)
  let buffer = new ArrayBuffer(BATCH_BYTES)
  let full = true
  return {
    async read() {
      if (!full) await Promise.race([scheduler.wait(BATCH_MS), ended])
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (done) return null
      full = value.byteLength === BATCH_BYTES
      const copy = value.slice()
      buffer = value.buffer
      return copy
    },
    async cancel() {
      stop.abort()
      await reader.cancel().catch(() => undefined)
    },
  }
}
