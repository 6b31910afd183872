import { afterEach, describe, expect, it, vi } from 'vitest'
import { orderFor } from '../unit/runs/orders.ts'
import { allSent, MINI_AGENT, performed } from './attempts.ts'
import { crewAt, sentIn } from './crew.ts'
import type { HostCall } from './hosts.ts'
import { mintKey, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const WEATHER = 'weather.example.com'
const TOOLS = {
  tools: {
    define: [
      {
        name: 'weather',
        description: 'The weather of a city.',
        kind: 'http',
        method: 'GET',
        url: `https://${WEATHER}/now/{city}`,
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    ],
  },
}
const CLIENT_TOOL = { name: 'ask_user', description: 'Asks the user.', parameters: { type: 'object' } }
const agent = { ...MINI_AGENT, tools: ['weather'] }
const said = { agent, goal: '成都的天气如何？', work: 'agent' as const }

/** Calls a tool first, and says what it brought then. */
const callingFirst = (name: string, args: object, otherwise: string) => (call: HostCall) =>
  sentIn(call).includes('"role":"tool"') ? otherwise : [{ name, args }]

describe('perform, of a model with tools', () => {
  it('calls the tools that its agent has, and tells what it has done', async () => {
    const { tenantId } = await tenantWith(TOOLS)
    const calls = crewAt(callingFirst('weather', { city: '成都' }, '晴天'), '', '', {
      [WEATHER]: () => Response.json({ sky: 'clear' }),
    })
    const { outcome, told } = await performed(orderFor(tenantId, said))
    expect(outcome).toMatchObject({ kind: 'succeeded', output: '晴天', cost: { tokens: 2_400 } })
    const [asked, weather, again] = calls
    expect(asked && sentIn(asked)).toContain('绝不要编造工具的返回内容')
    expect(weather?.url).toBe(`https://${WEATHER}/now/${encodeURIComponent('成都')}`)
    expect(again && sentIn(again)).toContain('clear')
    expect(told.length).toBeGreaterThan(1)
  })

  it('asks the caller for what its tools bring, and goes on with that', async () => {
    const { tenantId } = await mintKey()
    crewAt([{ name: 'ask_user', args: { question: 'Which?' } }])
    const order = orderFor(tenantId, { agent: MINI_AGENT, goal: 'Order tea', tools: [CLIENT_TOOL] })
    const { outcome } = await performed(order)
    const id = expect.any(String)
    expect(outcome).toMatchObject({
      kind: 'input_required',
      asks: { tool_calls: [{ id, name: 'ask_user', arguments: { question: 'Which?' } }] },
    })
    if (outcome.kind !== 'input_required') return
    const calls = crewAt('Green it is.')
    const [called] = callsIn(outcome.asks)
    const supplied = { tool_results: [{ id: called, output: 'the green one' }] }
    const next = await performed({ ...order, token: 8, carryOver: outcome.partial, supplied })
    expect(next.outcome).toMatchObject({ kind: 'succeeded', output: 'Green it is.' })
    expect(calls).toHaveLength(1)
    expect(allSent(calls)).toContain('the green one')
    expect(allSent(calls)).not.toContain('An earlier attempt')
  })

  it('is not begun without a tool that the task needs', async () => {
    const calls = crewAt('Sunny, I guess.')
    const needs = { skills: [], modalities: [], tools: ['weather'], minContext: 0 }
    const { outcome } = await performed(orderFor((await mintKey()).tenantId, { goal: 'Weather?', needs }))
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'unknown_tool' }, isFinal: true })
    expect(calls).toHaveLength(0)
  })
})

function callsIn(asks: unknown): string[] {
  return Array.from(JSON.stringify(asks).matchAll(/"id":"([^"]+)"/g), ([, id = '']) => id)
}
