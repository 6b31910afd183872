import { describe, expect, it } from 'vitest'
import { type Key, mintKey, post } from './world.ts'

const planner = () => mintKey({ scopes: 'agents' })
const validate = (key: Key, document: unknown) => post(key, '/v1/plans/validate', document)

async function answerTo(document: unknown): Promise<unknown> {
  const response = await validate(await planner(), document)
  expect(response.status).toBe(200)
  return response.json()
}

describe('POST /v1/plans/validate', () => {
  it('says of a valid plan what it may come to', async () => {
    const document = {
      goal: '比較三家供應商',
      budget: { usd: 1.5, deadline_ms: 7_200_000 },
      tasks: [
        { id: 'find', kind: 'agent', needs: { skills: ['research'] }, timeout: { total_ms: 60_000 } },
        {
          id: 'compare',
          kind: 'map',
          depends_on: ['find'],
          timeout: { total_ms: 120_000 },
          map: {
            over: { $ref: 'tasks.find.output.names' },
            max: 3,
            task: { kind: 'model', retry: { max: 1 } },
          },
        },
        { id: 'pause', kind: 'wait', wait: { for_ms: 1_000 } },
        {
          id: 'ask',
          kind: 'gate',
          depends_on: ['compare', 'pause'],
          gate: { message: '可以嗎？' },
          timeout: { total_ms: 5_000 },
        },
      ],
    }
    expect(await answerTo(document)).toEqual({
      object: 'plan.validation',
      valid: true,
      errors: [],
      has_more: false,
      plan: {
        tasks: 5,
        depth: 3,
        width: 3,
        max_attempts: 9,
        critical_path: ['find', 'compare', 'ask'],
        worst_case: { executions: 7, duration_ms: 185_000, usd: 1.5, tokens: null },
      },
    })
  })

  it('says all that is wrong with another, and no figures', async () => {
    const document = {
      tasks: [
        { id: 'a', kind: 'model', depends_on: ['b'] },
        { id: 'b', kind: 'model', depends_on: ['a', 'c'], when: 'tasks.a.output >' },
      ],
    }
    expect(await answerTo(document)).toEqual({
      object: 'plan.validation',
      valid: false,
      errors: [
        { path: 'tasks[1].depends_on[1]', code: 'unknown_task', message: "There is no task 'c'" },
        {
          path: 'tasks[0].depends_on[0]',
          code: 'cycle',
          message: 'Tasks depend on each other in a cycle: a → b → a',
        },
        {
          path: 'tasks[1].when',
          code: 'invalid_expression',
          message: 'expected a value, not the end, at character 17',
        },
      ],
      has_more: false,
    })
  })

  it('takes objects of 5 MiB at most', async () => {
    const key = await planner()
    for (const body of [[], 'plan', null, 5]) {
      const response = await validate(key, body)
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { code: 'invalid_request', message: 'Invalid body: expected an object' } },
      ])
    }
    const tasks = [{ id: 'a', kind: 'model', input: 'x'.repeat(5 * 1024 * 1024) }]
    const large = await validate(key, { tasks })
    expect([large.status, await large.json()]).toMatchObject([
      413,
      { error: { code: 'request_too_large', message: 'The body is larger than 5 MiB' } },
    ])
    const almost = await validate(key, { tasks: [{ ...tasks[0], input: 'x'.repeat(5_000_000) }] })
    expect(await almost.json()).toMatchObject({
      valid: false,
      errors: [{ path: 'tasks[0].input', code: 'too_large' }],
    })
  })

  it('is for keys with the scope agents', async () => {
    const other = await mintKey({ scopes: 'inference admin' })
    expect((await validate(other, { tasks: [] })).status).toBe(403)
    expect((await validate({ ...other, secret: 'sk-nobody' }, { tasks: [] })).status).toBe(401)
  })
})
