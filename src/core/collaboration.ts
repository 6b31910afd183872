/** Several models on one answer: what a caller or a tenant may wish of it, and what each call is there for. */

/**
 * How many work on an answer, and how: one model; one after the other until an answer is trusted; several at once,
 * whose answers become one; several agents on parts of it.
 */
export const TOPOLOGIES = ['single', 'cascade', 'panel', 'dag'] as const
export type Topology = (typeof TOPOLOGIES)[number]

/** The ways that may be asked for. A fusion is a panel whose answers are compared in a report and written as one. */
export const PATTERNS = ['single', 'cascade', 'panel', 'fusion'] as const
export type Pattern = (typeof PATTERNS)[number]

/** The virtual models that ask for a pattern, in lower case. */
export const PATTERN_MODELS: ReadonlyMap<string, Pattern> = new Map([
  ['switchyard/cascade', 'cascade'],
  ['switchyard/panel', 'panel'],
  ['switchyard/fusion', 'fusion'],
])

/** The ways that a tenant may let be taken unasked. */
export const UNASKED_PATTERNS = ['cascade', 'panel'] as const
export type UnaskedPattern = (typeof UNASKED_PATTERNS)[number]

/** How several answers become one: the one most agree with, the one a judge finds best, or a new one made of all. */
export const AGGREGATIONS = ['vote', 'judge', 'synthesis'] as const
export type Aggregation = (typeof AGGREGATIONS)[number]

/**
 * What is checked of an answer. `schema`: a JSON Schema that its text must fit; null for the one the request gives.
 * `regex`: whether its text must, or must not, hold a match.
 */
export type Check =
  | { kind: 'schema'; schema: Readonly<Record<string, unknown>> | null }
  | { kind: 'tool_arguments' }
  | { kind: 'regex'; pattern: string; mustMatch: boolean }
  | { kind: 'arithmetic' }
  | { kind: 'code_syntax' }

/** Models are named as in a request. */
export type CascadeWish = {
  /** Who is asked, cheapest first. */
  models?: readonly string[]
  /** The confidence (0..1) at which an answer is kept; absent: where going on does not pay. */
  threshold?: number
  /** How many further short answers each draft is compared with. */
  samples?: number
  /** Who judges drafts. */
  verifier?: string
}

export type PanelWish = {
  /** How many answers. */
  size?: number
  /** Who gives them, in turn; absent: the best model gives all, or the best of several models where `mixed`. */
  models?: readonly string[]
  mixed?: boolean
  /** Absent: by vote where answers can be compared, else by a judge. */
  aggregation?: Aggregation
  /** Who judges, compares and writes the one answer. */
  judge?: string
  /** What a judge goes by. */
  rubric?: string
  /** Whether the answers are compared in a report. */
  report?: boolean
  /** With fewer answers the panel has failed. */
  minSuccessful?: number
  maxConcurrent?: number
  /** Who has not answered by then is not waited for. */
  roundTimeoutMs?: number
}

export type VerifyWish = {
  checks?: readonly Check[]
  /** Who judges the answer besides. */
  judge?: string
  rubric?: string
  /** How often an answer that does not pass is sent back with what is wrong with it. */
  maxRetries?: number
}

/** What a caller, or a tenant, wishes. Absent `pattern`: as the request calls for. */
export type CollaborationWish = {
  pattern?: Pattern
  cascade?: CascadeWish
  panel?: PanelWish
  verify?: VerifyWish
}

/** What a tenant lets happen unasked, where it pays. Absent: nothing. */
export type UnaskedWish = {
  patterns?: readonly UnaskedPattern[]
  /** The least predicted gain in quality (0..1) that makes a dearer way worth it. */
  minGain?: number
  /** How many times as dear as one model's answer it may be. */
  maxCostRatio?: number
}

/** What a call is there for, in an answer that several work on. */
export type Role = 'stage' | 'sample' | 'verifier' | 'member' | 'judge' | 'analyst' | 'writer' | 'retry'

/** Which part of the work a call is: the `number`th of its role, from 1. */
export type Work = { role: Role; number: number }

/** Bounds of what may be wished, in items unless said otherwise. */
export const COLLABORATION_LIMITS = {
  /** Answers of a panel. */
  leastPanelSize: 2,
  panelSize: 8,
  /** One model is no cascade. */
  leastCascadeModels: 2,
  cascadeModels: 4,
  samples: 5,
  retries: 3,
  checks: 16,
  rubricChars: 4_000,
  /** No longer one is read, see core/linear-regex. */
  patternChars: 512,
  /** Ten minutes. */
  roundTimeoutMs: 600_000,
  /** Times as dear as one model's answer. */
  costRatio: 100,
} as const
