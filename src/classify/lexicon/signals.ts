import { TASK_TYPES, type TaskType } from '../../core/demand.ts'
import type { LexiconLine } from '../phrases.ts'

/** What phrases can speak for besides a task type; `difficulty.ts` and `task-type.ts` say how each is used. */
const TRAITS = [
  /** Several steps, or thinking aloud, are asked for. */
  'steps',
  /** A proof or derivation is asked for. */
  'proof',
  /** Conditions the answer must meet. */
  'constraint',
  /** Words of advanced study or of large systems. */
  'expert',
  /** A short, or a long and thorough, answer is wanted. */
  'brief',
  'thorough',
  /** The message only makes sense after an earlier one: "go on", "shorter". */
  'continuation',
  'adjustment',
  /** A material (email, story, code) that the message asks to be written. */
  'artifact',
  /** A verb of writing; only together with an artifact does it mean writing. */
  'compose',
] as const

/** In the order in which the model of task types was trained on them. */
export const SIGNALS = [...TASK_TYPES, ...TRAITS] as const

/** Signals that no model was trained on. */
export const WORK_SIGNALS = [
  /** The same is to be done for each of several, or several things one beside the other. */
  'parts',
  /** What a step does with what an earlier one brought. */
  'sequence',
] as const
export type Signal = TaskType | (typeof TRAITS)[number] | (typeof WORK_SIGNALS)[number]
export type TaskLine = LexiconLine<Signal>
