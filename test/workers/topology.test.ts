import { afterEach, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { fakeHosts } from './hosts.ts'
import { ask, mintKey, post, recorded } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const team = z.object({ model: z.string(), provider: z.string() })
const decided = z.object({
  id: z.string(),
  topology: z.enum(['single', 'cascade', 'panel', 'dag']),
  topology_advice: z.object({ acted: z.string(), options: z.array(z.object({ topology: z.string() })) }),
  collaboration: z
    .object({ pattern: z.string(), members: z.array(team), judge: team, predicted_cost_usd: z.number() })
    .optional(),
})

it('POST /v1/route shows who would work together and what that would cost, and asks nobody', async () => {
  const calls = fakeHosts({})
  const key = await mintKey()
  const response = await post(key, '/v1/route', ask('switchyard/panel'))
  expect(response.status).toBe(200)
  const body = decided.parse(await response.json())
  expect(body.collaboration).toMatchObject({ pattern: 'panel' })
  expect(body.collaboration?.members).toHaveLength(3)
  expect(body.collaboration?.predicted_cost_usd).toBeGreaterThan(0)
  expect(body.topology_advice.acted).toBe('panel')
  expect(calls).toEqual([])
  const { decision } = await recorded(key, body.id)
  expect(decision.costMicroUsd).toBe(0)
  expect(decided.parse(JSON.parse(decision.detail))).toEqual(body)
})

it('POST /v1/route weighs every way of working for auto, and lets one model answer', async () => {
  const key = await mintKey()
  const { topology_advice: advice, collaboration } = decided.parse(
    await (await post(key, '/v1/route', ask('auto'))).json(),
  )
  expect(advice.acted).toBe('single')
  expect(advice.options.map(({ topology }) => topology)).toContain('dag')
  expect(collaboration).toBeUndefined()
})

it('names the member that may not be asked', async () => {
  const key = await mintKey()
  const plugins = [
    { id: 'panel', models: ['openai/gpt-5.1', 'openai/gpt-5-mini'] },
    { id: 'auto-router', allowed_models: ['openai/gpt-5-mini'] },
  ]
  const response = await post(key, '/v1/route', ask('auto', { plugins }))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { code: 'no_eligible_model', param: 'panel.models[0]' },
  })
})
