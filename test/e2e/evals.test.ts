import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { EVAL_MODELS, evalRows, NOISE, TELLING } from '../eval-rows.ts'

const bearer = { authorization: `Bearer ${DEV_KEY}` }

async function call(method: string, path: string, body?: string, type = 'application/json') {
  const response = await fetch(`${inject('switchyardUrl')}/v1${path}`, {
    method,
    headers: { ...bearer, 'content-type': type },
    ...(body !== undefined && { body }),
  })
  const json: unknown = await response.json()
  return { status: response.status, json }
}

const decision = z.object({ model: z.string(), parameters: z.string() })

/** Who would answer, of the models that are evaluated here. */
async function route(prompt: string) {
  const body = {
    model: 'auto',
    plugins: [{ id: 'auto-router', allowed_models: EVAL_MODELS }],
    messages: [{ role: 'user', content: prompt }],
  }
  return decision.parse((await call('POST', '/route', JSON.stringify(body))).json)
}

/** Prompts like those that were evaluated, one of each subject, none of them among them. */
const QUESTIONS = evalRows(3, NOISE, { seed: 12_345 })
  .filter((_, at) => at % EVAL_MODELS.length === 0)
  .map(({ prompt }) => prompt)

const training = z.looseObject({ id: z.string(), status: z.string() })

/** How long decisions may take to hear of new parameters, with room to spare. */
const HEARD = { timeout: 120_000, interval: 2_000 }
const parametersIn = async () => (await route(QUESTIONS[0] ?? '')).parameters

afterAll(async () => {
  await call('POST', '/evals/rollback', '{"to":"base"}')
  await call('DELETE', '/evals/outcomes')
  await vi.waitFor(async () => expect(await parametersIn()).toBe('base'), HEARD)
}, 150_000)

describe('bring your own evals', () => {
  it('learns from uploaded outcomes, and decisions change as they should', { timeout: 300_000 }, async () => {
    const before = await Promise.all(QUESTIONS.map(route))
    expect(before.map(({ model }) => model)).not.toEqual(EVAL_MODELS)
    expect(before[0]?.parameters).toBe('base')

    const rows = evalRows(300, TELLING).map((row) => JSON.stringify(row))
    const uploaded = await call('POST', '/evals/outcomes', rows.join('\n'), 'application/x-ndjson')
    expect(uploaded).toMatchObject({ status: 200, json: { accepted: 900, totals: { prompts: 300 } } })

    const started = await call('POST', '/evals/train', '{}')
    expect(started.status).toBe(202)
    const { id } = training.parse(started.json)
    const look = async () => training.parse((await call('GET', `/evals/train/${id}`)).json)
    await expect.poll(async () => (await look()).status, HEARD).toBe('succeeded')
    expect(await look()).toMatchObject({
      activated: true,
      active: true,
      held_out: { current: {}, candidate: {} },
    })

    await expect.poll(parametersIn, HEARD).toBe(id)
    const after = await Promise.all(QUESTIONS.map(route))
    expect(after.map(({ model }) => model)).toEqual(EVAL_MODELS)
  })
})
