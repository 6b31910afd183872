import { REASONING_EFFORTS, type ReasoningEffort } from '../core/chat.ts'
import type { Demand, Tier } from '../core/demand.ts'
import type { CatalogModel } from './catalog/model.ts'
import type { Candidate } from './prepared-catalog.ts'

/** Tokens thought before answering a middling request, per effort. Our estimate until outcomes are learned from. */
export const THINKING_TOKENS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 50,
  low: 300,
  medium: 1_200,
  high: 4_000,
  xhigh: 10_000,
}

/** Effort that a thinking model is taken to use when nobody controls it. */
export const UNCONTROLLED_EFFORT: ReasoningEffort = 'medium'

const EFFORT_OF_TIER: Readonly<Record<Tier, ReasoningEffort>> = {
  SIMPLE: 'minimal',
  MEDIUM: 'low',
  COMPLEX: 'medium',
  REASONING: 'high',
}

/**
 * What decides a candidate's effort: the caller's wish, and whether we are free to choose without one, since the caller
 * named no model or wants to see thoughts.
 */
export type EffortWish = { effort: ReasoningEffort | undefined; free: boolean }

/** The likeliest first; null stands for what a model does when nobody controls it. */
export type Efforts = readonly [ReasoningEffort | null, ...ReasoningEffort[]]

/**
 * The efforts a candidate may be run with, the likeliest first: the caller's wish, else what the tier wants, as near as
 * the model offers; without a wish then the next less and the next more. Null where the model or its host has no such
 * control, or we are not free to choose: then the model thinks as its host lets it.
 */
export function effortsFor(
  candidate: Candidate,
  demand: Demand,
  { effort: wish, free }: EffortWish,
  hostTakesEffort: boolean,
): Efforts {
  const { reasoning } = candidate.model
  if (reasoning.kind !== 'effort' || !hostTakesEffort || (!free && wish === undefined)) return UNCONTROLLED
  if (wish === undefined) return candidate.efforts[demand.tier]
  // Who asks for any thinking does not get none, however little it is.
  const thinking = reasoning.efforts.filter((effort) => effort !== 'none')
  const wanted = wish === 'none' || thinking.length === 0 ? reasoning.efforts : thinking
  return [wanted[nearest(wanted, wish)] ?? null]
}

const UNCONTROLLED: Efforts = [null]

/** For each tier the effort that it wants, as near as a model offers, then the next less and the next more. */
export function effortsByTier({ reasoning }: Pick<CatalogModel, 'reasoning'>): Record<Tier, Efforts> {
  const offered =
    reasoning.kind === 'effort' ? REASONING_EFFORTS.filter((one) => reasoning.efforts.includes(one)) : []
  const around = (tier: Tier): Efforts => {
    const at = nearest(offered, EFFORT_OF_TIER[tier])
    const neighbours = [offered[at - 1], offered[at + 1]].filter((effort) => effort !== undefined)
    return [offered[at] ?? null, ...neighbours]
  }
  return {
    SIMPLE: around('SIMPLE'),
    MEDIUM: around('MEDIUM'),
    COMPLEX: around('COMPLEX'),
    REASONING: around('REASONING'),
  }
}

/** Where the effort stands whose thinking is as long as that of another, as nearly as can be. */
function nearest(efforts: readonly ReasoningEffort[], wanted: ReasoningEffort): number {
  const distance = (effort: ReasoningEffort) => Math.abs(THINKING_TOKENS[effort] - THINKING_TOKENS[wanted])
  let best = 0
  for (const [at, effort] of efforts.entries()) {
    const known = efforts[best]
    if (known !== undefined && distance(effort) < distance(known)) best = at
  }
  return best
}
