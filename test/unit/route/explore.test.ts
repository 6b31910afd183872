import { describe, expect, it } from 'vitest'
import { type Arm, explore } from '../../../src/route/explore.ts'

type Named = Arm & { name: string }

/** A model of that quality, whose cost and time take `less` off its utility. */
function arm(name: string, quality: number, options: { spread?: number; less?: number } = {}): Named {
  const { spread = 0.5, less = 0 } = options
  return {
    name,
    quality,
    utility: quality - less,
    belief: { mean: Math.log(quality / (1 - quality)), spread },
  }
}

const seeds = Array.from({ length: 4_000 }, (_, at) => `dec_${at.toString(32)}`)

/** How often each model is chosen, and the propensity that was told with it. */
function playAll(arms: readonly Named[], rate: number) {
  const shares = new Map<string, number>()
  const propensities = new Map<string, number>()
  for (const seed of seeds) {
    const choice = explore(arms, { rate, seed })
    if (!choice) throw new Error('no choice')
    const { name } = choice.chosen
    shares.set(name, (shares.get(name) ?? 0) + 1 / seeds.length)
    expect(choice.propensity).toBe(propensities.get(name) ?? choice.propensity)
    expect(choice.explored).toBe(choice.chosen !== arms[0])
    propensities.set(name, choice.propensity)
  }
  return { shares, propensities }
}

describe('explore', () => {
  it('keeps to the best-ranked without a rate, and has nothing to choose without models', () => {
    const arms = [arm('best', 0.8), arm('other', 0.8)]
    const kept = { chosen: arms[0], explored: false, propensity: 1 }
    for (const rate of [0, -1, Number.NaN]) expect(explore(arms, { rate, seed: 'dec_1' })).toEqual(kept)
    expect(explore(arms.slice(0, 1), { rate: 1, seed: 'dec_1' })).toEqual(kept)
    expect(explore([], { rate: 1, seed: 'dec_1' })).toBeNull()
  })

  it('chooses each model as often as it says', () => {
    const arms = [
      arm('a', 0.8),
      arm('b', 0.78),
      arm('c', 0.75, { spread: 0.9 }),
      arm('d', 0.3, { spread: 0.1 }),
    ]
    for (const rate of [0.1, 0.5, 1]) {
      const { shares, propensities } = playAll(arms, rate)
      for (const [name, share] of shares) expect(share).toBeCloseTo(propensities.get(name) ?? 0, 1.3)
      expect([...propensities.values()].reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9)
      expect(shares.has('d')).toBe(false)
    }
  })

  it('tries who is little known more than who is well known', () => {
    const { propensities } = playAll(
      [arm('a', 0.8, { spread: 0.1 }), arm('known', 0.7, { spread: 0.1 }), arm('new', 0.7, { spread: 1 })],
      1,
    )
    expect(propensities.get('new')).toBeGreaterThan(0.15)
    expect(propensities.get('known') ?? 0).toBeLessThan(0.05)
  })

  it('does not try a model that costs more than its quality could be worth', () => {
    const { shares } = playAll([arm('a', 0.8), arm('dear', 0.8, { less: 0.9 })], 1)
    expect([...shares.keys()]).toEqual(['a'])
  })

  it('is even between equals, wherever they stand', () => {
    const arms = Array.from({ length: 8 }, (_, at) => arm(`m${at}`, 0.7))
    const { propensities } = playAll(arms, 1)
    for (const { name } of arms) {
      expect(propensities.get(name)).toBeGreaterThan(0.03)
      expect(propensities.get(name)).toBeLessThan(0.28)
    }
  })

  it('gives equal seeds equal choices, and keeps its head with beliefs that make no sense', () => {
    const arms = [
      arm('a', 0.8),
      arm('b', 0.8),
      { ...arm('c', 0.8), belief: { mean: Number.NaN, spread: -1 } },
    ]
    for (const seed of seeds.slice(0, 50)) {
      const choice = explore(arms, { rate: 1, seed })
      expect(explore(arms, { rate: 1, seed })).toEqual(choice)
      expect(choice?.chosen.name).not.toBe('c')
      expect(choice?.propensity).toBeGreaterThan(0)
    }
  })
})
