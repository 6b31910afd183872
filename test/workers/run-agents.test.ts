import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { card, skill } from '../unit/agents/builders.ts'
import { gave, performing, requestFor, runOf } from './run-world.ts'

const weaving = (id: string, fields: object = {}) => ({
  id,
  kind: 'agent',
  needs: { skills: ['weaving'] },
  retry: { max: 0 },
  ...fields,
})
const weavers = { tasks: Array.from({ length: 6 }, (_, at) => weaving(`t${at}`)) }

async function register(tenantId: string, ...fields: Parameters<typeof card>) {
  await env.GRAPH.getByName(tenantId).tell({ kind: 'agent-put', card: card(...fields), ifMatch: null })
}

it('runs of one tenant take turns at an agent that takes one task at a time, without waiting long for it', async () => {
  let [now, most] = [0, 0]
  const orders = performing(async () => {
    now += 1
    most = Math.max(most, now)
    await new Promise((resolve) => setTimeout(resolve, 20))
    now -= 1
    return gave('cloth')
  })
  const one = requestFor(weavers)
  const other = requestFor(weavers, { caller: one.caller })
  await register(one.caller.tenantId, 'loom', { capacity: 1 })
  const start = Date.now()
  for (const request of [one, other]) await runOf(request).begin(request, '', null)
  for (const request of [one, other]) {
    expect((await runOf(request).viewAtEnd(20_000))?.state.status).toBe('succeeded')
  }
  expect([orders.length, most]).toEqual([12, 1])
  expect(Date.now() - start).toBeLessThan(4_000)
  const { nodes } = await env.GRAPH.getByName(one.caller.tenantId).list()
  const loom = nodes.find((node) => node.card.id === 'loom')
  expect(loom).toMatchObject({ slots: [], experience: [{ skill: 'weaving' }] })
  expect(loom?.experience[0]?.success.weight).toBeCloseTo(12, 3)
})

it('a run is given an agent that joins while it waits, and says who lacks what where nobody may come', async () => {
  performing(() => gave('cloth'))
  const request = requestFor({ tasks: [weaving('t')] })
  const { tenantId } = request.caller
  await register(tenantId, 'loom', { leaseMs: 60_000 })
  await runOf(request).begin(request, '', null)
  await register(tenantId, 'mill')
  expect((await runOf(request).viewAtEnd(4_000))?.state.tasks.get('t')?.past[0]).toMatchObject({
    agent: 'mill',
  })
  const dyeing = requestFor(
    { tasks: [weaving('t', { needs: { skills: ['dyeing'] } })] },
    { caller: request.caller },
  )
  await runOf(dyeing).begin(dyeing, '', null)
  expect((await runOf(dyeing).viewAtEnd(4_000))?.state.tasks.get('t')?.failure).toMatchObject({
    code: 'no_agent',
    message: expect.stringContaining('mill (skills: dyeing)'),
  })
})

it('a run follows the tenant’s bindings, and then leaves those who failed', async () => {
  const orders = performing(({ agent }) =>
    agent?.id === 'bound'
      ? {
          kind: 'failed',
          reason: 'error',
          failure: { code: 'x', message: 'x' },
          isFinal: false,
          cost: gave(null).cost,
          partial: null,
        }
      : gave('cloth'),
  )
  const rule = { session: null, user: null, key: null, metadata: {}, tool: null, skill: 'weaving' }
  const retry = { max: 1, backoff: { initial_ms: 1 } }
  const request = requestFor(
    { tasks: [weaving('t', { retry, on_error: 'migrate' })] },
    { bindings: [{ agent: 'bound', ...rule }] },
  )
  const { tenantId } = request.caller
  await register(tenantId, 'bound', { skills: [skill('weaving', { level: 0.1 })] })
  await register(tenantId, 'loom')
  await runOf(request).begin(request, '', null)
  expect((await runOf(request).viewAtEnd(8_000))?.state.status).toBe('succeeded')
  expect(orders.map(({ agent }) => agent?.id)).toEqual(['bound', 'loom'])
})
