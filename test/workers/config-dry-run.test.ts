import { env, exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { insertDecisions } from '../../src/db/decisions.ts'
import { rowsOf } from '../../src/record/entry.ts'
import { decisionEntry } from './entries.ts'
import {
  ask,
  bearer,
  decisionIdOf,
  errorOf,
  get,
  jsonRequest,
  type Key,
  mintKey,
  post,
  recorded,
} from './world.ts'

const MINI = 'openai/gpt-4.1-mini'
/** Calls for the model go to the reseller first. */
const RESOLD = {
  pools: {
    [MINI]: {
      strategy: 'priority',
      deployments: [
        { host: 'openrouter', priority: 0 },
        { host: 'openai', priority: 1 },
      ],
    },
  },
}

const dryRun = (key: Key, body: unknown) => post(key, '/v1/config/dry-run', body)

const answer = z.object({
  object: z.literal('config.dry_run'),
  valid: z.boolean(),
  errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  version: z.number(),
  diff: z.array(z.unknown()),
  replay: z
    .object({
      decisions: z.number(),
      changed: z.number(),
      skipped: z.record(z.string(), z.number()),
      refused: z.object({ before: z.number(), after: z.number() }),
      predicted: z.object({
        cost_usd: z.object({ before: z.number(), after: z.number() }),
        quality: z.object({ before: z.number().nullable(), after: z.number().nullable() }),
      }),
      models: z.array(z.object({ model: z.string(), before: z.number(), after: z.number() })),
      examples: z.array(z.looseObject({ decision_id: z.string() })),
    })
    .nullable(),
})

async function ran(key: Key, body: unknown) {
  const response = await dryRun(key, body)
  expect(response.status).toBe(200)
  return answer.parse(await response.json())
}

/** Decisions of the tenant's, once they are recorded. */
async function decisions(key: Key, ...bodies: readonly object[]): Promise<string[]> {
  const ids = []
  for (const body of bodies) ids.push(decisionIdOf(await post(key, '/v1/route', body)))
  for (const id of ids) await recorded(key, id)
  return ids
}

describe('POST /v1/config/dry-run', () => {
  it('tells what would be decided otherwise, and at what cost', async () => {
    const key = await mintKey()
    const [pinned] = await decisions(key, ask(MINI), ask('auto'), ask('anthropic/claude-haiku-4.5'))
    const { replay, ...rest } = await ran(key, RESOLD)
    expect(rest).toEqual({
      object: 'config.dry_run',
      valid: true,
      errors: [],
      version: 0,
      diff: [{ op: 'add', path: '/pools', to: RESOLD.pools }],
    })
    expect(replay).toMatchObject({ decisions: 3, refused: { before: 0, after: 0 } })
    const named = { reasoning_effort: null, reason: 'pinned_by_request', rule: null }
    expect(replay?.examples).toContainEqual({
      decision_id: pinned,
      before: { model: MINI, provider: 'openai', ...named },
      after: { model: MINI, provider: 'openrouter', ...named },
      cost_usd: { before: expect.any(Number), after: expect.any(Number) },
    })
    const shares = replay?.models.reduce((sum, { after }) => sum + after, 0)
    expect(shares).toBeCloseTo(1, 3)
    expect((await get(key, '/v1/config')).status).toBe(404)
  })

  it('replays rules, but for what hangs on words and on headers that were not kept', async () => {
    const key = await mintKey()
    const gold = { metadata: { tier: 'gold' } }
    const [, paid] = await decisions(key, ask('auto'), ask('auto', gold))
    const rules = (when: object, then: object = { model: MINI }) => ({ rules: [{ id: 'r', when, then }] })
    const tier = { signal: 'metadata.tier', eq: 'gold' }
    expect((await ran(key, rules(tier))).replay).toMatchObject({
      decisions: 2,
      changed: 1,
      examples: [{ decision_id: paid, after: { model: MINI, reason: 'rule', rule: 'r' } }],
    })
    const said = { signal: 'text', contains: 'hello' }
    expect((await ran(key, rules({ all: [tier, said] }))).replay).toMatchObject({
      decisions: 1,
      changed: 0,
      skipped: { text_conditions: 1 },
    })
    expect((await ran(key, rules({ signal: 'header.x-team', eq: 'a' }))).replay).toMatchObject({
      decisions: 0,
      skipped: { unknown_headers: 2 },
    })
    expect((await ran(key, rules(tier, { block: { message: 'No' } }))).replay).toMatchObject({
      refused: { before: 0, after: 1 },
      examples: [{ after: { error: 'blocked_by_rule' } }],
    })
  })

  it('makes the same decisions again by the same rules, whatever was asked', async () => {
    const key = await mintKey()
    const messages = [
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'w', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'Sunny' },
    ]
    const tools = [{ type: 'function', function: { name: 'w', parameters: { type: 'object' } } }]
    const ids = await decisions(
      key,
      ask('auto'),
      ask('auto:best', { session_id: 's' }),
      ask('auto:floor', { max_tokens: 3_000, provider: { ignore: ['openai'] } }),
      ask('auto', { messages, tools }),
      ask('auto', { response_format: { type: 'json_object' }, reasoning_effort: 'high' }),
      ask('auto', { provider: { require_parameters: true }, logit_bias: { '1': 2 } }),
      ask('auto', { plugins: [{ id: 'auto-router', allowed_models: ['anthropic/*'], max_cost_usd: 0.5 }] }),
      ask('auto', {
        plugins: [
          { id: 'panel', rubric: 'r' },
          { id: 'verify', checks: ['schema'] },
        ],
      }),
    )
    const made: Record<string, number> = {}
    for (const id of ids) {
      const { model } = (await recorded(key, id)).decision
      made[model] = (made[model] ?? 0) + 1
    }
    const { replay } = await ran(key, {})
    expect(replay).toMatchObject({ decisions: 8, changed: 0, examples: [] })
    const again = replay?.models.map(({ model, before }) => [model, Math.round(before * 8)])
    expect(Object.fromEntries(again ?? [])).toEqual(made)
  })

  it('says what is wrong, and replays nothing by it', async () => {
    const key = await mintKey()
    const { valid, errors, replay } = await ran(key, { num_retries: -1, default_fallbacks: ['openai/gone'] })
    expect(valid).toBe(false)
    expect(errors.map(({ path, code }) => `${code} ${path}`)).toEqual([
      'out_of_range num_retries',
      'unknown_model default_fallbacks[0]',
    ])
    expect(replay).toBeNull()
  })

  it('looks at as many of the last decisions as it is asked to, and skips those recorded before it could', async () => {
    const key = await mintKey()
    await insertDecisions(env.DB, rowsOf([decisionEntry({ tenantId: key.tenantId })]))
    await decisions(key, ask('auto'), ask('auto'))
    expect((await ran(key, { config: {}, last: 1 })).replay?.decisions).toBe(1)
    const { replay } = await ran(key, { config: {} })
    expect(replay).toMatchObject({ decisions: 2, skipped: { unrecorded: 1 } })
    expect(await errorOf(await dryRun(key, { config: {}, last: 1_001 }))).toMatchObject({ param: 'last' })
    expect(await errorOf(await dryRun(key, { config: {}, lst: 1 }))).toMatchObject({ status: 400 })
  })

  it('takes YAML, and is for administrators', async () => {
    const key = await mintKey()
    const response = await exports.default.fetch('http://switchyard/v1/config/dry-run', {
      method: 'POST',
      headers: { ...bearer(key), 'content-type': 'application/yaml' },
      body: 'config:\n  num_retries: 1\nlast: 5\n',
    })
    expect(await response.json()).toMatchObject({
      valid: true,
      diff: [{ op: 'add', path: '/num_retries', to: 1 }],
    })
    const user = await mintKey({ tenantId: key.tenantId, scopes: 'inference' })
    expect((await dryRun(user, {})).status).toBe(403)
  })

  it('compares with the version in force', async () => {
    const key = await mintKey()
    await exports.default.fetch('http://switchyard/v1/config', { ...jsonRequest(key, RESOLD), method: 'PUT' })
    await decisions(key, ask(MINI))
    expect(await ran(key, {})).toMatchObject({
      version: 1,
      diff: [{ op: 'remove', path: '/pools', from: RESOLD.pools }],
      replay: {
        changed: 1,
        examples: [{ before: { provider: 'openrouter' }, after: { provider: 'openai' } }],
      },
    })
  })
})

describe('what is recorded to be decided again', () => {
  it('holds no word of the prompt', async () => {
    const key = await mintKey()
    const [id = ''] = await decisions(
      key,
      ask('auto', { messages: [{ role: 'user', content: 'Xylophone!' }] }),
    )
    const { detail } = (await recorded(key, id)).decision
    expect(detail).toContain('"asked":{')
    expect(detail).not.toMatch(/xylophone/i)
  })

  it('is not shown with the decision', async () => {
    const key = await mintKey()
    const [id = ''] = await decisions(key, ask('auto'))
    await recorded(key, id)
    const shown = await (await get(key, `/v1/decisions/${id}`)).json()
    expect(shown).toMatchObject({ id, status: 'decided' })
    expect(shown).not.toHaveProperty('asked')
  })
})
