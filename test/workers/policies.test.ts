import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createId } from '../../src/core/ids.ts'
import { insertDecisions } from '../../src/db/decisions.ts'
import { type DecisionEntry, rowsOf } from '../../src/record/entry.ts'
import { attemptEntry, decisionEntry } from './entries.ts'
import {
  ANTHROPIC,
  anthropicAnswer,
  fakeHosts,
  GOOGLE,
  googleAnswer,
  OPENAI,
  openaiAnswer,
  OPENROUTER,
} from './hosts.ts'
import { ask, chat, decisionIdOf, errorOf, type Key, mintKey, post, recorded } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const NOON = 1_800_000_000
const simulate = (key: Key, policy: object, fields: object = {}) =>
  post(key, '/v1/policies/simulate', { policy, ...fields })

async function simulated(key: Key, policy: object, fields: object = {}): Promise<unknown> {
  const response = await simulate(key, policy, fields)
  expect(response.status).toBe(200)
  return response.json()
}

const STRONG = { model: 'v/strong', quality: 0.9, cost: 0.01 }
const CHEAP = { model: 'v/cheap', quality: 0.6, cost: 0.001 }

const candidateBody = ({ model, quality, cost }: typeof STRONG) => ({
  model,
  provider: 'one',
  eligible: true,
  predicted: { quality, cost_usd: cost, latency_ms: 1_000, ttft_ms: 300 },
  score: quality,
})

let made = 0

/** A decision between two models that cost 20,000 and 2,000 micro-USD in the end, made `at` (Unix s). */
function logged(
  key: Key,
  choice: typeof STRONG,
  fields: Partial<DecisionEntry> & { at?: number; propensity?: number; isJoint?: boolean } = {},
): DecisionEntry {
  const { at = NOON, propensity = 0.5, isJoint = false, ...rest } = fields
  const createdAt = at * 1_000
  made += 1
  const random = new Uint8Array(16).map((_, index) => (made >> (5 * (15 - index))) & 31)
  const detail = {
    model: choice.model,
    provider: 'one',
    policy: { name: 'balanced', version: 1, propensity },
    candidates: [
      candidateBody(STRONG),
      { model: 'v/none', provider: 'one', eligible: false, excluded_by: 'tools' },
      candidateBody(CHEAP),
    ],
    ...(isJoint && { collaboration_outcome: { pattern: 'panel' } }),
  }
  const costMicroUsd = choice === STRONG ? 20_000 : 2_000
  return decisionEntry({
    tenantId: key.tenantId,
    createdAt,
    id: createId('dec', createdAt, random),
    detail: JSON.stringify(detail),
    attempts: [attemptEntry({ startedAt: createdAt, costMicroUsd })],
    ...rest,
  })
}

const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))
const keep = (entries: readonly DecisionEntry[]) => insertDecisions(env.DB, rowsOf(entries))

/** What two sources said of each decision. */
async function judged(key: Key, entries: readonly DecisionEntry[], scores: readonly [number, number]) {
  const columns = 'tenant_id, decision_id, source, model, task_type, score, created_at'
  const rows = JSON.stringify(entries.map(({ id }) => id))
  const statements = scores.map((score, source) =>
    env.DB.prepare(
      `insert into feedback (${columns}) select ?, value, ?, 'm', 'chat', ?, 1 from json_each(?)`,
    ).bind(key.tenantId, `source ${source}`, score, rows),
  )
  await env.DB.batch(statements)
}

const exactly = (value: number) => ({ value, low: value, high: value })

describe('POST /v1/policies/simulate', () => {
  it('replays decisions that were really made', async () => {
    const key = await mintKey()
    fakeHosts({
      [OPENAI]: () => openaiAnswer('Hello'),
      [OPENROUTER]: () => openaiAnswer('Hello'),
      [ANTHROPIC]: () => anthropicAnswer('Hello'),
      [GOOGLE]: () => googleAnswer('Hello'),
    })
    const answers = [
      await post(key, '/v1/route', ask('auto')),
      await chat(key, 'auto'),
      await chat(key, 'switchyard/auto:floor'),
      await chat(key, 'openai/gpt-4.1-mini'),
    ]
    const ids = answers.map(decisionIdOf)
    for (const id of ids) await recorded(key, id)
    expect(await simulated(key, {})).toMatchObject({
      object: 'policy.simulation',
      policy: { cost_quality_tradeoff: 7 },
      decisions: { read: 4, replayed: 3, skipped: { requested_by_name: 1, pinned: 0, unreadable: 0 } },
      changed: { count: 0, examples: [] },
      cost_usd: { outcomes: 2 },
    })
    const best = await simulated(key, { cost_quality_tradeoff: 0 })
    expect(best).toMatchObject({
      changed: { examples: expect.arrayContaining([expect.objectContaining({ decision_id: ids[1] })]) },
      cost_usd: { supported: false, reason: 'low_support_share', target: { doubly_robust: null } },
    })
    const only = { allowed_models: ['anthropic/*'] }
    expect(await simulated(key, only)).toMatchObject({
      models: expect.arrayContaining([
        expect.objectContaining({ model: expect.stringMatching(/^anthropic\//) }),
      ]),
    })
  })

  it('weighs what came of them, with feedback as their quality', async () => {
    const key = await mintKey()
    const entries = many(240, (at) => logged(key, at % 2 === 0 ? STRONG : CHEAP, { at: NOON + at }))
    await keep(entries)
    await judged(
      key,
      entries.filter((_, at) => at % 2 === 0),
      [1, 0.5],
    )
    await judged(
      key,
      entries.filter((_, at) => at % 2 === 1),
      [0.5, 0],
    )
    const all = await simulated(key, { cost_quality_tradeoff: 10 })
    expect(all).toMatchObject({
      from: NOON,
      to: NOON + 239,
      decisions: { read: 240, replayed: 240 },
      changed: { count: 120, share: { value: 0.5 } },
      models: [
        { model: 'v/cheap', logged_share: { value: 0.5 }, target_share: { value: 1, high: 1 } },
        { model: 'v/strong', logged_share: { value: 0.5 }, target_share: { value: 0, low: 0 } },
      ],
      cost_usd: {
        supported: true,
        reason: null,
        outcomes: 240,
        support: { share: 1, effective_sample_size: 120, mean_weight: 1 },
        logged: { observed: { value: 0.011 }, direct: { value: 0.0055, prediction: true } },
        target: {
          direct: { ...exactly(0.001), prediction: true },
          inverse_propensity: { value: 0.002 },
          self_normalized: exactly(0.002),
          doubly_robust: { value: 0.002 },
        },
        change: { value: -0.009, prediction: false },
      },
      quality: {
        supported: true,
        logged: { observed: { value: 0.5 } },
        target: { direct: { value: 0.6 }, self_normalized: exactly(0.25) },
      },
      latency_ms: { logged: { observed: exactly(900) } },
      limits: { max_weight: 50, min_support_share: 0.9, min_effective_sample_size: 100 },
    })
  })

  it('says when the log cannot tell, and then only predicts', async () => {
    const key = await mintKey()
    await keep(many(150, (at) => logged(key, STRONG, { at: NOON + at, propensity: 1 })))
    expect(await simulated(key, { cost_quality_tradeoff: 10 })).toMatchObject({
      cost_usd: {
        supported: false,
        reason: 'low_support_share',
        support: { share: 0, effective_sample_size: 0 },
        logged: { observed: { value: 0.02 } },
        target: {
          direct: { value: 0.001, prediction: true },
          inverse_propensity: null,
          self_normalized: null,
          doubly_robust: null,
        },
        change: { value: -0.009, prediction: true },
      },
      quality: { supported: false, reason: 'no_outcomes', outcomes: 0, logged: { observed: null } },
    })
    expect(await simulated(key, {}, { outcome: 'success' })).toMatchObject({
      quality: { supported: true, outcomes: 150, logged: { observed: { value: 1 } } },
    })
  })

  it('takes the latest of the time asked for, and of those the ones that were free to go otherwise', async () => {
    const key = await mintKey()
    await keep([
      logged(key, STRONG, { at: NOON - 1 }),
      logged(key, STRONG, { at: NOON, reason: 'pinned_by_session' }),
      logged(key, STRONG, { at: NOON + 1, reason: 'pinned_by_tool_loop' }),
      logged(key, STRONG, { at: NOON + 2, requestedModel: 'v/strong', reason: 'pinned_by_request' }),
      logged(key, STRONG, { at: NOON + 3, requestedModel: 'v/embeds', reason: 'only_candidate' }),
      logged(key, STRONG, { at: NOON + 4, detail: '{}' }),
      logged(key, STRONG, { at: NOON + 5, isJoint: true }),
      logged(key, STRONG, { at: NOON + 5, status: 'cancelled' }),
      logged(key, CHEAP, { at: NOON + 6, requestedModel: 'AUTO:best', status: 'failed' }),
      logged(key, STRONG, { at: NOON + 7 }),
    ])
    const span = { from: NOON, to: NOON + 7 }
    expect(await simulated(key, { cost_quality_tradeoff: 10 }, span)).toMatchObject({
      from: NOON,
      to: NOON + 6,
      decisions: {
        read: 8,
        replayed: 2,
        skipped: { requested_by_name: 2, pinned: 2, unreadable: 1, joint: 1, refused: 0 },
      },
      changed: { count: 2 },
      cost_usd: { outcomes: 1, logged: { observed: { value: 0.002 } } },
    })
    expect(await simulated(key, { max_cost_usd: 0.001 }, { ...span, limit: 1 })).toMatchObject({
      decisions: { read: 1, replayed: 1, skipped: { refused: 0 } },
      changed: { count: 0 },
    })
    expect(await simulated(key, { max_cost_usd: 0.0009 }, span)).toMatchObject({
      decisions: { replayed: 0, skipped: { refused: 2 } },
      changed: { count: 0, share: null },
      cost_usd: { supported: false, reason: 'no_outcomes', target: { direct: null }, change: null },
    })
  })

  it("never sees another tenant's decisions or feedback", async () => {
    const [key, other] = [await mintKey(), await mintKey()]
    const [mine, theirs] = [logged(key, STRONG), logged(other, CHEAP)]
    await keep([mine, theirs])
    await judged(other, [mine, theirs], [0, 0])
    expect(await simulated(key, {})).toMatchObject({
      decisions: { read: 1 },
      cost_usd: { logged: { observed: { value: 0.02 } } },
      quality: { outcomes: 0 },
    })
    expect(await simulated(await mintKey(), {})).toMatchObject({
      from: null,
      to: null,
      decisions: { read: 0 },
    })
    const inference = await mintKey({ scopes: 'inference' })
    expect(await errorOf(await simulate(inference, {}))).toMatchObject({ status: 403 })
  })

  it.each([
    [{}, 'policy'],
    [{ policy: { cost_quality_tradeoff: 10.1 } }, 'policy.cost_quality_tradeoff'],
    [{ policy: { min_quality: -0.1 } }, 'policy.min_quality'],
    [{ policy: { max_cost_usd: 0 } }, 'policy.max_cost_usd'],
    [{ policy: { allowed_models: [] } }, 'policy.allowed_models'],
    [{ policy: { allowed_models: many(513, () => 'a') } }, 'policy.allowed_models'],
    [{ policy: { allowed_models: ['a', ''] } }, 'policy.allowed_models[1]'],
    [{ policy: { sort: 'quality' } }, 'policy.sort'],
    [{ policy: { preferred_max_latency: 0 } }, 'policy.preferred_max_latency'],
    [{ policy: { exploration: 0.1 } }, 'policy.exploration'],
    [{ policy: {}, since: 1 }, 'since'],
    [{ policy: {}, limit: 0 }, 'limit'],
    [{ policy: {}, limit: 5_001 }, 'limit'],
    [{ policy: {}, from: 2, to: 2 }, 'from'],
    [{ policy: {}, from: 1.5 }, 'from'],
    [{ policy: {}, to: 1_800_000_000_000 }, 'to'],
    [{ policy: {}, outcome: 'judge' }, 'outcome'],
  ])('names what is wrong in %o', async (body, param) => {
    const refused = await post(await mintKey(), '/v1/policies/simulate', body)
    expect(await errorOf(refused)).toMatchObject({ status: 400, code: 'invalid_request', param })
  })

  it('takes as much as it says', async () => {
    const policy = { allowed_models: many(512, () => 'a') }
    expect((await simulate(await mintKey(), policy, { limit: 5_000 })).status).toBe(200)
  })
})
