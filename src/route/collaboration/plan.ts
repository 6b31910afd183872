import type { Aggregation, Check } from '../../core/collaboration.ts'
import type { EligibleCandidate } from '../decision.ts'

/** Who is asked for one part of the work: the first, and in its place the others, in order. */
export type Team = readonly [EligibleCandidate, ...EligibleCandidate[]]

/** One after the other, until an answer is trusted. */
export type CascadePlan = {
  kind: 'cascade'
  /** In order, cheapest first. An answer is kept at a confidence (0..1) of `threshold`; the last one always. */
  stages: readonly { team: Team; threshold: number }[]
  /** How many further short answers each draft but the last is compared with. */
  samples: number
  /** Who judges drafts; null for nobody. */
  verifier: Team | null
}

/** Several at once, whose answers become one. */
export type PanelPlan = {
  kind: 'panel' | 'fusion'
  members: readonly Team[]
  /** Null: by vote where the answers can be compared, else by the judge. */
  aggregation: Aggregation | null
  /** Judges, compares, and writes the one answer. */
  judge: Team
  rubric: string | null
  /** Whether the answers are compared in a report. */
  report: boolean
  /** With fewer answers the panel has failed; 1 .. members. */
  minSuccessful: number
  maxConcurrent: number
  /** Who has not answered by then is not waited for. */
  roundTimeoutMs: number
}

/** What is checked of the answer before it stands, and how often it is sent back. */
export type VerifyPlan = {
  checks: readonly Check[]
  judge: Team | null
  rubric: string | null
  maxRetries: number
}

/** Who works on an answer besides the choice, and how. */
export type Collaboration = {
  pattern: { kind: 'single' } | CascadePlan | PanelPlan
  verify: VerifyPlan | null
}

/** Nobody does. */
export const ALONE: Collaboration = { pattern: { kind: 'single' }, verify: null }
