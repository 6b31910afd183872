import type { Aggregation, Check, Work } from '../core/collaboration.ts'

/** What a check said of an answer. `passed`: null where it has nothing to look at. `complaint`: what is wrong, for the model. */
export type CheckResult = { check: Check['kind']; passed: boolean | null; complaint: string | null }

/** What became of one call's answer. */
export type Part = Work & {
  /** Null while nobody has answered. */
  modelId: string | null
  host: string | null
  outcome: 'running' | 'kept' | 'used' | 'discarded' | 'failed' | 'cancelled'
  /** The confidence (0..1) in a draft, where it was worked out. */
  confidence: number | null
  checks: readonly CheckResult[]
}

/** Drafts that say the same. `answer`: what, normalised. `members`: their numbers. */
export type VoteGroup = { answer: string; members: readonly number[]; weight: number }

/** Several answers compared. Members are named by their numbers. */
export type FusionReport = {
  consensus: readonly string[]
  contradictions: readonly {
    topic: string
    positions: readonly { members: readonly number[]; claim: string }[]
  }[]
  uniquePoints: readonly { member: number; point: string }[]
  blindSpots: readonly string[]
  /** Who compared them: a model, or, where that said nothing of use, only the vote. */
  source: 'analyst' | 'vote'
}

/** What is worth knowing of how the one answer came about. */
export type Note =
  | 'partial'
  | 'decided_early'
  | 'tie'
  | 'judge_unreadable'
  | 'judge_failed'
  | 'report_unreadable'
  | 'writer_failed'
  | 'synthesis_contradicts_vote'
  | 'tool_call_conflict'
  | 'verifier_unreadable'
  | 'checks_failed'
  | 'round_timeout'
  | 'over_budget'

/** How several models came to one answer; grows while the answer is read. */
export type Outcome = {
  pattern: 'cascade' | 'panel' | 'fusion' | 'verify'
  parts: Part[]
  /** How the answer was found; `only`: nobody else gave one that stands; null while it is not, and where no panel was asked. */
  aggregation: Aggregation | 'only' | null
  /** Of panels: how many have answered, of how many. */
  answered: number
  of: number
  vote: readonly VoteGroup[] | null
  report: FusionReport | null
  notes: Note[]
}
