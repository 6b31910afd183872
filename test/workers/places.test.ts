import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { card } from '../unit/agents/builders.ts'
import { get, type Key, mintKey } from './world.ts'

afterEach(() => vi.useRealTimers())

const LOOM = card('loom', { capacity: 1 })
const agent = async (key: Key, id = 'loom') => (await get(key, `/v1/agents/${id}`)).json()

describe('places with agents', () => {
  const wanted = {
    task: { skills: ['weaving'], goal: null, modalities: [], tools: [], minContext: null, trust: null },
    limit: 1,
    exclude: [],
    from: null,
  }
  const told = { skill: '', success: 1, latencyMs: 900, costUsd: null, from: 'planner' }

  async function places() {
    const key = await mintKey()
    const graph = env.GRAPH.getByName(key.tenantId)
    await graph.tell({ kind: 'agent-put', card: LOOM, ifMatch: null })
    const take = async (holder: string) => {
      const until = Date.now() + 5_000
      const wish = {
        wanted,
        agent: null,
        only: null,
        bindings: [],
        holder,
        run: 'r',
        task: holder,
        priority: 0,
        until,
      }
      return (await graph.assign([wish]))[0]
    }
    return { key, graph, take }
  }

  it('are given up to the capacity, once to each holder, and come back when their time is over', async () => {
    const { key, graph, take } = await places()
    const given = { kind: 'assigned', assignment: { card: { id: 'loom' }, skills: ['weaving'], by: 'match' } }
    expect(await take('a')).toMatchObject(given)
    expect(await take('b')).toMatchObject({ kind: 'busy', position: 0 })
    expect(await agent(key)).toMatchObject({ status: 'busy', load: 1 })
    await evictDurableObject(graph)
    expect(await take('a')).toMatchObject(given)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 })
    expect(await take('b')).toMatchObject(given)
    await graph.free([{ agent: 'loom', holder: 'b', outcome: null }])
    expect(await agent(key)).toMatchObject({ status: 'ready', load: 0 })
  })

  it('of the starter team outlive a restart, too', async () => {
    const { key, graph } = await places()
    const named = { wanted: { ...wanted, task: { ...wanted.task, skills: [] } }, agent: 'writer' }
    const rest = {
      only: null,
      bindings: [],
      holder: 'a',
      run: 'r',
      task: 'a',
      priority: 0,
      until: Date.now() + 5_000,
    }
    await graph.assign([{ ...named, ...rest }])
    await evictDurableObject(graph)
    expect(await agent(key, 'writer')).toMatchObject({ load: 0.125, revision: 1, starter: true })
  })

  it('are given back once, with what came of the work', async () => {
    const { key, graph, take } = await places()
    await take('a')
    const place = { agent: 'loom', holder: 'a', outcome: told }
    await graph.free([place, { ...place, agent: 'nobody' }])
    await evictDurableObject(graph)
    await graph.free([place])
    expect(await agent(key)).toMatchObject({
      load: 0,
      experience: [{ skill: 'weaving', success: 1, weight: 1, latency_ms: 900 }],
    })
    expect(await (await get(key, '/v1/graph')).json()).toMatchObject({
      edges: [{ from: 'planner', to: 'loom', handoffs: 1 }],
    })
  })

  it('are told of to the run that waits', async () => {
    const { graph, take } = await places()
    const run = vi.fn<(name: string) => Promise<void>>()
    await take('a')
    await take('b')
    await runInDurableObject(graph, (object) => {
      Object.assign(object, {
        env: { RUNS: { getByName: (name: string) => ({ slotFreed: () => run(name) }) } },
      })
    })
    await graph.free([{ agent: 'loom', holder: 'a', outcome: null }])
    expect(run.mock.calls).toEqual([['r']])
    expect(await take('b')).toMatchObject({ kind: 'assigned' })
  })

  it('are not given where agents fail, until one task more succeeds', async () => {
    const { key, graph, take } = await places()
    for (const holder of ['a', 'b', 'c']) {
      await take(holder)
      await graph.free([{ agent: 'loom', holder, outcome: { ...told, success: 0 } }])
    }
    expect(await agent(key)).toMatchObject({ status: 'degraded', breaker: 'open' })
    expect(await take('d')).toMatchObject({
      kind: 'busy',
      why: 'Nobody who fits has a place: loom (breaker_open)',
    })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 })
    expect(await agent(key)).toMatchObject({ breaker: 'half_open' })
    expect(await take('d')).toMatchObject({ kind: 'assigned' })
    await graph.free([{ agent: 'loom', holder: 'd', outcome: told }])
    expect(await agent(key)).toMatchObject({ status: 'ready', breaker: 'closed' })
  })
})
