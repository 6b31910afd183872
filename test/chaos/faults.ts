import { hostsOf } from './stand.ts'

/** In a stream, after some words of the answer; in a body, halfway. */
const MIDWAY = { afterChunks: 12 }
const HALFWAY = { afterChunks: 4 }

/** What goes wrong before any content has come. */
export const BEFORE_CONTENT: readonly object[] = [
  { kind: 'status', status: 429, retryAfterMs: 300, retryAfterHeader: 'ms' },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'refuse' },
  { kind: 'hang' },
  { kind: 'stall', afterChunks: 0 },
  { kind: 'cut', afterChunks: 0 },
  { kind: 'empty' },
  { kind: 'html' },
  { kind: 'malformed', afterChunks: 0 },
  { kind: 'truncated-json' },
  { kind: 'error-in-band', afterChunks: 0 },
]

/** What goes wrong once the caller of a stream has read some of it. */
export const AFTER_CONTENT: readonly object[] = [
  { kind: 'cut', ...MIDWAY },
  { kind: 'end-early', ...MIDWAY },
  { kind: 'malformed', ...MIDWAY },
  { kind: 'error-in-band', ...MIDWAY },
  { kind: 'failed' },
]

/** What goes wrong after the host has worked, and charges for it. */
export const COSTLY: readonly object[] = [
  ...AFTER_CONTENT,
  { kind: 'cut', ...HALFWAY },
  { kind: 'empty' },
  { kind: 'status', status: 500, delayMs: 150 },
  { kind: 'hang' },
]

/** Each host of a model fails this share (0..1) of its calls, in each of these ways equally often. */
export function mixedFaults(modelId: string, share: number, kinds: readonly object[]): object[] {
  const each = share / kinds.length
  return hostsOf(modelId).flatMap(({ host, model }) =>
    // A fault is considered for the calls that those before it have left alone.
    kinds.map((kind, at) => ({ ...kind, host, model, rate: each / (1 - at * each) })),
  )
}
