import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AGENT_LIMITS } from '../../../src/agents/card.ts'
import {
  advance,
  edgesOf,
  type Graph,
  graphAfter,
  type GraphEvent,
  nodeOf,
  nodesOf,
} from '../../../src/agents/graph.ts'
import { loadAt, openSlots, type Outcome, placesAt, type Slot, statusAt } from '../../../src/agents/node.ts'
import { beat, card, EMPTY, graphOf, NOW, outcome, put, refusalOf, skill, slot } from './builders.ts'

const status = (graph: Graph, id: string, now = NOW) => {
  const node = nodeOf(graph, id)
  return node && statusAt(node, now)
}
const take = (holder: string, fields: Partial<Slot> = {}): GraphEvent => ({
  kind: 'slot-taken',
  id: 'loom',
  slot: slot(holder, fields),
})
const free = (holder: string, of: Partial<Outcome> | null = null): GraphEvent => ({
  kind: 'slot-freed',
  id: 'loom',
  holder,
  outcome: of && { skill: '', success: 1, latencyMs: null, costUsd: null, from: null, ...of },
})

const places = (graph: Graph, at: number) => {
  const node = nodeOf(graph, 'loom')
  return node && placesAt(node, at)
}

const replace = (ifMatch: readonly string[]): GraphEvent => ({
  kind: 'agent-put',
  card: card('loom'),
  ifMatch,
})

describe('advance', () => {
  it('has a starter team at once, which can be overridden and removed', () => {
    expect(nodesOf(EMPTY).map(({ card: { id } }) => id)).toEqual([
      'coder',
      'data-engineer',
      'planner',
      'researcher',
      'reviewer',
      'tool-runner',
      'writer',
    ])
    expect(nodesOf(EMPTY).map((node) => statusAt(node, NOW))).toEqual(
      Array.from({ length: 7 }, () => 'ready'),
    )
    const own = graphOf([put('coder', { name: 'Ours' }), { kind: 'agent-removed', id: 'writer' }])
    expect(nodeOf(own, 'coder')).toMatchObject({ isStarter: false, revision: 2, card: { name: 'Ours' } })
    expect(nodeOf(own, 'writer')).toBeNull()
    expect(nodesOf(own)).toHaveLength(6)
    expect(refusalOf(advance(own, { kind: 'agent-drained', id: 'writer' }, NOW))).toBe('unknown_agent')
    expect(nodeOf(graphOf([put('writer')], NOW, own), 'writer')).not.toBeNull()
  })

  it('waits for the first report of an agent with a lease, and loses it when the lease is over', () => {
    const joined = graphOf([put('loom', { leaseMs: 5_000 })])
    expect(status(joined, 'loom')).toBe('joining')
    expect(status(joined, 'loom', NOW + 5_000)).toBe('gone')
    const heard = graphOf([beat('loom', { leaseMs: 10_000 })], NOW, joined)
    expect([9_999, 10_000].map((ms) => status(heard, 'loom', NOW + ms))).toEqual(['ready', 'gone'])
    expect(status(graphOf([beat('loom')], NOW + 60_000, heard), 'loom', NOW + 64_999)).toBe('ready')
  })

  it('goes by what an agent says, and drains it until it is registered again', () => {
    const busy = graphOf([put('loom'), beat('loom', { status: 'busy', load: 0.25 })])
    expect(status(busy, 'loom')).toBe('busy')
    const drained = graphOf([{ kind: 'agent-drained', id: 'loom' }], NOW, busy)
    expect(status(graphOf([beat('loom', { status: 'ready' })], NOW + 1_000, drained), 'loom', NOW)).toBe(
      'draining',
    )
    expect(status(graphOf([put('loom')], NOW, drained), 'loom')).toBe('busy')
  })

  it('begins anew with an agent that is registered again after its lease, or as one that runs here', () => {
    const heard = graphOf([put('loom'), beat('loom', { status: 'busy', load: 1 })])
    const later = NOW + 60_000
    expect(status(graphOf([put('loom')], later, heard), 'loom', later)).toBe('ready')
    expect(status(graphOf([put('loom', { leaseMs: 5_000 })], later, heard), 'loom', later)).toBe('joining')
    const here = graphOf([put('loom', { kind: 'model', url: null })], NOW, heard)
    expect(status(here, 'loom', NOW + 1_000_000)).toBe('ready')
  })

  it('hears an agent once a second, and none that runs here or is unknown', () => {
    const heard = graphOf([put('loom'), beat('loom')])
    expect(refusalOf(advance(heard, beat('loom'), NOW + AGENT_LIMITS.heartbeatMs - 1))).toBe('too_often')
    expect(refusalOf(advance(heard, beat('loom'), NOW + AGENT_LIMITS.heartbeatMs))).toBeNull()
    expect(refusalOf(advance(heard, beat('coder'), NOW))).toBe('no_reports')
    expect(refusalOf(advance(heard, beat('nobody'), NOW))).toBe('unknown_agent')
  })

  it('gives slots up to the capacity, and takes back those that are over', () => {
    const full = graphOf([put('loom', { capacity: 2 }), take('a'), take('b'), take('a')])
    expect([status(full, 'loom'), refusalOf(advance(full, take('c'), NOW))]).toEqual(['busy', 'no_slot'])
    expect(refusalOf(advance(full, take('c', { until: NOW + 2_000 }), NOW + 1_000))).toBeNull()
    const freed = graphOf([free('a')], NOW, full)
    const node = nodeOf(freed, 'loom')
    expect([status(freed, 'loom'), node && loadAt(node, NOW)]).toEqual(['ready', 0.5])
  })

  it('replaces only the card that was meant, and keeps what is known of its skills', () => {
    const known = graphOf([put('loom'), outcome('loom')])
    expect(refusalOf(advance(known, replace(['"2"']), NOW))).toBe('overtaken')
    expect(refusalOf(advance(EMPTY, replace(['*']), NOW))).toBe('overtaken')
    expect(nodeOf(graphOf([replace(['"7"', '"1"'])], NOW, known), 'loom')).toMatchObject({
      revision: 2,
      experience: [{ skill: 'weaving', success: { weight: 1 } }],
    })
    const other = graphOf([put('loom', { skills: [skill('dyeing')] })], NOW, known)
    expect(nodeOf(other, 'loom')?.experience).toEqual([])
  })

  it('learns who hands over to whom, and forgets that with either of them', () => {
    const told = graphOf([
      put('loom'),
      outcome('loom', { from: 'planner' }),
      outcome('loom', { from: 'planner', success: 0, latencyMs: 900, costUsd: 0.5 }),
    ])
    expect(edgesOf(told)).toMatchObject([
      { from: 'planner', to: 'loom', handoffs: 2, success: { sum: 1, weight: 2 } },
    ])
    expect(nodeOf(told, 'loom')?.experience).toMatchObject([
      { latencyMs: { sum: 900 }, costUsd: { sum: 0.5 } },
    ])
    expect(refusalOf(advance(told, outcome('loom', { from: 'nobody' }), NOW))).toBe('unknown_sender')
    expect(refusalOf(advance(told, outcome('loom', { from: 'loom' }), NOW))).toBe('unknown_sender')
    expect(refusalOf(advance(told, outcome('loom', { skill: 'constructor' }), NOW))).toBe('unknown_skill')
    for (const id of ['loom', 'planner']) {
      expect(edgesOf(graphOf([{ kind: 'agent-removed', id }], NOW, told))).toEqual([])
    }
  })

  it('learns once what came of a task, for the skills it was given for, also a little after its place was lost', () => {
    const taken = graphOf([put('loom'), take('a'), take('b')])
    const told = graphOf([free('a', { skill: 'a tag', from: 'planner' })], NOW + 60_000, taken)
    expect(nodeOf(told, 'loom')?.experience).toMatchObject([{ skill: 'weaving', success: { weight: 1 } }])
    expect(edgesOf(told)).toMatchObject([{ from: 'planner', to: 'loom', handoffs: 1 }])
    expect(refusalOf(advance(told, free('a', {}), NOW))).toBe('no_slot')
    expect(nodeOf(graphOf([free('b', { from: 'nobody' })], NOW, told), 'loom')?.experience).toMatchObject([
      { success: { sum: 2 } },
    ])
  })

  it('degrades an agent after two failures in a row, and tries it with one task half a minute after the third', () => {
    const fail = (graph: Graph, at: number) =>
      graphOf([take('a', { takenAt: at, until: at + 1_000 }), free('a', { success: 0 })], at, graph)
    const twice = fail(fail(graphOf([put('loom', { capacity: 2 })]), NOW), NOW)
    expect([status(twice, 'loom'), places(twice, NOW), status(twice, 'loom', NOW + 60_000)]).toEqual([
      'degraded',
      2,
      'ready',
    ])
    const open = fail(twice, NOW)
    const later = NOW + 30_000
    expect([places(open, NOW), places(open, later - 1), places(open, later)]).toEqual([0, 0, 1])
    const probed = graphOf([take('p', { takenAt: later, until: later + 9_000 })], later, open)
    expect(places(probed, later)).toBe(0)
    expect(places(graphOf([free('p', {})], later, probed), later)).toBe(2)
    const again = graphOf([free('p', { success: 0 })], later, probed)
    expect([places(again, later), places(again, later + 30_000)]).toEqual([0, 1])
    expect(places(again, later + 600_000)).toBe(2)
    expect(places(graphOf([put('loom')], NOW, open), NOW)).toBe(8)
  })

  it('never leaves an agent alone that runs here, whose hosts have breakers of their own', () => {
    const events = ['a', 'b', 'c'].flatMap((one) => [take(one), free(one, { success: 0 })])
    const failed = graphOf([put('loom', { kind: 'model', url: null }), ...events])
    expect([status(failed, 'loom'), places(failed, NOW)]).toEqual(['degraded', 8])
  })

  it('keeps so many agents and no more', () => {
    const full = graphOf(Array.from({ length: AGENT_LIMITS.agents }, (_, at) => put(`a${at}`)))
    expect(refusalOf(advance(full, put('one-more'), NOW))).toBe('too_many')
    expect(refusalOf(advance(full, put('a0'), NOW))).toBeNull()
  })

  it('never has an edge without its agents, more slots than capacity, or a load beyond 1', () => {
    const id = fc.constantFrom('a', 'b', 'planner')
    const event: fc.Arbitrary<GraphEvent> = fc.oneof(
      fc.constantFrom('a', 'b').map((one) => put(one, { capacity: 2 })),
      id.map((one): GraphEvent => ({ kind: 'agent-removed', id: one })),
      id.map((one): GraphEvent => ({ kind: 'agent-drained', id: one })),
      fc.tuple(id, fc.double({ min: 0, max: 1, noNaN: true })).map(([one, load]) => beat(one, { load })),
      fc.tuple(id, id).map(([one, from]) => outcome(one, { from })),
      fc.tuple(id, fc.constantFrom('x', 'y', 'z')).map(([one, holder]): GraphEvent => ({
        kind: 'slot-taken',
        id: one,
        slot: slot(holder, { until: NOW + 5_000 }),
      })),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let graph = EMPTY
        for (const [at, one] of events.entries()) {
          const advanced = advance(graph, one, NOW + at * 1_000)
          if (advanced.kind === 'changed') graph = graphAfter(graph, advanced.change)
        }
        for (const { from, to } of edgesOf(graph)) {
          expect(nodeOf(graph, from) && nodeOf(graph, to)).not.toBeNull()
        }
        for (const node of nodesOf(graph)) {
          expect(openSlots(node, NOW).length).toBeLessThanOrEqual(node.card.capacity)
          expect(loadAt(node, NOW)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})
