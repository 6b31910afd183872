/** How much may wait for a client that reads slowly, in bytes, before the host is read no further. */
const MAX_WAITING_BYTES = 256 * 1024

/** How long a client may read nothing before it counts as gone. Below the 30 s that a Worker outlives its client. */
const CLIENT_PATIENCE_MS = 25_000

/** A stream that was silent for a whole beat, in milliseconds, is written to: only that shows that a client has left. */
const HEARTBEAT_MS = 5_000
/** A comment, which readers of server-sent events skip. */
const HEARTBEAT = ': keep-alive\n\n'

/**
 * The way from our events to a client, with a comment now and then while the host is silent. `write` never waits for a
 * client that keeps up, and tells whether the client is still there: a client that hangs up is not always announced,
 * its writes then simply never settle.
 */
export type Outlet = {
  readable: ReadableStream<Uint8Array>
  /** Aborted as soon as it is seen that the client is gone. */
  gone: AbortSignal
  /** False once the client is gone; nothing more needs to be written. */
  write(text: string): Promise<boolean>
  close(): Promise<void>
}

/**
 * @param patienceMs how long a client may read nothing before it counts as gone
 * @param heartbeatMs how long the host may be silent before a client is written to
 */
export function createOutlet(
  patienceMs: number = CLIENT_PATIENCE_MS,
  heartbeatMs: number = HEARTBEAT_MS,
): Outlet {
  const { readable, writable } = new IdentityTransformStream()
  const writer = writable.getWriter()
  const encoder = new TextEncoder()
  let waiting = 0
  /** Since when (Unix ms) something has been waiting that the client has not read. */
  let waitingSince: number | null = null
  const gone = new AbortController()
  let silent = false
  const heart = setInterval(() => {
    if (silent) void write(HEARTBEAT)
    silent = true
  }, heartbeatMs)

  async function write(text: string): Promise<boolean> {
    if (gone.signal.aborted || text === '') return !gone.signal.aborted
    silent = false
    const bytes = encoder.encode(text)
    waiting += bytes.byteLength
    waitingSince ??= Date.now()
    const settled = settle(bytes)
    if (waiting > MAX_WAITING_BYTES) await atMost(patienceMs + 1, settled)
    if (waitingSince !== null && Date.now() - waitingSince > patienceMs) gone.abort()
    return !gone.signal.aborted
  }

  async function settle(bytes: Uint8Array): Promise<void> {
    try {
      await writer.write(bytes)
    } catch {
      gone.abort()
    }
    waiting -= bytes.byteLength
    waitingSince = waiting === 0 ? null : Date.now()
  }

  return {
    readable,
    gone: gone.signal,
    write,
    async close() {
      clearInterval(heart)
      const closed = gone.signal.aborted ? Promise.resolve() : writer.close().catch(() => undefined)
      await atMost(patienceMs + 1, closed)
      // A client that comes back after all sees a broken answer instead of waiting for its end.
      await writer.abort('The client read nothing for too long').catch(() => undefined)
    },
  }
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  await Promise.race([work, tooLong])
  clearTimeout(timer)
}
