import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AssistantPart, toolCallsOf } from '../../../src/core/chat.ts'
import { callKey } from '../../../src/collaborate/final-answer.ts'
import { type CallRules, mergeToolCalls } from '../../../src/collaborate/tool-calls.ts'
import { call, drafts } from './drafts.ts'

const PARALLEL: CallRules = { isParallel: true }
const sealed: AssistantPart = {
  type: 'reasoning',
  text: 'Hm.',
  seal: { format: 'anthropic', kind: 'signature', data: 'abc' },
}
const rome = call('weather', { city: 'Rome' })
const oslo = call('weather', { city: 'Oslo' })
const time = call('time', {})
const news = call('news', {})

/** What is called, and of what no vote decides. */
function outcome(said: Parameters<typeof drafts>, rules: CallRules = PARALLEL) {
  const merged = mergeToolCalls(drafts(...said), rules)
  const calls = merged.kind === 'calls' ? toolCallsOf(merged.parts) : null
  return {
    kind: merged.kind,
    members: merged.members,
    kept: merged.kind === 'calls' ? merged.kept : null,
    calls: calls && calls.map(({ name, argumentsJson }) => `${name} ${argumentsJson}`),
    conflicts: merged.conflicts,
  }
}

describe('mergeToolCalls', () => {
  it('makes the same call once, however its arguments are written', () => {
    const one = call('move', '{"x":1,"y":2}', 'a')
    const same = call('move', ' {"y":2.0, "x":1}', 'b')
    expect(mergeToolCalls(drafts([one], [same], [same]), PARALLEL)).toEqual({
      kind: 'calls',
      members: [1, 2, 3],
      kept: 1,
      parts: [one],
      conflicts: [],
    })
  })

  it('compares the text of custom tools as it stands', () => {
    const [one, other] = ['a b', 'a  b'].map((text) => [{ ...call('run', text), custom: true as const }])
    expect(outcome([other ?? [], one ?? [], one ?? []]).calls).toEqual(['run a b'])
  })

  it('unites calls of different tools where these may be called together, under ids of their own', () => {
    const merged = mergeToolCalls(drafts([call('weather', {}, 'x')], [call('time', {}, 'x')]), PARALLEL)
    expect(merged.kind === 'calls' && merged.parts).toEqual([
      call('weather', {}, 'x'),
      call('time', {}, 'x_2'),
    ])
    expect(merged.conflicts).toEqual([])
    const one = outcome([[rome], [time], [time]], { isParallel: false })
    expect(one).toMatchObject({ calls: ['time {}'], kept: 2, conflicts: [] })
  })

  it('leaves out what fewer than half of the callers propose', () => {
    expect(
      outcome([
        [rome, news],
        [rome, time],
        [rome, time],
      ]).calls,
    ).toEqual(['weather {"city":"Rome"}', 'time {}'])
  })

  it('keeps several calls of one tool that are common', () => {
    expect(
      outcome([
        [rome, oslo],
        [oslo, rome],
        [rome, oslo],
      ]).calls,
    ).toHaveLength(2)
  })

  it('lets the callers vote on different arguments of a call that most make once', () => {
    expect(outcome([[oslo], [rome], [rome]])).toMatchObject({
      calls: ['weather {"city":"Rome"}'],
      kept: 2,
      conflicts: [],
    })
    expect(
      outcome([
        [oslo, time],
        [rome, time],
      ]),
    ).toMatchObject({
      calls: ['weather {"city":"Oslo"}', 'time {}'],
      conflicts: [{ tool: 'weather', members: [1, 2] }],
    })
  })

  it('resolves what no vote decides for the favourite, else for the weightiest', () => {
    const said: Parameters<typeof drafts> = [
      [oslo, time],
      [rome, time],
    ]
    expect(outcome(said, { isParallel: true, favourite: 2 })).toMatchObject({
      calls: ['weather {"city":"Rome"}', 'time {}'],
      kept: 2,
      conflicts: [],
    })
    const weights = new Map([[2, 3]])
    expect(outcome(said, { isParallel: true, weights }).calls).toContain('weather {"city":"Rome"}')
  })

  it('lets one draft have its way where nothing is common', () => {
    expect(outcome([[rome], [time], [news]])).toMatchObject({
      calls: ['weather {"city":"Rome"}'],
      conflicts: [{ tool: null, members: [1, 2, 3] }],
    })
    expect(outcome([[rome], [time], [news]], { isParallel: true, favourite: 3 })).toMatchObject({
      calls: ['news {}'],
      kept: 3,
      conflicts: [],
    })
  })

  it('calls tools only where most do', () => {
    expect(outcome(['It rains.', [rome], 'Rain.'])).toMatchObject({
      kind: 'text',
      members: [1, 3],
      conflicts: [],
    })
    expect(outcome([[rome], 'It rains.', [rome]])).toMatchObject({
      kind: 'calls',
      members: [1, 3],
      conflicts: [],
    })
    expect(outcome(['It rains.', [rome]])).toMatchObject({
      kind: 'text',
      conflicts: [{ tool: null, members: [1, 2] }],
    })
  })

  it('keeps sealed thoughts with exactly the calls they were made for', () => {
    const merged = mergeToolCalls(drafts([sealed, rome, news], [sealed, rome], [time]), PARALLEL)
    expect(merged).toMatchObject({ kept: 2, parts: [sealed, rome] })
    const open = mergeToolCalls(drafts([sealed, rome, news], [rome, time], [time, rome]), PARALLEL)
    expect(open).toMatchObject({ kept: 2, parts: [rome, time] })
    const all = mergeToolCalls(drafts([sealed, rome, news], [sealed, rome, time]), { isParallel: false })
    expect(all).toMatchObject({ kept: 1, parts: [sealed, rome, news] })
  })

  it('calls only what somebody proposed, each once and under an id of its own', () => {
    const anyCall = fc
      .record({
        name: fc.constantFrom('a', 'b'),
        x: fc.integer({ min: 0, max: 2 }),
        id: fc.constantFrom('1', '2'),
      })
      .map(({ name, x, id }) => call(name, { x }, id))
    const anyDraft = fc.uniqueArray(anyCall, { selector: ({ id }) => id, maxLength: 2 })
    fc.assert(
      fc.property(fc.array(anyDraft, { minLength: 1, maxLength: 5 }), fc.boolean(), (said, isParallel) => {
        const merged = mergeToolCalls(drafts(...said), { isParallel })
        if (merged.kind === 'text') return
        const calls = toolCallsOf(merged.parts)
        const proposed = new Set(said.flat().map(callKey))
        expect(calls.length).toBeGreaterThan(0)
        expect(calls.every((each) => proposed.has(callKey(each)))).toBe(true)
        expect(new Set(calls.map(callKey)).size).toBe(calls.length)
        expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
      }),
    )
  })
})
