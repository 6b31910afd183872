import { afterEach, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { crewAt } from './crew.ts'
import { fakeHosts } from './hosts.ts'
import { get, type Key, post, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const HOST = 'api.example.com'
const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const weather = {
  name: 'weather',
  description: 'The weather of a city',
  kind: 'http',
  url: `https://${HOST}/{city}`,
  parameters: CITY,
}
const run = z.looseObject({
  id: z.string(),
  status: z.string(),
  output: z.unknown().optional(),
  tasks: z.array(z.looseObject({ id: z.string(), status: z.string(), asks: z.unknown().optional() })),
})

async function reached(key: Key, id: string, status: string) {
  return vi.waitFor(
    async () => {
      const now = run.parse(await (await get(key, `/v1/runs/${id}`)).json())
      expect(now.status).toBe(status)
      return now
    },
    { timeout: 10_000, interval: 200 },
  )
}

it('a run calls tools, transforms what they gave, and waits for those of its caller', async () => {
  const key = await tenantWith({ tools: { define: [weather] } })
  const calls = fakeHosts({ [HOST]: () => Response.json({ city: '北京', days: [{ t: 21 }, { t: 24 }] }) })
  const plan = {
    tasks: [
      { id: 'look', kind: 'tool', needs: { tools: ['weather'] }, input: { city: '北京' } },
      {
        id: 'pick',
        kind: 'tool',
        depends_on: ['look'],
        needs: { tools: ['transform'] },
        input: { input: { $ref: 'tasks.look.output' }, expression: 'max(days[*].t)' },
      },
      {
        id: 'tell',
        kind: 'tool',
        depends_on: ['pick'],
        needs: { tools: ['phone'] },
        input: { city: '北京', t: { $ref: 'tasks.pick.output' } },
      },
    ],
  }
  const phone = { name: 'phone', description: 'Calls somebody', parameters: CITY }
  const begun = run.parse(await (await post(key, '/v1/runs', { plan, tools: [phone] })).json())
  const waiting = await reached(key, begun.id, 'input_required')
  const asks = { tool_calls: [{ id: 'call', name: 'phone', arguments: { city: '北京', t: 24 } }] }
  expect(waiting.tasks.find(({ id }) => id === 'tell')).toMatchObject({ status: 'waiting', asks })
  const told = { tool_results: [{ id: 'call', output: { said: '好' } }] }
  expect((await post(key, `/v1/runs/${begun.id}/tasks/tell/input`, told)).ok).toBe(true)
  expect(await reached(key, begun.id, 'succeeded')).toMatchObject({ output: { said: '好' } })
  expect(calls.map(({ url }) => url)).toEqual([`https://${HOST}/${encodeURIComponent('北京')}`])
})

it('an agent that is a model is given the tools of its task, whatever its card says', async () => {
  const key = await tenantWith({ tools: { define: [weather] } })
  const turns = [[{ name: 'weather', args: { city: 'Oslo' } }], '晴']
  const calls = crewAt(() => turns.shift() ?? '晴', undefined, undefined, {
    [HOST]: () => Response.json({ t: 9 }),
  })
  const task = {
    id: 'a',
    kind: 'agent',
    assign: { agent: 'writer' },
    needs: { tools: ['weather'] },
    input: 'Oslo?',
  }
  const body = { plan: { tasks: [task] }, budget: { usd: 1 } }
  const begun = run.parse(await (await post(key, '/v1/runs', body)).json())
  expect(await reached(key, begun.id, 'succeeded')).toMatchObject({ output: '晴' })
  expect(calls.filter(({ host }) => host === HOST)).toHaveLength(1)
})
