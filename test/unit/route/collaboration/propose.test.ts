import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UnaskedPattern } from '../../../../src/core/collaboration.ts'
import { BALANCED } from '../../../../src/route/decision.ts'
import { NO_ADVICE } from '../../../../src/route/collaboration/advice.ts'
import { demand, hosts, hostState, shape } from '../builders.ts'
import { type Asked, cascadeOf, decide, HARD, leadOf, MAY, panelOf, PROSE } from './world.ts'

const loop = { ...shape(), inToolLoop: true }
const answered = { modelId: 'v/middle', host: 'one', answeredAt: 1_700_000_000_000 }
const began = (pattern: 'cascade' | 'panel' | 'fusion', models: readonly string[]) => ({
  request: loop,
  session: { ...answered, collaboration: { pattern, models } },
})
const optionOf = (topology: string, asked: Asked) =>
  decide(asked).topology.options.find((option) => option.topology === topology)
const best = { model: 'auto:best' }
const PANELS = { ...MAY, unasked: { ...MAY.unasked, patterns: ['panel'] } } as const

const acts = (asked: Asked) => decide({ policy: MAY, ...asked }).topology.acted
const parts = (difficulty: number, structure = { parallel: 6, depth: 1 }) =>
  decide({ ...best, policy: PANELS, demand: demand({ ...HARD, difficulty, structure }) }).topology

describe('advice', () => {
  it('weighs every way for auto, in order, and says why', () => {
    const { topology } = decide()
    expect(topology.options.map((option) => option.topology)).toEqual(['single', 'cascade', 'panel', 'dag'])
    expect(topology).toMatchObject({ topology: 'cascade', acted: 'single' })
    expect(topology.reason).toMatch(/^cascade: \+0\.\d points of quality at 0\.\d\d times the cost; /)
    expect(topology.options[0]).toMatchObject({ gain: 0, pays: false })
  })

  it('weighs nothing for a model that is asked for by name', () => {
    const { collaboration, topology } = decide({ model: 'v/middle' })
    expect(topology).toEqual(NO_ADVICE)
    expect(collaboration).toEqual({ pattern: { kind: 'single' }, verify: null })
  })

  it('expects more of votes the better the model is, and of judges where answers are prose', () => {
    const easier = demand({ ...HARD, difficulty: 0.6 })
    const gain = (asked: Asked) => optionOf('panel', { ...best, ...asked })?.gain ?? 0
    expect(gain({ demand: easier })).toBeGreaterThan(gain({ demand: demand({ ...HARD, difficulty: 0.95 }) }))
    expect(gain({ demand: PROSE })).toBeGreaterThan(0)
    expect(optionOf('panel', { ...best, demand: PROSE })?.costMicroUsd).toBeGreaterThan(
      3 * (optionOf('single', { ...best, demand: PROSE })?.costMicroUsd ?? 0),
    )
  })

  it('recommends a plan of parts only for parallel work that one model is likely to fail at', () => {
    expect(parts(0.85)).toMatchObject({ topology: 'dag', acted: 'single' })
    expect(parts(0.85).reason).toContain('only recommended')
    expect(parts(0.2).topology).not.toBe('dag')
    expect(parts(0.85, { parallel: 1, depth: 6 }).topology).not.toBe('dag')
  })

  it('expects teams to lose on steps that wait for each other', () => {
    const sequential = { ...HARD, structure: { parallel: 1, depth: 5 } }
    for (const topology of ['panel', 'dag']) {
      expect(optionOf(topology, { ...best, demand: sequential })?.gain).toBeLessThan(-0.1)
      expect(optionOf(topology, { ...best, request: loop })?.gain).toBeLessThan(-0.1)
    }
  })
})

describe('what is done unasked', () => {
  it('is what pays, where the policy lets it happen', () => {
    expect(acts({})).toBe('cascade')
    expect(cascadeOf(decide({ policy: MAY })).stages).toHaveLength(2)
    expect(acts({ policy: BALANCED })).toBe('single')
    expect(acts({ policy: PANELS })).toBe('single')
  })

  it('is no dearer than the tenant, or the request, lets it be', () => {
    const dearer = { model: 'auto:best' }
    expect(acts(dearer)).toBe('cascade')
    expect(acts({ ...dearer, policy: { ...MAY, unasked: { ...MAY.unasked, minGain: 0.5 } } })).toBe('single')
    expect(acts({ ...dearer, policy: { ...MAY, unasked: { ...MAY.unasked, maxCostRatio: 1 } } })).toBe(
      'single',
    )
    expect(acts({ ...dearer, policy: { ...MAY, maxCostUsd: 0.050_5 } })).toBe('single')
  })

  it.each<[string, Asked]>([
    ['several choices', { request: shape({ sampling: { choices: 2 } }) }],
    ['a tool loop', { request: loop }],
    ['an answer that is verified', { wish: { verify: {} } }],
    ['hosts that may not be changed', { provider: { allowFallbacks: false } }],
    ['a wish for one model', { wish: { pattern: 'single' } }],
  ])('never begins with %s', (_, asked) => {
    expect(acts(asked)).toBe('single')
  })

  it('leaves a way closed, rather than fail, whose models may not be asked', () => {
    const wish = { cascade: { models: ['v/nobody', 'v/strong'] } }
    expect(decide({ policy: MAY, wish }).topology.options.map(({ topology }) => topology)).not.toContain(
      'cascade',
    )
  })
})

describe('within a tool loop', () => {
  it('a panel goes on with those of its members who may still be asked', () => {
    const models = ['v/cheap', 'v/gone', 'v/middle']
    const asked = { model: 'switchyard/panel', ...began('panel', models) }
    expect(panelOf(decide(asked)).members.map(leadOf)).toEqual(['v/cheap', 'v/middle'])
  })

  it('a cascade goes on from the model that called the tools', () => {
    const asked = { model: 'switchyard/cascade', ...began('cascade', ['v/cheap', 'v/middle', 'v/strong']) }
    expect(cascadeOf(decide(asked)).stages.map(({ team }) => leadOf(team))).toEqual(['v/middle', 'v/strong'])
  })

  it('what began unasked goes on as long as the policy lets it happen', () => {
    const panel = began('panel', ['v/cheap', 'v/cheap'])
    expect(panelOf(decide({ policy: MAY, ...panel })).members.map(leadOf)).toEqual(['v/cheap', 'v/cheap'])
    expect(decide(panel).collaboration.pattern.kind).toBe('single')
  })

  it('without a session only models go on that can read its thoughts', () => {
    const states = new Map([...hosts('one', 'dear'), ['two', hostState({ seals: 'openai' })] as const])
    const request = { ...loop, seal: 'openai' } as const
    const { members, judge } = panelOf(
      decide({ model: 'switchyard/panel', wish: { panel: { mixed: true } }, request, hosts: states }),
    )
    expect(new Set([...members, judge].map(([{ candidate }]) => candidate.offer.host))).toEqual(
      new Set(['two']),
    )
  })
})

describe('verification', () => {
  it('is planned as wished, with one retry where nobody says', () => {
    const checks = [{ kind: 'arithmetic' }] as const
    const { collaboration } = decide({ wish: { verify: { checks, judge: 'v/strong', rubric: 'true' } } })
    expect(collaboration.pattern).toEqual({ kind: 'single' })
    expect(collaboration.verify).toMatchObject({ checks, rubric: 'true', maxRetries: 1 })
    expect(collaboration.verify?.judge && leadOf(collaboration.verify.judge)).toBe('v/strong')
  })

  it('goes with any pattern, and with a model that is asked for by name', () => {
    const wish = { verify: { maxRetries: 2 } }
    expect(decide({ model: 'switchyard/panel', wish }).collaboration.verify).toMatchObject({
      judge: null,
      maxRetries: 2,
    })
    expect(decide({ model: 'v/cheap', wish }).collaboration.verify).toMatchObject({ maxRetries: 2 })
  })
})

const asking = fc.record({
  model: fc.constantFrom(
    'auto',
    'auto:best',
    'auto:floor',
    'switchyard/cascade',
    'switchyard/panel',
    'switchyard/fusion',
  ),
  difficulty: fc.double({ min: 0, max: 1, noNaN: true }),
  closed: fc.boolean(),
  tradeoff: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
  allowed: fc.subarray(['v/strong', 'v/middle', 'v/cheap'], { minLength: 1 }),
  patterns: fc.subarray<UnaskedPattern>(['cascade', 'panel']),
  size: fc.option(fc.integer({ min: 2, max: 8 }), { nil: undefined }),
  mixed: fc.boolean(),
})

it('only ever asks who may be asked, within bounds, as the policy lets it, and alike each time', () => {
  fc.assert(
    fc.property(asking, ({ model, difficulty, closed, tradeoff, allowed, patterns, size, mixed }) => {
      const asked: Asked = {
        model,
        demand: demand({ ...(closed ? HARD : PROSE), difficulty }),
        policy: { ...MAY, unasked: { ...MAY.unasked, patterns } },
        wish: { panel: { mixed, ...(size !== undefined && { size }) } },
        autoRouter: {
          allowedModels: allowed,
          ...(tradeoff !== undefined && { costQualityTradeoff: tradeoff }),
        },
      }
      const decision = decide(asked)
      const { pattern } = decision.collaboration
      const teams =
        pattern.kind === 'single'
          ? []
          : pattern.kind === 'cascade'
            ? [...pattern.stages.map(({ team }) => team), pattern.verifier ?? []]
            : [...pattern.members, pattern.judge]
      for (const { candidate } of teams.flat()) expect(allowed).toContain(candidate.model.id)
      if (pattern.kind === 'cascade') {
        for (const { threshold } of pattern.stages) expect(threshold >= 0 && threshold <= 1).toBe(true)
      }
      if (pattern.kind !== 'single' && model.startsWith('auto')) {
        expect(patterns).toContain(pattern.kind)
      }
      for (const { quality } of decision.topology.options) expect(quality >= 0 && quality <= 1).toBe(true)
      expect(decide(asked).topology).toEqual(decision.topology)
    }),
    { numRuns: 300 },
  )
})
