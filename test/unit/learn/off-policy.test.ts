import { describe, expect, it } from 'vitest'
import {
  type Estimate,
  evaluate,
  type Evaluation,
  shareOf,
  SUPPORT_LIMITS,
  type Trial,
} from '../../../src/learn/off-policy.ts'
import { createRandom } from '../../../src/learn/random.ts'

const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

/** Kinds of request: how often each of three models answers well, how often each is chosen, and what the target takes. */
const KINDS = [
  { good: [0.9, 0.7, 0.6], chosen: [0.3, 0.5, 0.2], target: 1 },
  { good: [0.8, 0.5, 0.2], chosen: [0.6, 0.3, 0.1], target: 0 },
  { good: [0.6, 0.6, 0.5], chosen: [0.2, 0.3, 0.5], target: 2 },
] as const

const meanOverKinds = (value: (kind: (typeof KINDS)[number]) => number) =>
  KINDS.reduce((sum, kind) => sum + value(kind) / KINDS.length, 0)
const TARGET_VALUE = meanOverKinds(({ good, target }) => good[target])
const LOGGED_VALUE = meanOverKinds(({ good, chosen }) =>
  good.reduce<number>((sum, value, at) => sum + value * (chosen[at] ?? 0), 0),
)

/** A log of that world. `bias`: by how much predictions of every model are off, one up, the next down. */
function logOf(seed: number, decisions: number, bias: number): Trial[] {
  const random = createRandom(seed)
  return many(decisions, () => {
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? KINDS[0]
    const draw = random()
    const [first, second] = kind.chosen
    const action = draw < first ? 0 : draw < first + second ? 1 : 2
    const predict = (at: 0 | 1 | 2) => kind.good[at] + (at === 1 ? -bias : bias)
    return {
      predicted: { logged: predict(action), target: predict(kind.target) },
      observed: Number(random() < kind.good[action]),
      propensity: kind.chosen[action],
      same: action === kind.target,
    }
  })
}

function trial(fields: Partial<Trial> = {}): Trial {
  return { predicted: { logged: 0.5, target: 0.5 }, observed: 1, propensity: 1, same: true, ...fields }
}

const holds = (estimate: Estimate | null | undefined, truth: number) =>
  estimate !== null &&
  estimate !== undefined &&
  estimate.interval[0] <= truth &&
  truth <= estimate.interval[1]

/** Sum of squared errors. */
const errorOf = (
  evaluations: readonly Evaluation[],
  estimateOf: (evaluation: Evaluation) => Estimate | null | undefined,
) => evaluations.reduce((sum, one) => sum + ((estimateOf(one)?.value ?? Number.NaN) - TARGET_VALUE) ** 2, 0)

describe('on logs of a world that is known', () => {
  const evaluations = many(120, (seed) => evaluate(logOf(7_919 * (seed + 1), 250, 0.05)))

  it.each<[string, (evaluation: Evaluation) => Estimate | null | undefined, number]>([
    ['inverse propensity', ({ estimates }) => estimates?.inversePropensity, TARGET_VALUE],
    ['self-normalised', ({ estimates }) => estimates?.selfNormalized, TARGET_VALUE],
    ['doubly robust', ({ estimates }) => estimates?.doublyRobust, TARGET_VALUE],
    ['what was observed', ({ observed }) => observed, LOGGED_VALUE],
    ['the change', ({ change }) => change, TARGET_VALUE - LOGGED_VALUE],
  ])('has the truth in 90 to 99 of 100 intervals: %s', (_, estimateOf, truth) => {
    const held = evaluations.filter((evaluation) => holds(estimateOf(evaluation), truth))
    expect(held.length / evaluations.length).toBeGreaterThanOrEqual(0.9)
    expect(held.length / evaluations.length).toBeLessThanOrEqual(0.99)
  })

  it('errs least by the doubly robust estimate when predictions are good', () => {
    const robust = errorOf(evaluations, ({ estimates }) => estimates?.doublyRobust)
    expect(robust).toBeLessThan(0.8 * errorOf(evaluations, ({ estimates }) => estimates?.inversePropensity))
    expect(robust).toBeLessThan(errorOf(evaluations, ({ estimates }) => estimates?.selfNormalized))
  })

  it('is led astray by bad predictions in the direct method only', () => {
    const { predicted, estimates } = evaluate(logOf(1, 4_000, 0.3))
    expect(Math.abs((predicted.target?.value ?? 0) - TARGET_VALUE)).toBeGreaterThan(0.08)
    expect(holds(predicted.target, TARGET_VALUE)).toBe(false)
    expect(holds(estimates?.doublyRobust, TARGET_VALUE)).toBe(true)
  })

  it('knows as much of few blocks as of many decisions', () => {
    const { estimates } = evaluate(logOf(3, 5_000, 0.05))
    expect(holds(estimates?.selfNormalized, TARGET_VALUE)).toBe(true)
    const [low, high] = estimates?.selfNormalized?.interval ?? [0, 1]
    // 2 × 1.96 × √(p(1 − p) ÷ matching decisions)
    expect(high - low).toBeGreaterThan(0.03)
    expect(high - low).toBeLessThan(0.06)
  })

  it('is the same for the same log', () => {
    expect(evaluate(logOf(5, 300, 0))).toEqual(evaluate(logOf(5, 300, 0)))
  })
})

/** 1,000 decisions, some of which could only go otherwise. */
const lacking = (count: number) =>
  evaluate(many(1_000, (at) => trial(at < count ? { same: false, observed: 0 } : {})))

describe('support', () => {
  it('is none where every choice was sure and the target wants another', () => {
    const trials = many(400, () => trial({ same: false, predicted: { logged: 0.7, target: 0.4 } }))
    const { shortage, support, estimates, change, observed } = evaluate(trials)
    expect({ shortage, estimates }).toEqual({ shortage: 'low_support_share', estimates: null })
    expect(support).toEqual({ share: 0, effectiveSampleSize: 0, meanWeight: 0 })
    expect(change?.value).toBeCloseTo(-0.3, 9)
    expect(observed?.value).toBe(1)
  })

  it('may be missing for a tenth, where predictions stand alone', () => {
    expect(lacking(101).shortage).toBe('low_support_share')
    const { shortage, estimates } = lacking(100)
    expect(shortage).toBeNull()
    expect(estimates?.inversePropensity?.value).toBe(1)
    expect(estimates?.doublyRobust?.value).toBeCloseTo(0.9 * 1 + 0.1 * 0.5, 9)
  })

  it('takes an effective sample of 100', () => {
    const { minEffectiveSampleSize: least } = SUPPORT_LIMITS
    expect(evaluate(many(least - 1, () => trial())).shortage).toBe('low_effective_sample_size')
    expect(evaluate(many(least, () => trial())).shortage).toBeNull()
    // Weights of 1 and 9, half each: (Σw)² ÷ Σw² = 25 ÷ 41 of their number.
    const uneven = evaluate(many(164, (at) => trial({ propensity: at % 2 === 0 ? 1 : 1 / 9 })))
    expect(uneven.support.effectiveSampleSize).toBeCloseTo(100, 6)
  })

  it('is too thin where the log has the choices of the target less often than it says', () => {
    const { shortage, support } = evaluate(
      many(1_000, (at) => trial({ propensity: 0.9, same: at % 2 === 0 })),
    )
    expect(support.share).toBe(1)
    expect(support.meanWeight).toBeCloseTo(0.5 / 0.9, 9)
    expect(shortage).toBe('low_mean_weight')
  })

  it('lets no weight count for more than its limit', () => {
    const { estimates, support } = evaluate(many(200, () => trial({ propensity: 1e-6 })))
    expect(support.meanWeight).toBe(SUPPORT_LIMITS.maxWeight)
    expect(estimates?.inversePropensity?.value).toBe(SUPPORT_LIMITS.maxWeight)
    expect(estimates?.selfNormalized?.value).toBe(1)
  })

  it('counts known outcomes only, and predictions of all', () => {
    const unknown = many(300, () => trial({ observed: null, predicted: { logged: 0, target: 1 } }))
    const none = evaluate(unknown)
    expect(none).toMatchObject({ shortage: 'no_outcomes', outcomes: 0, observed: null, estimates: null })
    expect(none.change?.value).toBe(1)
    const some = evaluate([...unknown, ...many(100, () => trial({ predicted: { logged: 1, target: 1 } }))])
    expect(some).toMatchObject({ shortage: null, outcomes: 100 })
    expect(some.predicted.logged?.value).toBe(0.25)
    expect(some.estimates?.doublyRobust?.value).toBe(1)
    expect(some.change?.value).toBe(0)
  })

  it('is nothing at all without decisions', () => {
    expect(evaluate([])).toMatchObject({
      shortage: 'no_outcomes',
      predicted: { logged: null, target: null },
      observed: null,
      change: null,
    })
  })
})

it('shares have intervals that stay within 0 and 1', () => {
  expect(shareOf(0, 20).interval[0]).toBe(0)
  expect(shareOf(0, 20).interval[1]).toBeCloseTo(0.161, 3)
  expect(shareOf(20, 20).interval[1]).toBe(1)
  // The textbook's example: 10 of 100.
  expect(shareOf(10, 100).interval[0]).toBeCloseTo(0.0552, 4)
  expect(shareOf(10, 100).interval[1]).toBeCloseTo(0.1744, 4)
})
