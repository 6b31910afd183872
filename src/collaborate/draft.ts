import type { Answer } from '../core/answer.ts'
import type { EligibleCandidate } from '../route/decision.ts'

/** An answer that may be kept, or go into the one that is. `number`: whose it is, from 1. */
export type Draft = { number: number; by: EligibleCandidate; answer: Answer }

/** A draft to be weighed, whoever wrote it. */
export type Weighed = Omit<Draft, 'by'>
