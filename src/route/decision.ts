import type { ReasoningEffort, SealFormat } from '../core/chat.ts'
import type { UnaskedWish } from '../core/collaboration.ts'
import type { Demand } from '../core/demand.ts'
import type { Reliability, ReliabilityWish } from '../core/reliability.ts'
import type { Exclusion, Pool, Reason, Share } from '../core/routing.ts'
import type { BreakerWish } from '../core/rules.ts'
import type { Collaboration } from './collaboration/plan.ts'
import type { TopologyAdvice } from './collaboration/advice.ts'
import type { Prediction } from './predict.ts'
import type { Candidate } from './prepared-catalog.ts'

/** What the router knows of a host at this moment. A host that is not in the list is not live. */
export type HostState = {
  /** Whose account it is: all accounts of one host have the same. A host's own account bears its name. */
  baseHost: string
  /** Where it is; null where nobody knows. */
  region: string | null
  /** What the operator lets it take. */
  share: Share
  takesReasoningEffort: boolean
  keepsInputs: boolean
  /** Whether calls go on from there to other hosts. */
  resells: boolean
  /** Whose sealed thoughts its models can read; null for none. */
  seals: SealFormat | null
  /** Whether it speaks the caller's own protocol so well that its answers are passed on as they are. */
  ownFormat: boolean
  /** False when the request says something that only hosts of another protocol understand. */
  takesContent: boolean
  /** False when it would drop a parameter of this request. */
  takesAllParameters: boolean
}

/** A tenant's rules for choosing and trying. Quality 0..1, `costQualityTradeoff` 0 = quality … 10 = cheapest. */
export type Policy = {
  name: string
  version: number
  /** The rule and the route that took part in it; null for none. */
  rule: string | null
  route: string | null
  /** The model that is taken in place of the one asked for; null for that one. */
  model: string | null
  costQualityTradeoff: number
  minQuality: number
  /** Lists of model ids or patterns: a model must be on every one. */
  allowedModels: readonly (readonly string[])[]
  deniedModels: readonly string[]
  /** Ids or patterns of models for the key that asks; null allows all. */
  keyModels: readonly string[] | null
  /** Lists of hosts: one must be on every one. */
  onlyHosts: readonly (readonly string[])[]
  /** Lists of regions or patterns: a host must be in one of each. */
  regions: readonly (readonly string[])[]
  /** The most an answer may be predicted to cost, also of a model that is asked for by name; null for no limit. */
  maxCostUsd: number | null
  /** When hosts are left alone that everybody's breakers let through. */
  breakers: readonly BreakerWish[]
  dataCollection: 'allow' | 'deny'
  /** Money is counted: models whose price is not known may not be asked, not even by name. */
  priced: boolean
  /** Share (0..1) of decisions that try what is not known well enough. */
  explorationRate: number
  /** By model id, or `*` for the others: how its hosts share the calls. */
  pools: ReadonlyMap<string, Pool>
  /** What several models may do together unasked. */
  unasked: UnaskedWish
  /** How hard answers are tried for where the request says nothing: the tenant's wish, then the operator's. */
  reliability: readonly ReliabilityWish[]
}

/** OpenRouter's default balance; the floor of `auto:floor` is ours. */
export const BALANCED: Policy = {
  name: 'balanced',
  version: 1,
  rule: null,
  route: null,
  model: null,
  costQualityTradeoff: 7,
  minQuality: 0.7,
  allowedModels: [],
  deniedModels: [],
  keyModels: null,
  onlyHosts: [],
  regions: [],
  maxCostUsd: null,
  breakers: [],
  dataCollection: 'allow',
  priced: false,
  explorationRate: 0,
  pools: new Map(),
  unasked: {},
  reliability: [],
}

/** A candidate judged: fit to be tried, or why not. `score` orders the eligible ones; higher is better. */
export type Judged = { candidate: Candidate; effort: ReasoningEffort | null; prediction: Prediction } & (
  | { eligible: true; score: number }
  | { eligible: false; excludedBy: Exclusion }
)

/** A candidate that may be tried. */
export type EligibleCandidate = Judged & { eligible: true }

/** Who answers a request and how, with everything that was weighed. */
export type Decision = {
  id: string
  /** Unix ms. */
  createdAt: number
  /** `model` as the caller wrote it. */
  requestedModel: string
  reason: Reason
  demand: Demand
  /** What to try, in order; the first is the choice. */
  plan: readonly [EligibleCandidate, ...EligibleCandidate[]]
  /**
   * What to try instead, in order, when the choice is too small for the conversation or its host refuses the content;
   * none where nobody named any.
   */
  fallbacksFor: {
    contextWindow: readonly EligibleCandidate[]
    contentPolicy: readonly EligibleCandidate[]
  }
  /** Who works on the answer besides, and how. */
  collaboration: Collaboration
  /** How the request is best worked on, whether or not that is done. */
  topology: TopologyAdvice
  reliability: Reliability
  /** The most that all attempts together may cost; null for no limit. */
  maxCostMicroUsd: number | null
  /** Probability (0..1) that the choice answers well. */
  confidence: number
  policy: Pick<Policy, 'name' | 'version' | 'rule' | 'route'> & { propensity: number }
  /** The parameters that predicted: `base`, or the id of a training. */
  parameters: string
  judged: readonly Judged[]
  /**
   * What this request was expected to cost at the candidate predicted best (`best`), and at the cheapest; null where
   * no price is known.
   */
  counterfactual: {
    best: Candidate | null
    alwaysBestMicroUsd: number | null
    alwaysCheapestMicroUsd: number | null
  }
}
