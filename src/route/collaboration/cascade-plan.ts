import type { CascadeWish } from '../../core/collaboration.ts'
import type { Demand } from '../../core/demand.ts'
import { type Calibration, uncalibrated } from '../../core/log-odds.ts'
import type { EligibleCandidate } from '../decision.ts'
import {
  type CascadeExpectation,
  expectCascade,
  type Judgement,
  type Scale,
  utilityOf,
} from './expect-cascade.ts'
import { isComparable } from './expect-panel.ts'
import type { CascadePlan, Team } from './plan.ts'
import { type Bench, bestOfModels, hostsOf, modelCalled, withStandIns } from './team.ts'

/** Samples where nobody says how drafts are to be judged: with three, one may go astray. */
const USUAL_SAMPLES = 3

/** What a cascade rests on. `isAsked`: then models are looked for further down, where those near the top are no use. */
export type CascadeInput = {
  wish: CascadeWish
  demand: Demand
  bench: Bench
  scale: Scale
  isAsked: boolean
  /** How confidence in drafts is to be corrected; null where nothing was learned of it. */
  confidence: Calibration | null
}

/** Models that are looked at where a cascade is asked for. */
const LOOKED_FOR = 40

/** Who is asked in which order, how their drafts are judged, and what that is expected to do. */
export type CascadeSketch = Option & {
  expected: CascadeExpectation
  /** Where models were named: all of their hosts. */
  named: readonly Team[] | null
  verifier: Team | null
}
type Option = { stages: readonly EligibleCandidate[]; judgement: Judgement }

/**
 * The cascade that is wished, else of a cheaper model before the best by utility, or by quality, what is worth most. Null
 * where nobody can come before another.
 *
 * @param going who has begun, where the cascade goes on with a tool loop
 * @throws AppError where a model that is named may not be asked
 */
export function sketchCascade(
  input: CascadeInput,
  going: readonly Team[] | null = null,
): CascadeSketch | null {
  const { wish, bench } = input
  const called = (name: string, index: number) => modelCalled(name, `cascade.models[${index}]`, bench)
  const named = going ?? wish.models?.map(called) ?? null
  const verifier = wish.verifier === undefined ? null : modelCalled(wish.verifier, 'cascade.verifier', bench)
  const pairs = named ? [named.map(([lead]) => lead)] : pairsFor(input)
  const options = pairs.flatMap((stages) => optionsFor(stages, verifier, input))
  const best = bestOf(options, input)
  return best && { ...best, named, verifier }
}

/** Candidates that could come before the best by utility, or by quality: models that are cheaper, if not as good. */
function pairsFor({ bench, isAsked }: CascadeInput): EligibleCandidate[][] {
  const { ranked, near, best } = bench
  const pairsOf = (firsts: readonly EligibleCandidate[]) =>
    [...new Set([ranked[0], best])].flatMap((last) =>
      firsts.filter((first) => isBelow(first, last)).map((first) => [first, last]),
    )
  const pairs = pairsOf(near)
  return pairs.length === 0 && isAsked ? pairsOf(bestOfModels(ranked, LOOKED_FOR)) : pairs
}

function isBelow({ candidate, prediction }: EligibleCandidate, last: EligibleCandidate): boolean {
  return (
    candidate.model !== last.candidate.model &&
    prediction.costMicroUsd !== null &&
    prediction.costMicroUsd < (last.prediction.costMicroUsd ?? Infinity) &&
    prediction.quality < last.prediction.quality
  )
}

/** The ways to judge the drafts: as wished, else by a verifier, or by samples where answers can be compared. */
function optionsFor(
  stages: readonly EligibleCandidate[],
  verifier: Team | null,
  { wish, demand, bench }: CascadeInput,
): Option[] {
  const { threshold } = wish
  const thresholds = threshold === undefined ? null : stages.map(() => threshold)
  if (wish.samples !== undefined || verifier) {
    const judgement = { samples: wish.samples ?? 0, verifier: verifier?.[0] ?? null, thresholds }
    return [{ stages, judgement }]
  }
  const byVerifier = { samples: 0, verifier: verifierFor(stages, bench), thresholds }
  const bySamples = { samples: USUAL_SAMPLES, verifier: null, thresholds }
  const ways = isComparable(demand) ? [byVerifier, bySamples] : [byVerifier]
  return ways.map((judgement) => ({ stages, judgement }))
}

/** The cheapest of other models that are as good as who comes first; else who comes last. */
function verifierFor(stages: readonly EligibleCandidate[], { near }: Bench): EligibleCandidate | null {
  const [first, last] = [stages[0], stages.at(-1)]
  if (!first || !last || first === last) return null
  let best = last
  for (const one of near) {
    const { candidate, prediction } = one
    const isFit = candidate.model !== first.candidate.model && prediction.quality >= first.prediction.quality
    const isCheaper = (prediction.costMicroUsd ?? Infinity) < (best.prediction.costMicroUsd ?? Infinity)
    if (isFit && isCheaper) best = one
  }
  return best
}

function bestOf(options: readonly Option[], { demand, scale }: CascadeInput) {
  let best: (Option & { expected: CascadeExpectation }) | null = null
  let highest = -Infinity
  for (const { stages, judgement } of options) {
    const expected = expectCascade(stages, demand, judgement, scale)
    const utility = expected ? utilityOf(expected, scale) : -Infinity
    if (expected && (!best || utility > highest)) {
      best = { stages, judgement, expected }
      highest = utility
    }
  }
  return best
}

/** A cascade as it is carried out, with a third stage where that pays. */
export function planCascade(sketch: CascadeSketch, input: CascadeInput): CascadePlan {
  const { stages, judgement, expected } = sketch.named ? sketch : withMiddle(sketch, input)
  const { bench } = input
  const teams = sketch.named ?? stages.map((lead) => hostsOf(lead, bench.ranked))
  const verifier = sketch.verifier ?? (judgement.verifier && hostsOf(judgement.verifier, bench.ranked))
  return {
    kind: 'cascade',
    stages: teams.map((own, index) => ({
      team: withStandIns(own, [...teams.slice(index + 1).flat(), ...bench.plan], bench),
      threshold: thresholdFor(expected.thresholds[index] ?? 0, input),
    })),
    samples: judgement.samples,
    verifier: verifier && withStandIns(verifier, bench.plan, bench),
  }
}

/** What was learned of confidence moves the thresholds: so drafts are judged by the same figures that are learned from. */
function thresholdFor(threshold: number, { wish, confidence }: CascadeInput): number {
  return confidence && wish.threshold === undefined ? uncalibrated(threshold, confidence) : threshold
}

function withMiddle(sketch: Option & { expected: CascadeExpectation }, input: CascadeInput) {
  const [first, last] = sketch.stages
  if (!first || !last) return sketch
  const longer = input.bench.near
    .filter((middle) => isBelow(first, middle) && isBelow(middle, last))
    .map((middle) => ({ ...sketch, stages: [first, middle, last] }))
  const best = bestOf([sketch, ...longer], input)
  return best ?? sketch
}
