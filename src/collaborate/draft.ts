import type { Answer } from '../core/answer.ts'
import type { EligibleCandidate } from '../route/decision.ts'

/** An answer that may be kept, or go into the one that is. `number`: whose it is, from 1. */
export type Draft = { number: number; by: EligibleCandidate; answer: Answer }
