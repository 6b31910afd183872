import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MODALITIES } from '../../../src/core/demand.ts'
import type { AgentCard } from '../../../src/agents/card.ts'
import type { Graph } from '../../../src/agents/graph.ts'
import { matchAgents, type Wanted } from '../../../src/agents/match.ts'
import { beat, EMPTY, graphOf, NOW, outcome, put, skill, slot } from './builders.ts'

type Asked = Partial<Wanted['task'] & Omit<Wanted, 'task'>>

function match(graph: Graph, { limit = 100, exclude = [], from = null, ...needs }: Asked, now = NOW) {
  const task = { goal: null, skills: [], modalities: [], tools: [], minContext: null, trust: null, ...needs }
  return matchAgents(graph, { task, limit, exclude, from }, now)
}
const ids = (graph: Graph, asked: Asked, now = NOW) => match(graph, asked, now).ranked.map(({ id }) => id)
const against = (graph: Graph, asked: Asked, id: string) =>
  match(graph, asked).excluded.find((one) => one.id === id)?.against
const weaving = { skills: ['weaving'] }
const scoreOf = (graph: Graph, asked: Asked, id: string) =>
  match(graph, asked).ranked.find((one) => one.id === id)?.score ?? 0

describe('matchAgents, by goal', () => {
  it.each([
    ['Plan the roadmap and milestones for our launch', 'planner'],
    ['Fix the bug in this TypeScript function', 'coder'],
    ['coding a small parser', 'coder'],
    ['Find sources and compare what is known about heat pumps', 'researcher'],
    ['Build a SQL query over the orders table', 'data-engineer'],
    ['Translate this email and rewrite the summary', 'writer'],
    ['Proofread and verify the quality of this audit', 'reviewer'],
    ['Call the webhook and automate the request', 'tool-runner'],
    ['帮我规划下周的行程安排', 'planner'],
    ['幫我修復這段程式碼的函數，調試一下', 'coder'],
    ['研究電動車市場並比較資料來源', 'researcher'],
    ['用資料庫查詢做統計報表', 'data-engineer'],
    ['把這篇文章翻譯成英文並寫摘要', 'writer'],
    ['审查这份合同，检查并核对', 'reviewer'],
    ['调用接口执行自动化', 'tool-runner'],
  ])('%s: %s', (goal, id) => {
    expect(ids(EMPTY, { goal })[0]).toBe(id)
  })

  it('finds nobody where no skill knows a word', () => {
    const found = match(EMPTY, { goal: 'xyzzy the 嗚' })
    expect(found.ranked).toEqual([])
    expect(found.excluded.every(({ against: [first] }) => first?.reason === 'goal')).toBe(true)
  })
})

describe('matchAgents', () => {
  it('finds by ids and tags of skills, without case, width or script', () => {
    const graph = graphOf([
      put('loom', { skills: [skill('weaving', { tags: ['Ｓilk', '織布'], level: 0.5 })] }),
    ])
    for (const name of ['WEAVING', 'silk', '织布']) expect(ids(graph, { skills: [name] })).toEqual(['loom'])
    expect(against(graph, { skills: ['weaving', 'dyeing'] }, 'loom')).toEqual([
      { reason: 'skills', missing: ['dyeing'] },
    ])
    expect(match(graph, weaving).ranked[0]).toMatchObject({
      skills: ['weaving'],
      factors: { ability: 0.5, success: 0.8, free: 1, edge: 1, health: 1 },
    })
  })

  const refused: [string, Partial<AgentCard>, Asked, object][] = [
    ['tools', { tools: ['git'] }, { tools: ['git', 'bash'] }, { reason: 'tools', missing: ['bash'] }],
    ['modalities', {}, { modalities: ['image'] }, { reason: 'modalities', missing: ['image'] }],
    ['too long a context', { maxContext: 99 }, { minContext: 100 }, { reason: 'context' }],
    ['too short a context', { minContext: 101 }, { minContext: 100 }, { reason: 'context' }],
    ['trust', {}, { trust: 'trusted' }, { reason: 'trust' }],
    ['being hidden', { visibility: 'hidden' }, {}, { reason: 'hidden' }],
    ['being tried', {}, { exclude: ['loom'] }, { reason: 'excluded' }],
    ['not having reported', { leaseMs: 5_000 }, {}, { reason: 'joining' }],
  ]
  it.each(refused)('leaves out for %s', (_, fields, asked, reason) => {
    const graph = graphOf([put('loom', fields)])
    expect(ids(graph, { ...weaving, ...asked })).toEqual([])
    expect(against(graph, { ...weaving, ...asked }, 'loom')).toEqual([reason])
  })

  it('leaves out who is gone, draining, busy or full', () => {
    const base = [put('loom'), put('mill')]
    expect(ids(graphOf([...base, beat('loom')]), weaving, NOW + 60_000)).toEqual(['mill'])
    expect(ids(graphOf([...base, { kind: 'agent-drained', id: 'loom' }]), weaving)).toEqual(['mill'])
    expect(ids(graphOf([...base, beat('loom', { status: 'busy' })]), weaving)).toEqual(['mill'])
    expect(ids(graphOf([...base, beat('loom', { load: 1 })]), weaving)).toEqual(['mill'])
    const taken = { kind: 'slot-taken', id: 'loom', slot: slot('x') } as const
    expect(ids(graphOf([put('loom', { capacity: 1 }), put('mill'), taken]), weaving)).toEqual(['mill'])
  })

  it('prefers the cheaper, quicker, healthier, and whom handoffs went well to', () => {
    const versus = (fields: Partial<AgentCard>) => ids(graphOf([put('a', fields), put('b')]), weaving)
    expect(versus({ costUsd: 2 })).toEqual(['b', 'a'])
    expect(versus({ latencyMs: 600_000 })).toEqual(['b', 'a'])
    expect(ids(graphOf([put('a'), put('b'), beat('a', { status: 'degraded' })]), weaving)).toEqual(['b', 'a'])
    const graph = graphOf([
      put('a'),
      put('b'),
      outcome('a', { from: 'coder' }),
      outcome('b', { from: 'planner' }),
    ])
    expect(ids(graph, { ...weaving, from: 'planner' })).toEqual(['b', 'a'])
    expect(ids(graph, { ...weaving, from: 'coder' })).toEqual(['a', 'b'])
  })

  it('breaks ties by priority, then by id', () => {
    const graph = graphOf([put('b'), put('c', { priority: 1 }), put('a')])
    expect(ids(graph, weaving)).toEqual(['c', 'a', 'b'])
    expect(ids(graph, { ...weaving, limit: 1 })).toEqual(['c'])
  })
})

const share = fc.double({ min: 0, max: 0.99, noNaN: true })
const agent = fc.record({
  tools: fc.subarray(['git', 'bash']),
  input: fc.subarray([...MODALITIES], { minLength: 1 }),
  trust: fc.constantFrom('untrusted' as const, 'standard' as const, 'trusted' as const),
  priority: fc.nat(3),
  load: share,
  successes: fc.array(fc.boolean(), { maxLength: 6 }),
})
const agents = fc.array(agent, { minLength: 1, maxLength: 6 })
const needs = fc.record({
  tools: fc.subarray(['git', 'bash']),
  modalities: fc.subarray([...MODALITIES]),
  exclude: fc.subarray(['a0', 'a3']),
})
const eventsOf = (made: readonly AgentOf[]) =>
  made.map(({ load, successes, ...fields }, at) => [
    put(`a${at}`, fields),
    beat(`a${at}`, { load }),
    ...successes.map((well) => outcome(`a${at}`, { success: Number(well) })),
  ])
type AgentOf = typeof agent extends fc.Arbitrary<infer T> ? T : never

describe('laws of matchAgents', () => {
  it('never takes who was filtered, tells of everybody once, and does not depend on the order of registration', () => {
    fc.assert(
      fc.property(agents, needs, (made, asked) => {
        const events = eventsOf(made)
        const graph = graphOf(events.flat())
        const found = match(graph, { ...weaving, ...asked })
        for (const { id } of found.ranked) {
          const one = made[Number(id.slice(1))]
          expect(asked.exclude.map(String)).not.toContain(id)
          expect(asked.tools.every((tool) => one?.tools.includes(tool))).toBe(true)
          expect(asked.modalities.every((each) => one?.input.includes(each))).toBe(true)
        }
        expect(found.ranked.length + found.excluded.length).toBe(made.length + 7)
        expect(match(graphOf(events.toReversed().flat()), { ...weaving, ...asked })).toEqual(found)
      }),
    )
  })

  it('scores no lower for a success more, nor for a lower load', () => {
    fc.assert(
      fc.property(agent, share, (one, load) => {
        const graph = graphOf(eventsOf([one]).flat())
        const before = scoreOf(graph, weaving, 'a0')
        expect(scoreOf(graphOf([outcome('a0')], NOW, graph), weaving, 'a0')).toBeGreaterThanOrEqual(before)
        const lighter = eventsOf([{ ...one, load: Math.min(load, one.load) }]).flat()
        expect(scoreOf(graphOf(lighter), weaving, 'a0')).toBeGreaterThanOrEqual(before)
      }),
    )
  })
})
