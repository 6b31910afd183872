import { type Estimate, type Evaluation, shareOf, SUPPORT_LIMITS } from '../learn/off-policy.ts'
import type { Simulation } from '../learn/replay.ts'

/** What was read of the history. `from` and `to`: Unix seconds of the oldest and the newest decision, null without any. */
export type Reading = {
  read: number
  from: number | null
  to: number | null
  skipped: { requestedByName: number; pinned: number; unreadable: number; joint: number }
}

/**
 * The body of `POST /v1/policies/simulate`. `logged` is what happened, `target` the policy asked about; every mean is
 * per decision and has a 95 % interval, `{value, low, high}`.
 *
 * - `decisions`: `read` = `replayed` + all `skipped`. Skipped are requests for a model by `name`, those `pinned` to
 *   their session or tool loop, answers that several models made (`joint`), details of another form (`unreadable`), and
 *   `refused` ones, where the target allows none of the candidates; none of them counts below.
 * - `changed`: decisions that the target makes otherwise, a few of them by id. `models`: share of decisions per model.
 * - `cost_usd`, `quality` (0..1), `latency_ms`: see `figureBody`.
 * - `limits`: what `supported` takes.
 */
export function simulationBody<P extends object>(policy: P, reading: Reading, simulation: Simulation) {
  const { replayed, refused, changed, examples, models, cost, quality, latency } = simulation
  const { requestedByName, pinned, unreadable, joint } = reading.skipped
  return {
    object: 'policy.simulation',
    policy,
    from: reading.from,
    to: reading.to,
    decisions: {
      read: reading.read,
      replayed,
      skipped: { requested_by_name: requestedByName, pinned, unreadable, joint, refused },
    },
    changed: {
      count: changed,
      share: replayed === 0 ? null : estimateBody(shareOf(changed, replayed)),
      examples: examples.map(({ id, logged, target }) => ({
        decision_id: id,
        logged_model: logged,
        target_model: target,
      })),
    },
    models: modelBodies(models, replayed),
    cost_usd: figureBody(cost, 1e-6),
    quality: figureBody(quality),
    latency_ms: figureBody(latency),
    limits: {
      max_weight: SUPPORT_LIMITS.maxWeight,
      min_support_share: SUPPORT_LIMITS.minShare,
      min_effective_sample_size: SUPPORT_LIMITS.minEffectiveSampleSize,
      min_mean_weight: SUPPORT_LIMITS.minMeanWeight,
    },
  }
}

/** The models that the target chooses most come first. */
function modelBodies(models: Simulation['models'], replayed: number) {
  return [...models]
    .toSorted(([a, mine], [b, other]) => other.target - mine.target || (a < b ? -1 : 1))
    .map(([model, { logged, target }]) => ({
      model,
      logged_share: estimateBody(shareOf(logged, replayed)),
      target_share: estimateBody(shareOf(target, replayed)),
    }))
}

/**
 * What is known of one figure under both policies.
 *
 * - `outcomes`: decisions of which it is known what they brought. All but the predictions is of these.
 * - `supported`: whether they tell about the target; if not, `reason` says which of the `limits` the log falls short of
 *   (`no_outcomes`, `low_support_share`, `low_effective_sample_size`, `low_mean_weight`), the estimates that rest on
 *   outcomes are null, and only what was predicted is left: `prediction: true`.
 * - `target.direct` is the mean prediction. `inverse_propensity` and `self_normalized` weigh the outcomes of decisions
 *   with support; `doubly_robust` corrects the predictions by them, and is the one to go by.
 * - `change`: target less logged, doubly robust where supported.
 */
function figureBody(evaluation: Evaluation, scale = 1) {
  const { predicted, observed, estimates, shortage, support, change, outcomes } = evaluation
  const body = (estimate: Estimate | null | undefined) => estimate && estimateBody(estimate, scale)
  const prediction = (estimate: Estimate | null) =>
    estimate && { ...estimateBody(estimate, scale), prediction: true }
  return {
    supported: shortage === null,
    reason: shortage,
    outcomes,
    support: {
      share: tidy(support.share),
      effective_sample_size: tidy(support.effectiveSampleSize),
      mean_weight: tidy(support.meanWeight),
    },
    logged: { observed: body(observed), direct: prediction(predicted.logged) },
    target: {
      direct: prediction(predicted.target),
      inverse_propensity: body(estimates?.inversePropensity) ?? null,
      self_normalized: body(estimates?.selfNormalized) ?? null,
      doubly_robust: body(estimates?.doublyRobust) ?? null,
    },
    change: shortage ? prediction(change) : change && { ...estimateBody(change, scale), prediction: false },
  }
}

function estimateBody({ value, interval: [low, high] }: Estimate, scale = 1) {
  return { value: tidy(value * scale), low: tidy(low * scale), high: tidy(high * scale) }
}

/** Six digits are more than any estimate is worth. */
function tidy(value: number): number {
  return Number(value.toPrecision(6))
}
