import { env, exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { PLAN_LIMITS } from '../../src/core/plan.ts'
import { findTemplate, putTemplate } from '../../src/db/plan-templates.ts'
import { countOf, db, errorOf, get, jsonRequest, type Key, mintKey } from './world.ts'

const PLAN = {
  goal: '比較三家供應商',
  tasks: [
    { id: 'find', kind: 'agent', needs: { skills: ['research'] } },
    { id: 'write', kind: 'model', depends_on: ['find'], input: { $ref: 'tasks.find.output' } },
  ],
}
const head = z.object({ id: z.string(), revision: z.int(), tasks: z.int() })

function call(
  method: string,
  key: Key,
  id: string,
  body: unknown = {},
  headers: Record<string, string> = {},
) {
  return exports.default.fetch(`http://switchyard/v1/plans/${id}`, {
    ...jsonRequest(key, body, headers),
    method,
  })
}
const owner = () => mintKey({ scopes: 'agents' })

describe('/v1/plans/{id}', () => {
  it('keeps a plan as it was sent, lists it, and forgets it', async () => {
    const key = await owner()
    const made = await call('PUT', key, 'suppliers', PLAN)
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"'])
    const kept = await get(key, '/v1/plans/suppliers')
    expect(await kept.json()).toMatchObject({
      object: 'plan.template',
      id: 'suppliers',
      goal: PLAN.goal,
      tasks: 2,
      plan: PLAN,
      updated_by: key.id,
    })
    const list = await (await get(key, '/v1/plans')).json()
    const { data } = z.object({ data: z.array(head.loose()) }).parse(list)
    expect(data[0]).not.toHaveProperty('plan')
    expect(data.map(({ id }) => id)).toEqual(['suppliers'])
    expect((await findTemplate(db, key.tenantId, 'suppliers'))?.document).toBe(JSON.stringify(PLAN))
    expect((await call('DELETE', key, 'suppliers')).status).toBe(204)
    for (const gone of [await get(key, '/v1/plans/suppliers'), await call('DELETE', key, 'suppliers')]) {
      expect(await errorOf(gone)).toMatchObject({ status: 404, code: 'not_found' })
    }
    const entries =
      "select count(*) as n from audit where tenant_id = ? and action in ('plan.put', 'plan.delete')"
    expect(await countOf(entries, key.tenantId)).toBe(2)
  })

  it('tells all that is wrong with a plan, and keeps nothing of it', async () => {
    const key = await owner()
    const refused = await call('PUT', key, 'bad', {
      tasks: [{ id: 'a', kind: 'model', depends_on: ['a', 'x'] }],
    })
    const { error } = z
      .object({
        error: z.looseObject({ param: z.string(), errors: z.array(z.looseObject({ code: z.string() })) }),
      })
      .parse(await refused.json())
    expect(refused.status).toBe(400)
    expect(error.errors.map(({ code }) => code).toSorted()).toEqual(['cycle', 'unknown_task'])
    expect(error.param).toMatch(/^tasks\[0\]\.depends_on/)
    expect(await errorOf(await call('PUT', key, 'bad', []))).toMatchObject({ status: 400 })
    expect(await errorOf(await call('PUT', key, 'No%20Name', PLAN))).toMatchObject({
      status: 400,
      param: 'id',
    })
    expect(await findTemplate(db, key.tenantId, 'bad')).toBeNull()
  })

  it('overwrites nothing that was not seen', async () => {
    const key = await owner()
    expect((await call('PUT', key, 'p', PLAN, { 'if-match': '"1"' })).status).toBe(412)
    await call('PUT', key, 'p', PLAN)
    const second = await call('PUT', key, 'p', { ...PLAN, goal: 'Another' }, { 'if-match': 'W/"1"' })
    expect([second.status, second.headers.get('etag')]).toEqual([200, '"2"'])
    expect(await errorOf(await call('PUT', key, 'p', PLAN, { 'if-match': '"1"' }))).toMatchObject({
      status: 412,
      code: 'precondition_failed',
    })
    expect(head.parse(await (await call('PUT', key, 'p', PLAN)).json()).revision).toBe(3)
    // Somebody else was between the look and the write.
    const row = {
      tenantId: key.tenantId,
      id: 'p',
      document: '{}',
      goal: null,
      tasks: 1,
      updatedAt: 1,
      updatedBy: 'x',
    }
    expect(await putTemplate(env.DB, row, { seen: 2, most: 100 })).toBeNull()
    expect(await putTemplate(env.DB, { ...row, id: 'q' }, { seen: 1, most: 100 })).toBeNull()
  })

  it('keeps so many, and no more', async () => {
    const key = await owner()
    const row = { tenantId: key.tenantId, document: '{}', goal: null, tasks: 1, updatedAt: 1, updatedBy: 'x' }
    for (let at = 0; at < PLAN_LIMITS.templates; at += 1) {
      await putTemplate(env.DB, { ...row, id: `t${at}` }, { seen: null, most: PLAN_LIMITS.templates })
    }
    expect(await errorOf(await call('PUT', key, 'more', PLAN))).toMatchObject({ status: 400 })
    expect((await call('PUT', key, 't7', PLAN)).status).toBe(200)
  })
})
