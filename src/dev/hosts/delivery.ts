import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './faults.ts'

/** An answer ready to be sent. `firstMs` is the wait before the first chunk, `gapMs` between two chunks. */
export type Reply = {
  status: number
  headers: Readonly<Record<string, string>>
  chunks: readonly string[]
  firstMs: number
  gapMs: number
}

export type Step =
  | { do: 'wait'; ms: number }
  | { do: 'head'; status: number; headers: Readonly<Record<string, string>> }
  | { do: 'write'; bytes: string | Uint8Array }
  | { do: 'end' }
  /** Closes the connection under the answer. */
  | { do: 'destroy' }
  /** Says nothing more until the other side gives up. */
  | { do: 'hold' }

const EIGHTHS = 8
/** Where a chunk of any format holds arguments of a tool call, up to their first characters. */
const ARGUMENTS =
  /"arguments":"[^"\\]*\\?.|"partial_json":"[^"]|"args":\{"|"input":\{"|function_call_arguments\.delta"/
/** Lets what was written leave before the connection is destroyed. */
const FLUSH_MS = 10

/** How a reply reaches the caller under a fault. `inBand` is the chunk that `error-in-band` puts in the middle. */
export function planDelivery(reply: Reply, fault: Fault | null, inBand: string): readonly Step[] {
  const delay: Step[] = fault && fault.kind !== 'drip' ? waiting(fault.delayMs) : []
  return [...delay, ...stepsOf(reply, fault, inBand)]
}

function stepsOf(reply: Reply, fault: Fault | null, inBand: string): readonly Step[] {
  switch (fault?.kind) {
    case 'refuse':
      return [{ do: 'destroy' }]
    case 'hang':
      return [{ do: 'hold' }]
    case 'stall':
      return [...begun(reply, fault.afterChunks), { do: 'hold' }]
    case 'cut':
      return [...begun(reply, fault.afterChunks), { do: 'destroy' }]
    case 'end-early':
      return [...begun(reply, fault.afterChunks), { do: 'end' }]
    case 'error-in-band':
      return [...begun(reply, fault.afterChunks), { do: 'write', bytes: inBand }, { do: 'end' }]
    case 'malformed': {
      const chunks = divided(reply.chunks).toSpliced(fault.afterChunks, 0, garbage(reply))
      return whole({ ...reply, chunks })
    }
    case 'cut-tool-call':
      return cutInArguments(reply)
    case 'truncated-json': {
      const text = reply.chunks.join('')
      return whole({ ...reply, chunks: [text.slice(0, text.length / 2)] })
    }
    case 'duplicate-end':
      return whole({ ...reply, chunks: [...reply.chunks, ...reply.chunks.slice(-1)] })
    case 'drip':
      return dripping(reply, fault.delayMs)
    case 'status':
    case 'html':
    case 'replay':
    case 'context-overflow':
    case 'empty':
    case 'failed':
    case 'filtered':
    case 'no-usage':
    case 'slow':
    case undefined:
      return whole(reply)
  }
}

function whole(reply: Reply): readonly Step[] {
  return [...head(reply), ...writes(reply.chunks, reply.gapMs), { do: 'end' }]
}

function begun(reply: Reply, afterChunks: number): readonly Step[] {
  return [...head(reply), ...writes(divided(reply.chunks).slice(0, afterChunks), reply.gapMs)]
}

function head({ status, headers, firstMs }: Reply): readonly Step[] {
  return [...waiting(firstMs), { do: 'head', status, headers }]
}

function writes(chunks: readonly string[], gapMs: number): readonly Step[] {
  return chunks.flatMap((bytes, index): Step[] => [
    ...(index > 0 ? waiting(gapMs) : []),
    { do: 'write', bytes },
  ])
}

/** Up to the middle of the first tool call's arguments; a reply without a tool call is whole. */
function cutInArguments(reply: Reply): readonly Step[] {
  const found = reply.chunks.flatMap((chunk, at) => {
    const match = ARGUMENTS.exec(chunk)
    return match ? [{ at, end: match.index + match[0].length }] : []
  })
  // The arguments are repeated after their last piece, so the middle lies in the first third.
  const middle = found[Math.floor((found.length - 1) / 3)]
  if (!middle) return whole(reply)
  const half = reply.chunks[middle.at]?.slice(0, middle.end) ?? ''
  const chunks = [...reply.chunks.slice(0, middle.at), half]
  return [...head(reply), ...writes(chunks, reply.gapMs), { do: 'destroy' }]
}

function dripping(reply: Reply, delayMs: number): readonly Step[] {
  const bytes = [...Buffer.from(reply.chunks.join(''))]
  const drops = bytes.flatMap((byte): Step[] => [
    { do: 'write', bytes: Uint8Array.of(byte) },
    ...waiting(delayMs),
  ])
  return [...head(reply), ...drops, { do: 'end' }]
}

function waiting(ms: number): Step[] {
  return ms > 0 ? [{ do: 'wait', ms }] : []
}

/** A body that comes in one piece has no chunks to count, so it is cut into eighths. */
function divided(chunks: readonly string[]): readonly string[] {
  const [only] = chunks
  if (only === undefined || chunks.length > 1) return chunks
  const size = Math.ceil(only.length / EIGHTHS)
  return Array.from({ length: EIGHTHS }, (_, index) => only.slice(index * size, (index + 1) * size))
}

function garbage({ headers }: Reply): string {
  return headers['content-type'] === 'text/event-stream'
    ? 'data: {"garbage": \u0000 not json\n\n'
    : '\u0000garbage'
}

/** Carries out a plan; stops when the caller hangs up. */
export async function perform(steps: readonly Step[], response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    for (const step of steps) {
      if (response.destroyed) return
      await carryOut(step, response, gone.signal)
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}

async function carryOut(step: Step, response: ServerResponse, gone: AbortSignal): Promise<void> {
  switch (step.do) {
    case 'wait':
      await sleep(step.ms, undefined, { signal: gone })
      return
    case 'head':
      response.writeHead(step.status, step.headers)
      response.flushHeaders()
      return
    case 'write':
      await new Promise<void>((resolve) => response.write(step.bytes, () => resolve()))
      return
    case 'end':
      response.end()
      return
    case 'destroy':
      if (response.headersSent) await sleep(FLUSH_MS, undefined, { signal: gone })
      response.socket?.destroy()
      return
    case 'hold':
      await new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve()))
  }
}
