import type { Timeouts } from '../core/reliability.ts'

/**
 * Aborts a call that keeps us waiting for too long. A streamed answer is waited for until its headers (`connectMs`) and
 * its first content (`ttftMs`), a whole one until its first bytes (`ttftMs`); from then on silence counts (`idleMs`). A
 * model may think in silence, so that it does not count before.
 */
export type CallTimer = {
  /** Aborts when a time has run out. */
  signal: AbortSignal
  /** The headers have come. */
  answered(): void
  /** The answer itself has begun. */
  begun(): void
  /** A sign of life: an event or a comment of a stream, or bytes of a whole body. */
  heard: () => void
  /** What comes is kept waiting by whoever reads it, until `resume`: the silence in between is not the host's. */
  hold(): void
  resume(): void
  stop(): void
  /** Which time ran out, as the end of a sentence that the host's name begins; null while none has. */
  complaint(): string | null
}

export function createCallTimer(
  { connectMs, ttftMs, idleMs, totalMs }: Timeouts,
  stream: boolean,
): CallTimer {
  const controller = new AbortController()
  let complaint: string | null = null
  function expire(what: string): void {
    complaint ??= what
    controller.abort()
  }
  const total = setTimeout(expire, totalMs, `did not finish its answer within ${totalMs} ms (total timeout)`)
  const begin = stream ? 'sent no content' : 'did not begin to answer'
  const ttft = setTimeout(expire, ttftMs, `${begin} within ${ttftMs} ms (ttft timeout)`)
  const late = `did not begin to answer within ${connectMs} ms (connect timeout)`
  const connect = stream ? setTimeout(expire, connectMs, late) : undefined
  const silence = createSilenceTimer(idleMs, () => expire(`was silent for ${idleMs} ms (idle timeout)`))
  let isBegun = false
  return {
    signal: controller.signal,
    answered: () => clearTimeout(connect),
    begun() {
      if (isBegun) return
      isBegun = true
      clearTimeout(ttft)
      silence.listen()
    },
    heard() {
      if (isBegun) silence.listen()
    },
    hold: () => silence.hold(),
    resume: () => silence.resume(),
    stop() {
      silence.stop()
      for (const timer of [connect, ttft, total]) clearTimeout(timer)
    },
    complaint: () => complaint,
  }
}

/** Tells of a silence after the last `listen`; one that ends while held is forgiven. */
function createSilenceTimer(idleMs: number, onSilence: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let held = false
  let silentWhileHeld = false
  function listen(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (held) silentWhileHeld = true
      else onSilence()
    }, idleMs)
  }
  return {
    listen,
    hold() {
      held = true
    },
    resume() {
      held = false
      if (silentWhileHeld) listen()
      silentWhileHeld = false
    },
    stop: () => clearTimeout(timer),
  }
}
