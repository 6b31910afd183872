import type { Prompt } from '../classify/features/prompt.ts'
import type { Demand } from '../core/demand.ts'
import { type LearnedPrediction, NO_BELIEFS } from '../route/beliefs.ts'
import { type Outlook, outlookOf } from '../route/outlook.ts'
import { confidenceOf, predict } from '../route/predict.ts'
import type { Candidate, PreparedCatalog } from '../route/prepared-catalog.ts'
import { type OutcomeModel, predictOutcome } from './outcome-model.ts'

/** Parameters that decisions may go by: those of a training, or with `model` null what is published. */
export type Parameters = { id: string; model: OutcomeModel | null }

/** What a decision expects of one model: `quality` and `confidence` 0..1. */
export type Forecast = { quality: number; confidence: number; costMicroUsd: number }

/** What evaluations say of each model, by id; null for a prompt that is unlike all that was learned from. */
export function predictionsOf(
  model: OutcomeModel,
  prompt: Prompt,
): ReadonlyMap<string, LearnedPrediction> | null {
  const { quality, confidence, cost, foreign } = predictOutcome(model, prompt)
  if (foreign) return null
  const tokens = (at: number) => {
    const expected = cost?.[at] ?? 0
    return expected > 0 ? expected : null
  }
  return new Map(
    model.models.map((id, at) => [
      id,
      { quality: quality[at] ?? 0, confidence: confidence[at] ?? 0, outputTokens: tokens(at) },
    ]),
  )
}

/** What is believed while a prompt is decided by these parameters, and by no feedback. */
export function outlookBy(
  { id, model }: Parameters,
  prompt: Prompt,
  demand: Demand,
  { candidates }: PreparedCatalog,
): Outlook {
  const predictions = model && predictionsOf(model, prompt)
  const beliefs = predictions ? { ...NO_BELIEFS, parameters: id, predictions } : NO_BELIEFS
  return outlookOf(beliefs, candidates, demand)
}

/** What is expected of a model whose effort nobody controls, as in evaluations; null without a price. */
export function forecastOf(candidate: Candidate, demand: Demand, outlook: Outlook): Forecast | null {
  const { quality, costMicroUsd } = predict(candidate, demand, null, outlook)
  if (costMicroUsd === null) return null
  return { quality, confidence: confidenceOf(candidate, demand, null, outlook), costMicroUsd }
}

/** Each model that has a price, where it is cheapest. */
export function cheapestOffers({ candidates }: PreparedCatalog): ReadonlyMap<string, Candidate> {
  const cheapest = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const known = cheapest.get(candidate.model.id)
    if (priceOf(candidate) < (known ? priceOf(known) : Infinity)) cheapest.set(candidate.model.id, candidate)
  }
  return cheapest
}

function priceOf({ offer }: Candidate): number {
  return offer.price ? offer.price.input + offer.price.output : Infinity
}
