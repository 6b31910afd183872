import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AgentWish, assignAgent, type Assigned } from '../../../src/agents/assign.ts'
import { advance, type Graph, graphAfter, nodesOf } from '../../../src/agents/graph.ts'
import { openSlots } from '../../../src/agents/node.ts'
import { type Queue, served, WAITING_MS } from '../../../src/agents/waiting.ts'
import { type AgentBinding } from '../../../src/core/bindings.ts'
import { beat, graphOf, NOW, put, skill } from './builders.ts'

type Fields = Partial<Omit<AgentWish, 'wanted'> & AgentWish['wanted']['task']> & {
  exclude?: readonly string[]
}

function wish(
  holder: string,
  { agent = null, only = null, bindings = [], priority = 0, exclude = [], ...needs }: Fields = {},
): AgentWish {
  const nothing = {
    goal: null,
    skills: ['weaving'],
    modalities: [],
    tools: [],
    minContext: null,
    trust: null,
  }
  const wanted = { task: { ...nothing, ...needs }, limit: 10, exclude, from: null }
  return {
    wanted,
    agent,
    only,
    bindings,
    holder,
    run: `run of ${holder}`,
    task: 't',
    priority,
    until: NOW + 60_000,
  }
}

/** What becomes of a graph and its queue by wishes, one after the other. */
function after(graph: Graph, wishes: readonly AgentWish[], queue: Queue = [], now = NOW) {
  let [next, waiting, last]: [Graph, Queue, Assigned | null] = [graph, queue, null]
  for (const one of wishes) {
    last = assignAgent(next, waiting, one, now)
    waiting = last.queue
    if (!last.taken) continue
    const advanced = advance(next, { kind: 'slot-taken', ...last.taken }, now)
    if (advanced.kind === 'refused') throw new Error(advanced.why)
    next = graphAfter(next, advanced.change)
  }
  const answer = last?.answer
  const told =
    answer?.kind === 'assigned' ? `${answer.assignment.card.id} by ${answer.assignment.by}` : answer
  return { graph: next, queue: waiting, answer: told }
}
const answer = (graph: Graph, one: AgentWish) => after(graph, [one]).answer
const binding = (agent: string, fields: Partial<AgentBinding> = {}): AgentBinding => ({
  agent,
  session: null,
  user: null,
  key: null,
  metadata: {},
  tool: null,
  skill: null,
  ...fields,
})

const loom = graphOf([put('loom', { capacity: 1 })])
const two = graphOf([
  put('loom', { capacity: 1 }),
  put('mill', { capacity: 1, skills: [skill('weaving', { level: 0.5 })] }),
])

describe('assignAgent', () => {
  it('takes the best that is free, and the same for the same holder', () => {
    const first = after(two, [wish('a')])
    expect(first.answer).toBe('loom by match')
    expect(after(first.graph, [wish('a')])).toMatchObject({ answer: 'loom by match', graph: first.graph })
    expect(after(first.graph, [wish('b')]).answer).toBe('mill by match')
  })

  it('says what everybody lacks, the nearest first', () => {
    expect(answer(two, wish('a', { modalities: ['image'], exclude: ['mill'] }))).toMatchObject({
      kind: 'none',
      why: expect.stringMatching(
        /^No agent fits: loom \(modalities: image\), coder \(skills: weaving, modalities: image\),.* and 4 more$/,
      ),
    })
  })

  it('takes who is named, hidden, tried, or of other words', () => {
    const hidden = graphOf([put('loom', { visibility: 'hidden' }), put('mill')])
    const named = { agent: 'loom', skills: [], goal: 'xyzzy', exclude: ['loom'] }
    expect(answer(hidden, wish('a', named))).toBe('loom by named')
    expect(answer(hidden, wish('a', { ...named, only: ['mill'] }))).toMatchObject({ kind: 'none' })
    expect(answer(hidden, wish('a', { ...named, tools: ['git'] }))).toMatchObject({
      why: 'No agent fits: loom (tools: git)',
    })
    expect(answer(hidden, wish('a', { agent: 'nobody' }))).toMatchObject({
      why: "There is no agent 'nobody'",
    })
    expect(answer(hidden, wish('a'))).toBe('mill by match')
    expect(answer(hidden, wish('a', { only: ['loom'] }))).toBe('loom by match')
  })

  it('follows the first binding that fits, unless its agent was tried', () => {
    const bindings = [binding('mill', { tool: 'git' }), binding('mill', { skill: 'weaving' })]
    expect(answer(two, wish('a', { bindings }))).toBe('mill by binding')
    expect(answer(two, wish('a', { bindings, agent: 'loom' }))).toBe('loom by named')
    expect(answer(two, wish('a', { bindings, exclude: ['mill'] }))).toBe('loom by match')
    expect(answer(two, wish('a', { bindings: [binding('nobody')] }))).toMatchObject({ kind: 'none' })
  })

  it.each([
    ['busy', [beat('loom', { status: 'busy' })]],
    ['joining', [put('loom', { leaseMs: 5_000 })]],
    ['full', [beat('loom', { load: 1 })]],
  ])('waits for who is %s', (_, events) => {
    expect(answer(graphOf(events, NOW, loom), wish('a'))).toMatchObject({ kind: 'busy', position: 0 })
  })

  it('waits for who is gone, but not for who is told to take no more', () => {
    const gone = graphOf([beat('loom', { leaseMs: 5_000 })], NOW - 5_000, loom)
    expect(answer(gone, wish('a'))).toMatchObject({ why: 'Nobody who fits has a place: loom (gone)' })
    const draining = graphOf([{ kind: 'agent-drained', id: 'loom' }], NOW, loom)
    expect(answer(draining, wish('a'))).toMatchObject({ kind: 'none' })
  })

  it('serves by priority, then by arrival, and keeps free places for those who come first', () => {
    const taken = after(loom, [wish('x')])
    const { queue } = after(
      taken.graph,
      [wish('a'), wish('b', { priority: 1 }), wish('c', { priority: 1 }), wish('a')],
      taken.queue,
    )
    expect(queue.map(({ run }) => run)).toEqual(['run of b', 'run of c', 'run of a'])
    expect(after(taken.graph, [wish('d', { priority: 1 })], queue).answer).toMatchObject({ position: 2 })
    expect([...served(queue, 'loom', 2, NOW).runs]).toEqual(['run of b', 'run of c'])
    expect(served(queue, 'mill', 2, NOW)).toEqual({ runs: new Set(), queue })
    expect(after(loom, [wish('a')], queue).answer).toMatchObject({
      kind: 'busy',
      why: 'Others wait for loom',
    })
    expect(after(loom, [wish('b', { priority: 1 })], queue).answer).toBe('loom by match')
    expect(after(two, [wish('c', { priority: 1 })], queue).answer).toBe('mill by match')
  })

  it('lets a run serve its own tasks in its own order, and keeps the place of one that asks by another attempt', () => {
    const full = graphOf([beat('loom', { load: 1 })], NOW, loom)
    const one = { ...wish('r:1'), run: 'r', task: 'first' }
    const { queue } = after(full, [one, wish('other')])
    expect(after(full, [{ ...one, holder: 'r:2' }], queue).queue.map(({ run }) => run)).toEqual([
      'r',
      'run of other',
    ])
    const second = { ...one, holder: 'r:3', task: 'second' }
    expect(after(loom, [second], queue).answer).toMatchObject({ kind: 'busy', position: 1 })
    expect(after(loom, [second], queue.slice(0, 1)).answer).toBe('loom by match')
  })

  it('forgets who waits and asks no longer, sooner where it was told of a place', () => {
    const { queue } = after(graphOf([beat('loom', { load: 1 })], NOW, loom), [wish('a', { priority: 1 })])
    expect(after(loom, [wish('b')], queue, NOW + WAITING_MS - 1).answer).toMatchObject({ kind: 'busy' })
    expect(after(loom, [wish('b')], queue, NOW + WAITING_MS).answer).toBe('loom by match')
    const told = served(queue, null, 1, NOW).queue
    expect(after(loom, [wish('b')], told, NOW + 2_000).answer).toBe('loom by match')
  })

  it('never gives more places than there are, nor one that somebody of a higher priority waits for', () => {
    const asks = fc.array(fc.tuple(fc.nat(7), fc.nat(2), fc.boolean()), { maxLength: 40 })
    fc.assert(
      fc.property(asks, (all) => {
        let [graph, queue]: [Graph, Queue] = [two, []]
        const waiting = new Map<string, number>()
        for (const [who, priority, isFreed] of all) {
          const holder = `h${who}-${priority}`
          if (isFreed) {
            for (const { card } of nodesOf(graph)) {
              const freed = advance(graph, { kind: 'slot-freed', id: card.id, holder, outcome: null }, NOW)
              if (freed.kind === 'changed') graph = graphAfter(graph, freed.change)
            }
            continue
          }
          const next = after(graph, [wish(holder, { priority })], queue)
          const isBusy = typeof next.answer === 'object'
          if (!isBusy && next.graph !== graph) {
            const before = [...waiting].filter(([other, rank]) => other !== holder && rank > priority)
            const open = nodesOf(graph).reduce((sum, node) => sum + openSlots(node, NOW).length, 0)
            expect(before.length).toBeLessThan(2 - open)
          }
          if (isBusy) waiting.set(holder, priority)
          else waiting.delete(holder)
          ;({ graph, queue } = next)
          for (const node of nodesOf(graph)) {
            expect(openSlots(node, NOW).length).toBeLessThanOrEqual(node.card.capacity)
          }
          expect(new Set(queue.map((one) => one.run)).size).toBe(queue.length)
          expect(queue.map((one) => one.priority)).toEqual(
            queue.map((one) => one.priority).sort((a, b) => b - a),
          )
        }
      }),
    )
  })
})
