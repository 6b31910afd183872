import * as z from 'zod'
import { microUsdOf } from '../../core/money.ts'
import { redact } from '../../core/redact.ts'
import { type AttemptCost, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import { failed } from './outcomes.ts'

const MAX_MESSAGE_CHARS = 2_000

const error = z.looseObject({
  code: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .default('agent_failed'),
  message: z.string().transform((text) => redact(text).slice(0, MAX_MESSAGE_CHARS)),
  retryable: z.boolean().nullish().describe('False: no other attempt could do better.'),
})
const usage = z.looseObject({
  cost_usd: z.number().min(0).max(1_000_000).nullish(),
  tokens: z.int().min(0).nullish(),
})

/** What an agent elsewhere tells of its work: an output, an error, or what it has to be told before it can go on. */
export const resultBody = z
  .looseObject({
    output: z.unknown().optional().describe('What the task gave, as its output schema has it.'),
    error: error.nullish(),
    asks: z.unknown().optional().describe('What the caller of the run has to say first.'),
    partial: z
      .unknown()
      .optional()
      .describe('With an error or a question: what the next attempt may go on with.'),
    usage: usage.nullish(),
  })
  .superRefine((body, context) => {
    const said = ['output', 'error', 'asks'].filter((name) => body[name] !== undefined && body[name] !== null)
    if (said.length === 1 || (said.length === 0 && body.output === null)) return
    context.addIssue({ code: 'custom', path: ['output'], message: 'expected one of output, error and asks' })
  })

/** What an agent elsewhere says while it works. */
export const heartbeatBody = z.looseObject({
  progress: z.unknown().optional().describe('The work so far: what another attempt may go on with.'),
})

/** Beside an output: what is said around it, in bytes. */
export const ROOM_BYTES = 65_536

/** An agent's own words as an outcome. */
export function outcomeOfResult({
  output,
  error: told,
  asks,
  partial,
  usage: took,
}: z.infer<typeof resultBody>) {
  const cost: AttemptCost = {
    ...NO_COST,
    microUsd: microUsdOf(took?.cost_usd ?? 0),
    tokens: took?.tokens ?? 0,
  }
  const left = partial ?? null
  if (told) {
    return failed(told, { reason: 'error', isFinal: told.retryable === false, cost, partial: left })
  }
  const outcome: AttemptOutcome =
    asks === undefined || asks === null
      ? { kind: 'succeeded', output, cost }
      : { kind: 'input_required', asks, cost, partial: left }
  return outcome
}
