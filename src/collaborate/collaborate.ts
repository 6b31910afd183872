import type { ChatEvent } from '../core/chat.ts'
import type { Seam } from '../execute/continuation.ts'
import { type Execution, execute } from '../execute/execute.ts'
import type { ExecuteIo, Wanted } from '../execute/loop.ts'
import type { Decision } from '../route/decision.ts'
import type { Outcome } from './outcome.ts'

/** How far several have come while the caller waits for the first word: `done` of `of` have answered. */
export type Progress = { type: 'progress'; pattern: Outcome['pattern']; done: number; of: number }

/** A piece of an answer, or word of where it comes from. */
export type Step = ChatEvent | Seam | Progress

type Answering = Extract<Execution, { kind: 'answering' }>

/**
 * What became of a decision that one or several carry out. Where several do, `answering`, `reason` and `writers` tell
 * who writes the answer as soon as its first piece is there, and of the choice before. `attempts` are those of all.
 */
export type Collaborated =
  | (Exclude<Execution, { kind: 'answering' }> & { outcome: Outcome | null })
  | (Omit<Answering, 'events'> & { outcome: Outcome | null; events: AsyncGenerator<Step> })

/** Has a decision carried out by one model, or by several together. */
export async function collaborate(decision: Decision, wanted: Wanted, io: ExecuteIo): Promise<Collaborated> {
  const execution = await execute(decision, wanted, io)
  return { ...execution, outcome: null }
}
