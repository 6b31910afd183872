import { AppError } from '../core/errors.ts'
import { NO_USAGE } from '../core/chat.ts'
import { costMicroUsd } from '../route/cost.ts'
import { costWeightFor } from '../route/cost-weight.ts'
import { BALANCED } from '../route/decision.ts'
import type { Candidate, PreparedCatalog } from '../route/prepared-catalog.ts'
import type { EvalOutcome, EvalPrompt, EvalSet, Example, HeldOut } from './eval-prompt.ts'
import { compare, type Comparison, type JudgedPrompt, type Verdict, verdictOf } from './evaluate.ts'
import { cheapestOffers, forecastOf, outlookBy, type Parameters } from './forecast.ts'
import type { OutcomeModel } from './outcome-model.ts'
import { packOutcomeModel, unpackOutcomeModel } from './pack.ts'
import { train } from './train.ts'

/** Sizes that training asks for, and those it does not go beyond. */
export const TRAINING_LIMITS = {
  minPrompts: 200,
  minModels: 2,
  /** Prompts with an outcome, for a model to be learned. */
  minPromptsPerModel: 50,
  maxPrompts: 6_000,
  /** Those with most prompts are learned. */
  maxModels: 40,
} as const

/** What must be left of these once the held-out prompts are gone. */
const MIN_EXAMPLES = 100
const MIN_EXAMPLES_PER_MODEL = 25
const FOLDS = 5

/** What a training used, and how its result compares; `comparison` is null where nothing could be compared. */
export type TrainingReport = {
  /** Id of the parameters that it is compared with. */
  current: string
  examples: number
  heldOut: number
  /** Prompts without room. */
  leftOut: number
  /** Ids, most prompts first. */
  models: readonly string[]
  /** Ids with too few prompts to be learned. */
  modelsLeftOut: readonly string[]
  comparison: Comparison | null
}

/** `parameters`: text of `packOutcomeModel`; it is what was compared, not something like it. */
export type LearnedOutcomes = { parameters: string; report: TrainingReport; verdict: Verdict }

/**
 * Learns from a tenant's outcomes and compares what was learned with what its decisions go by now. Deterministic.
 *
 * @param current what candidates of activation are held against
 * @param id the candidate's
 * @throws AppError `invalid_request` where there is too little to learn from
 */
export function learnOutcomes(
  set: EvalSet,
  catalog: PreparedCatalog,
  { current, id }: { current: Parameters; id: string },
): LearnedOutcomes {
  const { models, others } = modelsIn(set, catalog)
  const examples = set.examples.filter(({ outcomes }) => models.some((model) => outcomes.has(model)))
  if (models.length < TRAINING_LIMITS.minModels || examples.length < MIN_EXAMPLES) {
    throw new AppError(
      'invalid_request',
      `Too little to learn from: ${examples.length} prompts and ${models.length} models, ` +
        `without the prompts that are held out`,
    )
  }
  const parameters = packOutcomeModel(fit(examples, models))
  const candidate = { id, model: unpackOutcomeModel(parameters) }
  const offers = cheapestOffers(catalog)
  const judged = set.heldOut
    .map((prompt) => judgedPrompt(prompt, offers, catalog, { current, candidate }))
    .filter(({ length }) => length > 1)
  const scores = examples.flatMap(({ outcomes }) => [...outcomes.values()].map(({ score }) => score))
  const guess = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const comparison = judged.length > 0 ? compare(judged, { costWeight: costWeightIn(catalog), guess }) : null
  return {
    parameters,
    report: {
      current: current.id,
      examples: examples.length,
      heldOut: set.heldOut.length,
      leftOut: set.leftOut,
      models,
      modelsLeftOut: others,
      comparison,
    },
    verdict: comparison ? verdictOf(comparison) : NOTHING_TO_COMPARE,
  }
}

const NOTHING_TO_COMPARE: Verdict = {
  activate: false,
  reason: 'Not activated: no held-out prompt has outcomes of two models',
}

/** The models there is enough of, and those there is not. */
function modelsIn({ examples, heldOut }: EvalSet, { models }: PreparedCatalog) {
  const learnable = countsIn(examples)
  const all = [...countsIn([...examples, ...heldOut])]
    .filter(([model]) => models.has(model))
    .toSorted(([a, most], [b, more]) => more - most || (a < b ? -1 : 1))
  const enough = all.filter(
    ([model, count]) =>
      count >= TRAINING_LIMITS.minPromptsPerModel && (learnable.get(model) ?? 0) >= MIN_EXAMPLES_PER_MODEL,
  )
  const chosen = enough.slice(0, TRAINING_LIMITS.maxModels).map(([model]) => model)
  return {
    models: chosen,
    others: all.map(([model]) => model).filter((model) => !chosen.includes(model)),
  }
}

function countsIn(prompts: readonly Pick<EvalPrompt, 'outcomes'>[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { outcomes } of prompts) {
    for (const model of outcomes.keys()) counts.set(model, (counts.get(model) ?? 0) + 1)
  }
  return counts
}

/** Costs are output tokens: what they cost is known when somebody asks. */
function fit(examples: readonly Example[], models: readonly string[]): OutcomeModel {
  const rows = (of: (outcome: EvalOutcome) => number | null) =>
    examples.map(({ outcomes }) =>
      Float64Array.from(models, (model) => {
        const outcome = outcomes.get(model)
        return (outcome && of(outcome)) ?? Number.NaN
      }),
    )
  const named = examples.every(({ taskType }) => taskType !== null)
  return train({
    readings: examples.map(({ reading }) => reading),
    outcomes: {
      models,
      scores: rows(({ score }) => score),
      costs: rows(({ outputTokens }) => outputTokens && Math.max(1, outputTokens)),
    },
    groups: examples.map(({ taskType, demand }) => (named && taskType) || demand.taskType),
    folds: Array.from({ length: FOLDS }, (_, fold) =>
      Array.from(examples.keys()).filter((at) => at % FOLDS === fold),
    ),
  }).model
}

/** Outcomes of models without a price are left out: nobody could tell what choosing them costs. */
function judgedPrompt(
  { prompt, demand, outcomes }: HeldOut,
  offers: ReadonlyMap<string, Candidate>,
  catalog: PreparedCatalog,
  parameters: { current: Parameters; candidate: Parameters },
): JudgedPrompt {
  const current = outlookBy(parameters.current, prompt, demand, catalog)
  const candidate = outlookBy(parameters.candidate, prompt, demand, catalog)
  const published = outlookBy({ id: 'base', model: null }, prompt, demand, catalog)
  return [...outcomes].flatMap(([model, outcome]) => {
    const offer = offers.get(model)
    if (!offer) return []
    const usual = forecastOf(offer, demand, published)
    const [now, then] = [forecastOf(offer, demand, current), forecastOf(offer, demand, candidate)]
    if (!usual || !now || !then) return []
    const { score, earlierScore } = outcome
    const cost = costOf(offer, outcome, demand) ?? usual.costMicroUsd
    return [{ model, score, earlierScore, costMicroUsd: cost, current: now, candidate: then }]
  })
}

/** What an answer cost at list price; null where its tokens are not known. */
function costOf(
  { model, offer }: Candidate,
  { inputTokens, outputTokens }: EvalOutcome,
  demand: HeldOut['demand'],
): number | null {
  if (outputTokens === null || !offer.price) return null
  const input = inputTokens ?? demand.inputTokens[model.tokenFamily]
  return costMicroUsd(offer.price, {
    ...NO_USAGE,
    inputTokens: Math.round(input),
    outputTokens: Math.round(outputTokens),
  })
}

/** The weight of the default policy, as if every host of the catalog could be called. */
function costWeightIn(catalog: PreparedCatalog): number {
  const hosts = new Map(catalog.candidates.map(({ offer }) => [offer.host, ANY_HOST]))
  return costWeightFor(BALANCED.costQualityTradeoff, catalog, hosts)
}

const ANY_HOST = { takesReasoningEffort: true }
