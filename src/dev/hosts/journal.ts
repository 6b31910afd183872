import type { Fault } from './faults.ts'
import type { TokenUsage } from './question.ts'

/** One request to a simulated host, as it went. */
export type HostCall = {
  /** Unix ms. */
  at: number
  /** As the response's headers name it. */
  requestId: string
  host: string
  /** As the caller named it; empty when the request could not be read. */
  model: string
  path: string
  /** The beginning of what the user said first; empty for embeddings and for what could not be read. */
  opening: string
  /** 0 while nothing, or when nothing, was answered. */
  status: number
  /** Whether the caller asked for a stream. */
  streamed: boolean
  /** The fault that the call met, or null. */
  fault: Fault['kind'] | null
  /** True when the host did not finish its answer. */
  cut: boolean
  /** True when the caller hung up first. */
  aborted: boolean
  /** What the host charges for the answer; null when it told none. */
  usage: TokenUsage | null
}

/** How many calls are remembered, unless asked for more. */
const KEPT_CALLS = 1000

/** Remembers the latest calls. An entry that was opened may be changed while its call goes on. */
export function createJournal(now: () => number, keptCalls: number = KEPT_CALLS) {
  let calls: HostCall[] = []
  let opened = 0
  return {
    open(request: Pick<HostCall, 'host' | 'model' | 'path' | 'opening'>): HostCall {
      const outcome = { status: 0, streamed: false, fault: null, cut: false, aborted: false, usage: null }
      opened++
      const call: HostCall = { at: now(), requestId: `req_simulated_${opened}`, ...request, ...outcome }
      // Dropping half at a time keeps opening a call cheap, however many are remembered.
      if (calls.length >= 2 * keptCalls) calls = calls.slice(1 - keptCalls)
      calls.push(call)
      return call
    },
    list: (): readonly HostCall[] => calls.slice(-keptCalls).map((call) => ({ ...call })),
    clear(): void {
      calls = []
    },
  }
}
export type Journal = ReturnType<typeof createJournal>
