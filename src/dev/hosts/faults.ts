import * as z from 'zod'
import { chanceOf } from './chance.ts'

const scope = {
  /** Absent means every host. */
  host: z.string().optional(),
  /** The host's id of the model; absent means every model. */
  model: z.string().optional(),
  /** Share of matching calls that fail, exact to a thousandth. */
  rate: z.number().min(0).max(1).default(1),
  /** How often it may happen at most. */
  times: z.int().positive().optional(),
  /** Extra wait before anything is answered; for `drip`, between two bytes. */
  delayMs: z.number().nonnegative().default(0),
}
const status = z.int().min(200).max(599)
const afterChunks = z.int().nonnegative().default(2)

/**
 * What can go wrong with a call. `afterChunks` counts events of a stream, or eighths of a body that is not streamed.
 *
 * Before an answer: `status` (an error in the host's shape, or `body`; the wait is told in it, and in a header unless
 * that is `none`), `context-overflow` (400 in the host's words), `refuse` (connection closed), `hang` (silence), `html` (a
 * web page). In the middle: `stall` (silence; after 0 chunks only the headers are sent), `cut` (connection closed),
 * `cut-tool-call` (the same, inside a tool call's arguments; other answers stay whole), `end-early` (a clean end),
 * `malformed` (a garbage event), `error-in-band`. Instead of the answer: `empty` (nothing is said), `failed` (all is
 * said, then a failure takes the place of the end), `filtered`, `truncated-json` (half of it), `no-usage`,
 * `duplicate-end`, `replay` (the `body` given, one write per item; `''` for no body). In time: `slow`, `drip`.
 */
const anyFault = z.discriminatedUnion('kind', [
  z.strictObject({
    ...scope,
    kind: z.literal('status'),
    status,
    message: z.string().optional(),
    body: z.string().optional(),
    retryAfterMs: z.number().nonnegative().optional(),
    retryAfterHeader: z.enum(['seconds', 'ms', 'date', 'none']).default('seconds'),
  }),
  z.strictObject({ ...scope, kind: z.enum(['refuse', 'hang', 'slow', 'drip', 'context-overflow']) }),
  z.strictObject({
    ...scope,
    kind: z.enum([
      'empty',
      'failed',
      'filtered',
      'no-usage',
      'duplicate-end',
      'truncated-json',
      'cut-tool-call',
    ]),
  }),
  z.strictObject({ ...scope, kind: z.enum(['stall', 'cut', 'end-early', 'malformed']), afterChunks }),
  z.strictObject({ ...scope, kind: z.literal('error-in-band'), afterChunks, status: status.default(503) }),
  z.strictObject({ ...scope, kind: z.literal('html'), status: status.default(200) }),
  z.strictObject({
    ...scope,
    kind: z.literal('replay'),
    status: status.default(200),
    contentType: z.string().optional(),
    body: z.union([z.string(), z.array(z.string())]),
  }),
])
export type Fault = z.output<typeof anyFault>

export const faultScript = z
  .union([anyFault, z.array(anyFault)])
  .transform((faults) => (Array.isArray(faults) ? faults : [faults]))

/** A fault and how often it was considered and happened. */
export type ScriptedFault = { fault: Fault; considered: number; happened: number }

export function scripted(fault: Fault): ScriptedFault {
  return { fault, considered: 0, happened: 0 }
}

/** The fault that a call meets, the first that applies, and the counts afterwards. */
export function decideFault(
  script: readonly ScriptedFault[],
  call: { host: string; model: string },
): { fault: Fault | null; script: readonly ScriptedFault[] } {
  const at = script.findIndex((entry, index) => applies(entry, call) && isDue(entry, index))
  const after = script.map((entry, index) => {
    if (!applies(entry, call) || (at !== -1 && index > at)) return entry
    return { ...entry, considered: entry.considered + 1, happened: entry.happened + (index === at ? 1 : 0) }
  })
  return { fault: script[at]?.fault ?? null, script: after }
}

function applies({ fault, happened }: ScriptedFault, call: { host: string; model: string }): boolean {
  if (fault.times !== undefined && happened >= fault.times) return false
  return (fault.host ?? call.host) === call.host && (fault.model ?? call.model) === call.model
}

/** Faults of equal rates begin so far apart in their order: they would all come in a row. */
const STRIDE = 389

/**
 * Exactly `rate` of every hundred calls (or thousand, for finer rates), in a fixed irregular order that depends on the
 * fault's place in the script.
 */
function isDue({ fault, considered }: ScriptedFault, index: number): boolean {
  const perThousand = Math.round(fault.rate * 1000)
  const order = perThousand % 10 === 0 ? HUNDRED : THOUSAND
  const place = order[(considered + index * STRIDE) % order.length] ?? 0
  return place < (perThousand * order.length) / 1000
}

const HUNDRED = shuffled(100)
const THOUSAND = shuffled(1000)

function shuffled(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index).toSorted(
    (a, b) => chanceOf(`order ${a}`) - chanceOf(`order ${b}`),
  )
}
