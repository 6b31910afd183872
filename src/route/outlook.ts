import type { ReasoningEffort } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import { type AbilityShift, type Beliefs, NO_BELIEFS } from './beliefs.ts'
import { UNCONTROLLED_EFFORT } from './effort.ts'
import type { Candidate } from './prepared-catalog.ts'

/** Slope and offset of the item-response curve: an able model (0.9) solves a hard request (0.8) with p = 0.8. */
const SLOPE = 6
const OFFSET = 0.8

/** Ability given up by thinking less than `high`, which published scores are measured at. */
const LOST_ABILITY: Readonly<Record<ReasoningEffort, number>> = {
  none: 0.2,
  minimal: 0.15,
  low: 0.08,
  medium: 0.03,
  high: 0,
  xhigh: -0.01,
}

/** Evaluations are believed no further than this: a log-odds of 5 is p = 0.993. */
const SUREST = 5

/** What is believed of models while one request is decided. */
export type Outlook = {
  beliefs: Beliefs
  /**
   * Log-odds by which the models that a tenant evaluated do better than published on this request; negative where its
   * prompts are harder. Models that were not evaluated are taken to differ by as much, so that both can be compared.
   */
  strangers: number
}

/** Nothing was learned. */
export const PUBLISHED_ONLY: Outlook = { beliefs: NO_BELIEFS, strangers: 0 }

/** @param candidates of whom those that were evaluated tell about the others; each model counts once */
export function outlookOf(beliefs: Beliefs, candidates: readonly Candidate[], demand: Demand): Outlook {
  const differences = new Map<string, number>()
  if (beliefs.predictions.size > 0) {
    for (const candidate of candidates) {
      const learned = beliefs.predictions.get(candidate.model.id)
      if (!learned || differences.has(candidate.model.id)) continue
      const published = publishedLogit(candidate, demand, UNCONTROLLED_EFFORT, demand.difficulty)
      differences.set(candidate.model.id, logitOf(learned.quality) - published)
    }
  }
  let sum = 0
  for (const difference of differences.values()) sum += difference
  return { beliefs, strangers: sum / Math.max(1, differences.size) }
}

/**
 * Item-response model: p(good) = σ(slope × (ability − difficulty) + offset), by published abilities.
 *
 * @returns log-odds
 */
function publishedLogit(
  { model, abilities }: Candidate,
  demand: Demand,
  effort: ReasoningEffort | null,
  difficulty: number,
): number {
  const lost = model.reasoning.kind === 'effort' ? LOST_ABILITY[effort ?? UNCONTROLLED_EFFORT] : 0
  return SLOPE * (abilities[demand.taskType] - lost - difficulty) + OFFSET
}

/**
 * Log-odds that a candidate's answer is good, before what judges said of its earlier answers: as the tenant's
 * evaluations predict, which are taken to be of the effort that nobody controls; else as is published.
 *
 * @param harder how much harder than it seems the request is taken to be, on the scale of difficulties
 */
export function priorLogit(
  candidate: Candidate,
  demand: Demand,
  effort: ReasoningEffort | null,
  { beliefs, strangers }: Outlook,
  harder = 0,
): number {
  const published = publishedLogit(candidate, demand, effort, demand.difficulty + harder)
  const learned = beliefs.predictions.get(candidate.model.id)
  if (!learned) return published + strangers
  const asEvaluated = publishedLogit(candidate, demand, UNCONTROLLED_EFFORT, demand.difficulty)
  return logitOf(learned.quality) + published - asEvaluated
}

/** What judges said, as far as they spoke of this model and such tasks. */
export function shiftFor(candidate: Candidate, demand: Demand, { beliefs }: Outlook): AbilityShift | null {
  return beliefs.shiftOf(candidate.model.id, demand.taskType)
}

/** How far a candidate's log-odds may be off, as a standard deviation. */
export function spreadFor(candidate: Candidate, demand: Demand, outlook: Outlook): number {
  return shiftFor(candidate, demand, outlook)?.spread ?? SLOPE * candidate.spreads[demand.taskType]
}

export function logitOf(probability: number): number {
  const odds = Math.log(probability / (1 - probability))
  return Math.max(-SUREST, Math.min(SUREST, Number.isNaN(odds) ? 0 : odds))
}
