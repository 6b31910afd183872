import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { DEFAULT_RELIABILITY } from '../../../../src/core/reliability.ts'
import { everyHost, hosts, hostState } from '../builders.ts'
import { type Asked, decide, leadOf, namesOf, panelOf } from './world.ts'

const panel = (asked: Asked = {}) => panelOf(decide({ model: 'switchyard/panel', ...asked }))
const leads = (asked: Asked) => panel(asked).members.map(leadOf)
const firstsOf = (asked: Asked = {}) => panel(asked).members.map((team) => namesOf(team)[0])

const failing = (asked: Asked) => {
  try {
    panel(asked)
  } catch (error) {
    return error instanceof AppError ? [error.code, error.param] : error
  }
}

describe('panel plan', () => {
  it('asks the best model three times, whatever it costs, at hosts that are as good in turn', () => {
    const firsts = firstsOf()
    expect(firsts.map((name) => name?.split('@')[0])).toEqual(['v/strong', 'v/strong', 'v/strong'])
    expect(new Set(firsts)).toEqual(new Set(['v/strong@one', 'v/strong@two']))
    expect(panel()).toMatchObject({
      kind: 'panel',
      aggregation: null,
      rubric: null,
      report: false,
      minSuccessful: 1,
      maxConcurrent: 3,
      roundTimeoutMs: DEFAULT_RELIABILITY.maxTotalMs,
    })
    expect(leadOf(panel().judge)).toBe('v/strong')
  })

  it('begins nowhere where a call only goes on to another host', () => {
    const states = new Map([...hosts('one', 'two', 'dear'), ['two', hostState({ resells: true })] as const])
    const firsts = firstsOf({ hosts: states })
    expect(new Set(firsts)).toEqual(new Set(['v/strong@one']))
  })

  it('weighs cost where the request says how', () => {
    expect(leads({ autoRouter: { costQualityTradeoff: 10 } })).toEqual(['v/cheap', 'v/cheap', 'v/cheap'])
    expect(leads({ provider: { sort: 'price' } })).toEqual(['v/cheap', 'v/cheap', 'v/cheap'])
    expect(leads({ model: 'auto', wish: { pattern: 'panel' } })).toEqual(['v/strong', 'v/strong', 'v/strong'])
  })

  it('asks the best of several models where they are to be mixed, and named ones in turn', () => {
    const mixed = { panel: { mixed: true, size: 4 } }
    expect(leads({ wish: mixed })).toEqual(['v/strong', 'v/middle', 'v/cheap', 'v/strong'])
    const named = ['v/cheap', 'v/middle']
    expect(leads({ wish: { panel: { models: named } } })).toEqual(named)
    expect(leads({ wish: { panel: { models: named, size: 3 } } })).toEqual([...named, 'v/cheap'])
    expect(leads({ wish: { panel: { models: ['v/cheap'] } } })).toEqual(['v/cheap', 'v/cheap', 'v/cheap'])
  })

  it('makes a pinned model the member, whoever else stands in', () => {
    const pinned = panel({
      model: 'v/middle',
      wish: { pattern: 'panel', panel: { size: 2, judge: 'v/strong' } },
    })
    expect(pinned.members.map(namesOf)).toEqual([['v/middle@one'], ['v/middle@one']])
    expect(leadOf(pinned.judge)).toBe('v/strong')
  })

  it('carries what is wished of the round, within the number of members', () => {
    const wish = { size: 2, rubric: 'short', minSuccessful: 5, maxConcurrent: 8, roundTimeoutMs: 1_000 }
    expect(panel({ wish: { panel: { ...wish, aggregation: 'judge', report: true } } })).toMatchObject({
      rubric: 'short',
      minSuccessful: 2,
      maxConcurrent: 2,
      roundTimeoutMs: 1_000,
      aggregation: 'judge',
      report: true,
    })
  })

  it('always compares and writes anew in a fusion', () => {
    const fusion = panel({ model: 'switchyard/fusion', wish: { panel: { models: ['v/cheap', 'v/middle'] } } })
    expect(fusion).toMatchObject({ kind: 'fusion', aggregation: 'synthesis', report: true })
    expect(fusion.members.map(leadOf)).toEqual(['v/cheap', 'v/middle'])
  })

  it('leaves everybody where they are when hosts are ordered, or may not be changed', () => {
    expect(new Set(firstsOf({ provider: { order: ['two'] } }))).toEqual(new Set(['v/strong@two']))
    const { members, judge } = panel({ provider: { allowFallbacks: false } })
    expect([...members, judge].every((team) => team.length === 1)).toBe(true)
    expect(new Set(members.map((team) => namesOf(team)[0])).size).toBe(1)
  })

  it('refuses members and judges that may not be asked, naming where they stand', () => {
    const autoRouter = { allowedModels: ['v/strong'] }
    const models = ['v/strong', 'v/cheap']
    expect(failing({ wish: { panel: { models } }, autoRouter })).toEqual([
      'no_eligible_model',
      'panel.models[1]',
    ])
    expect(
      failing({ model: 'switchyard/fusion', wish: { panel: { judge: 'v/cheap' } }, autoRouter }),
    ).toEqual(['no_eligible_model', 'fusion.judge'])
    expect(
      failing({ wish: { panel: { models } }, hosts: new Map([...everyHost(), ...hosts('one')]) }),
    ).toEqual(['no_live_host', 'panel.models[1]'])
  })
})
