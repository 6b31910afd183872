import { describe, expect, it } from 'vitest'
import type { Outcomes } from '../../../src/learn/outcomes.ts'
import { columnMeans, indexOfMax, pickRows } from '../../../src/learn/outcomes.ts'
import {
  always,
  amongContenders,
  bestSingle,
  cheapestMix,
  choose,
  resultOf,
  sharesOf,
} from '../../bench/policy.ts'
import { createRandom } from '../../../src/learn/random.ts'
import { bestLambda } from '../../bench/savings.ts'
import { twoModelFigures } from '../../bench/two-models.ts'

const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row))

/** A cheap model that is right on even prompts, and one ten times as dear that is right on four of five. */
const ROWS = 500
const outcomes: Outcomes = {
  models: ['cheap', 'dear'],
  scores: Array.from({ length: ROWS }, (_, at) =>
    Float64Array.of(Number(at % 2 === 0), Number(at % 5 !== 0)),
  ),
  costs: Array.from({ length: ROWS }, () => Float64Array.of(1, 10)),
}

describe('choices', () => {
  it('weigh quality against cost, the first of equals', () => {
    const quality = rows([0.5, 0.9], [0.5, 0.55], [0.7, 0.7])
    const cost = rows([1, 10], [1, 10], [1, 1])
    expect(choose(quality, cost, 0)).toEqual(Int32Array.of(1, 1, 0))
    expect(choose(quality, cost, 0.01)).toEqual(Int32Array.of(1, 0, 0))
    expect(choose(quality, cost, 1)).toEqual(Int32Array.of(0, 0, 0))
  })

  it('leave a model out of which no cost is known, unless cost does not count', () => {
    const [quality, cost] = [rows([0.5, 0.9]), rows([1, Number.NaN])]
    expect(choose(quality, cost, 0.01)).toEqual(Int32Array.of(0))
    expect(choose(quality, cost, 0)).toEqual(Int32Array.of(1))
  })

  it('do not fall on a model that another beats for no more cost', () => {
    const known = { ...outcomes, scores: rows([0.5, 0.6], [0.5, 0.6]), costs: rows([2, 1], [2, 1]) }
    expect(amongContenders(rows([0.9, 0.4]), known)).toEqual(rows([-Infinity, 0.4]))
    expect(amongContenders(rows([0.9, 0.4]), { ...known, costs: rows([1, 2]) })).toEqual(rows([0.9, 0.4]))
  })

  it('get what their models got', () => {
    expect(resultOf(always(1, outcomes), outcomes)).toEqual({ quality: 0.8, cost: 10 })
    expect(bestSingle(outcomes)).toBe(1)
    expect(sharesOf(Int32Array.of(0, 1, 1, 1), 2)).toEqual([0.25, 0.75])
    expect(pickRows(outcomes, [2, 1]).scores).toEqual(rows([1, 1], [0, 1]))
  })

  it('can be mixed without looking: 0.65 lies half-way between 0.5 and 0.8', () => {
    expect(cheapestMix(outcomes, 0.65)).toBeCloseTo(5.5, 9)
    expect(cheapestMix(outcomes, 0.5)).toBe(1)
    expect(cheapestMix(outcomes, 0.81)).toBe(Infinity)
  })

  it('leave out what is not known', () => {
    expect(columnMeans(rows([1, Number.NaN], [0, 0.5]))).toEqual(Float64Array.of(0.5, 0.5))
    expect(indexOfMax([Number.NaN, 1, 2, 2])).toBe(2)
  })
})

describe('the λ that saves most', () => {
  it('keeps the quality of the reference when predictions are perfect', () => {
    const lambda = bestLambda(outcomes.scores, outcomes.costs, outcomes, 0)
    const got = resultOf(choose(outcomes.scores, outcomes.costs, lambda ?? 0), outcomes)
    expect(got.quality).toBeCloseTo(0.9, 9)
    expect(got.cost).toBeLessThan(5.1)
  })

  it('takes predictions where outcomes are not known', () => {
    const gaps = outcomes.scores.map((row, at) => row.map((score) => (at % 3 === 0 ? Number.NaN : score)))
    const lambda = bestLambda(outcomes.scores, outcomes.costs, { ...outcomes, scores: gaps }, 0)
    expect(lambda).toBe(bestLambda(outcomes.scores, outcomes.costs, outcomes, 0))
  })

  it('is none when predictions know nothing', () => {
    const random = createRandom(5)
    const guesses = outcomes.scores.map(() => Float64Array.of(random(), random()))
    expect(bestLambda(guesses, outcomes.costs, outcomes, 0)).toBeNull()
  })
})

describe("RouteLLM's figures", () => {
  const prompts = Array.from({ length: 1_000 }, (_, at) => at)
  const weak = Float64Array.from(prompts, (at) => Number(at % 10 < 6))
  const strong = Float64Array.from(prompts, () => 1)

  it('are those of chance for a router that knows nothing', () => {
    const random = createRandom(9)
    const { apgr, cpt50, cpt80 } = twoModelFigures(Float64Array.from(prompts, random), weak, strong)
    expect(apgr).toBeCloseTo(0.5, 1)
    expect(Math.abs(cpt50 - 50)).toBeLessThan(6)
    expect(Math.abs(cpt80 - 80)).toBeLessThan(6)
  })

  it('are as good as can be for one that knows all: two fifths of the calls recover everything', () => {
    const needed = weak.map((score, at) => 1 - score + at / 1e6)
    const figures = twoModelFigures(needed, weak, strong)
    expect(figures.apgr).toBeCloseTo(0.8, 2)
    expect(figures.cpt50).toBeCloseTo(20, 0)
    expect(figures.cpt80).toBeCloseTo(32, 0)
  })
})
