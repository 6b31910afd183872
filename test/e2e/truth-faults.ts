/** The wire format that a host was asked in. */
export type Wire = 'chat' | 'responses' | 'messages' | 'google'
export type Mode = 'stream' | 'whole'

/** An HTTP error. `host`: the status that the host gave; `retryAfter`: whole seconds, at least and at most. */
export type Refused = {
  kind: 'refused'
  status: number
  code: string
  host?: number
  retryAfter?: readonly [number, number]
}
/** A stream that ends in an error after so many pieces of content. */
type Broken = { kind: 'broken'; code: string; pieces: number }
/** An answer that ends well. */
type Ended = { kind: 'ended'; finish: 'stop' | 'content_filter'; usageEstimated?: true }

export type Outcome = Refused | Broken | Ended

/** What goes wrong at the host, and what the caller is to be told. */
export type TruthFault = {
  name: string
  /** As the simulated hosts take it. */
  script: (mode: Mode, wire: Wire) => object
  outcome: (mode: Mode, wire: Wire) => Outcome
  /** Where it can happen; everywhere unless named. */
  modes?: readonly Mode[]
  /** What the model is to answer; absent: many words. A brief answer does not take long byte by byte. */
  answer?: 'call' | 'brief'
  /** Why another model answered, where one may; null where none is asked. Absent: the answer had begun, or is fine. */
  fallback?: string | null
}

/** What stands before the content of a stream, at most, in events. */
const OPENING = 10

function refusal(status: number, code: string, more: Partial<Refused> = {}): Refused {
  return { kind: 'refused', status, code, ...more }
}
const failed = refusal(502, 'provider_failed')
const timedOut = refusal(504, 'timeout')

/** Nothing of the answer came. */
function before(name: string, script: object, outcome: Refused, fallback: string | null): TruthFault {
  return { name, script: () => script, outcome: () => outcome, fallback }
}

/** A stream broke after its `events`-th event; an answer that is not streamed, halfway through its body. */
function midway(
  name: string,
  script: object,
  events: number,
  { whole = failed, counted = true }: { whole?: Refused; counted?: boolean } = {},
): TruthFault {
  return {
    name,
    script: (mode) => ({ ...script, ...(counted && { afterChunks: mode === 'stream' ? events : 4 }) }),
    outcome: (mode) =>
      mode === 'stream' ? { kind: 'broken', code: whole.code, pieces: events - OPENING } : whole,
  }
}

function answered(host: number, ours: number, code: string, fallback: string | null): TruthFault {
  return before(`HTTP ${host}`, { kind: 'status', status: host }, refusal(ours, code, { host }), fallback)
}

/** Only Google tells in the body how long to wait, in a field; the others' words are read. */
function limited(
  spelling: string,
  retryAfterMs: number | undefined,
  seconds: (wire: Wire) => readonly [number, number] | undefined,
): TruthFault {
  const script = { kind: 'status', status: 429, retryAfterMs, retryAfterHeader: spelling }
  return {
    name: `HTTP 429, wait told: ${retryAfterMs === undefined ? 'nowhere' : spelling}`,
    script: () => script,
    outcome(_mode, wire) {
      const retryAfter = seconds(wire)
      return refusal(429, 'rate_limited', { host: 429, ...(retryAfter && { retryAfter }) })
    },
    fallback: 'fallback_rate_limit',
  }
}

function ended(name: string, kind: string, outcome: Omit<Ended, 'kind'>, more: object = {}): TruthFault {
  return { name, script: () => ({ kind, ...more }), outcome: () => ({ kind: 'ended', ...outcome }) }
}

const ERROR = 'fallback_error'
const FULL = 'fallback_context_window'
const overflow = refusal(400, 'context_window', { host: 400 })
const policy = refusal(400, 'content_policy', { host: 400 })

/** Before anything of the answer came. */
const BEFORE: readonly TruthFault[] = [
  before('connection closed', { kind: 'refuse' }, failed, ERROR),
  before('hang before headers', { kind: 'hang' }, timedOut, 'fallback_timeout'),
  before('hang after headers', { kind: 'stall', afterChunks: 0 }, timedOut, 'fallback_timeout'),
  before('cut after headers', { kind: 'cut', afterChunks: 0 }, failed, ERROR),
  before('end after headers', { kind: 'end-early', afterChunks: 0 }, failed, ERROR),
  before('garbage at once', { kind: 'malformed', afterChunks: 0 }, failed, ERROR),
  before('error in a 200', { kind: 'error-in-band', afterChunks: 0 }, failed, ERROR),
  before(
    'rate limit in a 200',
    { kind: 'error-in-band', afterChunks: 0, status: 429 },
    refusal(429, 'rate_limited'),
    'fallback_rate_limit',
  ),
  answered(302, 502, 'provider_failed', ERROR),
  answered(400, 400, 'provider_rejected', null),
  answered(401, 502, 'provider_auth', ERROR),
  answered(403, 502, 'provider_auth', ERROR),
  answered(404, 502, 'provider_failed', ERROR),
  answered(408, 504, 'timeout', 'fallback_timeout'),
  answered(413, 400, 'context_window', FULL),
  answered(422, 422, 'provider_rejected', null),
  answered(500, 502, 'provider_failed', ERROR),
  answered(502, 502, 'provider_failed', ERROR),
  answered(503, 502, 'provider_failed', ERROR),
  answered(504, 504, 'timeout', 'fallback_timeout'),
  answered(529, 502, 'provider_failed', ERROR),
  limited('seconds', 7_000, () => [7, 7]),
  limited('ms', 1_500, () => [2, 2]),
  limited('date', 9_000, () => [6, 9]),
  limited('none', 3_000, (wire) => (wire === 'messages' ? undefined : [3, 3])),
  limited('none', undefined, () => undefined),
  before('prompt too long', { kind: 'context-overflow' }, overflow, FULL),
  before(
    'prompt against policy',
    { kind: 'status', status: 400, message: 'Rejected by our content policy' },
    policy,
    'fallback_content_policy',
  ),
  before('web page in a 200', { kind: 'html' }, failed, ERROR),
  before(
    'web page in a 502',
    { kind: 'html', status: 502 },
    refusal(502, 'provider_failed', { host: 502 }),
    ERROR,
  ),
  before('200 without a body', { kind: 'replay', body: '' }, failed, ERROR),
  before('200 that says nothing', { kind: 'empty' }, failed, ERROR),
  {
    ...before(
      'JSON for a stream',
      { kind: 'replay', contentType: 'application/json', body: '{}' },
      failed,
      ERROR,
    ),
    modes: ['stream'],
  },
]

/** After a part of the answer came. */
const MIDWAY: readonly TruthFault[] = [
  midway('stall after 40', { kind: 'stall' }, 40, { whole: timedOut }),
  midway('cut after 40', { kind: 'cut' }, 40),
  { ...midway('cut after 60', { kind: 'cut' }, 60), modes: ['stream'] },
  midway('early end after 40', { kind: 'end-early' }, 40),
  midway('garbage after 40', { kind: 'malformed' }, 40),
  midway('error in the middle', { kind: 'error-in-band' }, 40),
  midway('failure in place of the end', { kind: 'failed' }, 40, { counted: false }),
  midway('half of the answer', { kind: 'truncated-json' }, 40, { counted: false }),
  {
    name: 'tool call cut halfway',
    script: () => ({ kind: 'cut-tool-call' }),
    // Google sends a call in one piece, so half of one is nothing yet.
    outcome: (mode, wire) =>
      mode === 'stream' && wire !== 'google'
        ? { kind: 'broken', code: 'provider_failed', pieces: 1 }
        : failed,
    answer: 'call',
  },
]

/** Strange, but a whole answer. */
const HARMLESS: readonly TruthFault[] = [
  ended('filtered', 'filtered', { finish: 'content_filter' }),
  ended('usage missing', 'no-usage', { finish: 'stop', usageEstimated: true }),
  { ...ended('end told twice', 'duplicate-end', { finish: 'stop' }), modes: ['stream'] },
  ended('slow', 'slow', { finish: 'stop' }, { delayMs: 300 }),
  { ...ended('byte by byte', 'drip', { finish: 'stop' }), answer: 'brief' },
]

export const TRUTH_FAULTS: readonly TruthFault[] = [...BEFORE, ...MIDWAY, ...HARMLESS]
