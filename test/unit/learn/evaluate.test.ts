import { describe, expect, it } from 'vitest'
import { compare, type JudgedPrompt, MIN_HELD_OUT, verdictOf } from '../../../src/learn/evaluate.ts'
import type { Forecast } from '../../../src/learn/forecast.ts'

const YARDSTICK = { costWeight: 0.1, guess: 0.5 }

type Sure = { dear: number; cheap: number }

function forecast(quality: number, costMicroUsd: number): Forecast {
  return { quality, confidence: quality, costMicroUsd }
}

/** A good, dear model and a cheap one; expectations are of quality and confidence alike. */
function prompt(scores: Sure, current: Sure, candidate: Sure, earlier: Sure | null = null): JudgedPrompt {
  return [
    {
      model: 'dear',
      score: scores.dear,
      earlierScore: earlier && earlier.dear,
      costMicroUsd: 1_000,
      current: forecast(current.dear, 1_000),
      candidate: forecast(candidate.dear, 1_000),
    },
    {
      model: 'cheap',
      score: scores.cheap,
      earlierScore: earlier && earlier.cheap,
      costMicroUsd: 100,
      current: forecast(current.cheap, 100),
      candidate: forecast(candidate.cheap, 100),
    },
  ]
}

const BOTH_GOOD = { dear: 0.9, cheap: 0.9 }
const ONLY_DEAR = { dear: 0.9, cheap: 0.1 }

function prompts(count: number, one: (at: number) => JudgedPrompt): JudgedPrompt[] {
  return Array.from({ length: count }, (_, at) => one(at))
}

describe('compare', () => {
  it('weighs what was got against what it cost, relative to the best model', () => {
    const told = compare(
      prompts(40, () => prompt({ dear: 1, cheap: 0.8 }, ONLY_DEAR, BOTH_GOOD)),
      YARDSTICK,
    )
    expect(told.current).toMatchObject({ quality: 1, costMicroUsd: 1_000 })
    expect(told.current.utility).toBeCloseTo(1 - 0.1, 9)
    expect(told.candidate).toMatchObject({ costMicroUsd: 100 })
    expect(told.candidate.utility).toBeCloseTo(0.8 - 0.01, 9)
    expect(told.utilityGain[1]).toBeCloseTo(-0.11, 9)
    expect(told.current.brier).toBeCloseTo((0.1 ** 2 + 0.7 ** 2) / 2, 9)
    expect(told.candidate.brier).toBeCloseTo((0.1 ** 2 + 0.1 ** 2) / 2, 9)
    expect(told.earlier).toBeNull()
  })
})

/** The cheap model is good at every other prompt; who knows which saves there without a loss. */
const truth = (at: number) => (at % 2 === 0 ? BOTH_GOOD : ONLY_DEAR)
const better = (at: number) => prompt(truth(at), ONLY_DEAR, truth(at))
const vague = (by: number) => ({ dear: 0.9, cheap: 0.1 + by })
const noise = (at: number) => ({ dear: Number(at % 2 === 0), cheap: Number(at % 4 < 2) })
const verdict = (some: readonly JudgedPrompt[]) => verdictOf(compare(some, YARDSTICK))

/** Both call the dear model; their expectations of the cheap one are this far off. */
const afterLearning = (current: number, candidate: number) =>
  verdict(prompts(60, () => prompt(ONLY_DEAR, vague(current), vague(candidate))))

describe('verdictOf', () => {
  it('activates what surely chooses better, given enough prompts', () => {
    expect(verdict(prompts(60, better))).toMatchObject({ activate: true })
    expect(verdict(prompts(MIN_HELD_OUT - 1, better)).activate).toBe(false)
  })

  it('refuses what chooses as before, and worse, however well it predicts', () => {
    expect(verdict(prompts(60, (at) => prompt(truth(at), ONLY_DEAR, ONLY_DEAR))).activate).toBe(false)
    expect(
      verdict(prompts(60, (at) => prompt(ONLY_DEAR, vague(0.02), at % 9 ? ONLY_DEAR : BOTH_GOOD))).activate,
    ).toBe(false)
  })

  it('activates equal choices for clearly better predictions only', () => {
    expect(afterLearning(0.4, 0.1)).toMatchObject({ activate: true })
    expect(afterLearning(0.4, 0.395).activate).toBe(false)
    expect(afterLearning(0.1, 0.4).activate).toBe(false)
  })

  it('refuses what knows no more than one guess for all, though it saves', () => {
    const half = { dear: 0.5, cheap: 0.5 }
    const told = compare(
      prompts(80, (at) => prompt(noise(at), ONLY_DEAR, half)),
      YARDSTICK,
    )
    expect(told.utilityGain[0]).toBeGreaterThan(-0.2)
    expect(told.brierGain[0]).toBeGreaterThan(0)
    expect(verdictOf(told)).toMatchObject({ activate: false, reason: expect.stringContaining('one guess') })
  })

  it('refuses what is worse by the outcomes that the active parameters were learned from', () => {
    const told = (earlier: Sure | null) =>
      verdict(prompts(60, () => prompt(BOTH_GOOD, ONLY_DEAR, BOTH_GOOD, earlier)))
    expect(told(null).activate).toBe(true)
    expect(told(BOTH_GOOD).activate).toBe(true)
    expect(told(ONLY_DEAR).activate).toBe(false)
  })
})
