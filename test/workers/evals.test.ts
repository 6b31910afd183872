import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { send, upload } from './uploads.ts'
import { bearer, countOf, errorOf, get, type Key, mintKey, post, watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const row = (fields: object = {}) => ({ prompt: 'What is 2 + 3?', model: 'gpt-5-mini', score: 1, ...fields })
const meanOf = (key: Key, model: string) =>
  countOf('select avg(score) as n from eval_outcomes where tenant_id = ? and model = ?', key.tenantId, model)

function forget(key: Key): Promise<Response> {
  const init = { method: 'DELETE', headers: bearer(key) }
  return exports.default.fetch('http://switchyard/v1/evals/outcomes', init)
}

describe('POST /v1/evals/outcomes', () => {
  it('takes rows in, whatever names their models go by, and tells what there is', async () => {
    const key = await mintKey()
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
      { role: 'user', content: 'What is 2 + 3?' },
    ]
    const rows = [
      row({ model: 'openai/gpt-5-mini', output_tokens: 20, latency_ms: 300.4, task_type: 'sums' }),
      '',
      { messages, model: 'CLAUDE-HAIKU-4.5', score: 0.5 },
    ]
    expect(await upload(key, rows, 'application/jsonl')).toMatchObject({
      received: 2,
      accepted: 2,
      refused: 0,
      totals: { prompts: 1, rows: 2, models: 2 },
    })
    const typed = "select count(*) as n from eval_prompts where tenant_id = ? and task_type = 'sums'"
    expect(await countOf(typed, key.tenantId)).toBe(1)
    const told: unknown = await (await get(key, '/v1/evals/outcomes')).json()
    expect(told).toMatchObject({
      totals: { prompts: 1, rows: 2, models: 2 },
      data: [
        { model: 'anthropic/claude-haiku-4.5', prompts: 1, rows: 1, mean_score: 0.5 },
        { model: 'openai/gpt-5-mini', prompts: 1, rows: 1, mean_score: 1 },
      ],
      limits: { rows: 50_000, upload_bytes: 16_777_216, training: { min_prompts: 200, max_prompts: 6_000 } },
    })
  })

  it('reports bad rows by number and field, and keeps the good ones', async () => {
    const key = await mintKey()
    const { lines } = watchLogs()
    const rows = [
      '{"prompt": "my secret',
      '[1]',
      row({ score: 1.01 }),
      row({ score: '1' }),
      row({ model: 'no-such-model' }),
      row({ model: 'auto' }),
      row({ prompt: undefined }),
      row({ prompt: '  ' }),
      row({ messages: [{ role: 'user', content: 'Two prompts' }] }),
      row({ prompt: undefined, messages: [{ role: 'nobody', content: 'my secret' }] }),
      row({ output_tokens: -1 }),
      row({ prompt: 'x'.repeat(1024 * 1024) }),
      row({ tools: `[${'['.repeat(9_000)}` }),
      row(),
    ]
    const told = await upload(key, rows)
    expect(told).toMatchObject({ received: 14, accepted: 1, refused: 13, totals: { prompts: 1, rows: 1 } })
    expect(told.errors.map(({ row: number, field }) => [number, field])).toEqual([
      [1, null],
      [2, null],
      [3, 'score'],
      [4, 'score'],
      [5, 'model'],
      [6, 'model'],
      [7, 'prompt'],
      [8, 'prompt'],
      [9, 'prompt'],
      [10, 'messages[0].role'],
      [11, 'output_tokens'],
      [12, null],
      [13, 'tools'],
    ])
    expect(JSON.stringify([told, lines])).not.toContain('my secret')
  })

  it('names the first hundred bad rows, and counts them all', async () => {
    const told = await upload(await mintKey(), Array<string>(150).fill('{}'))
    expect(told).toMatchObject({ received: 150, refused: 150 })
    expect(told.errors).toHaveLength(100)
  })

  it('clips long prompts to what is read of them', async () => {
    const key = await mintKey()
    const told = await upload(key, [row({ prompt: 'word '.repeat(200_000) }), row()])
    expect(told).toMatchObject({ accepted: 2, clipped: 1 })
    const longest = 'select max(length(text)) as n from eval_prompts where tenant_id = ?'
    expect(await countOf(longest, key.tenantId)).toBeLessThan(6_000)
  })

  it('averages what is measured again, counts equal rows once, and tells contradictions', async () => {
    const key = await mintKey()
    const rows = [row({ score: 1 }), row({ score: 0.2 }), row({ score: 0.2 }), row({ score: 0.9 })]
    const first = await upload(key, rows)
    expect(first).toMatchObject({
      accepted: 4,
      repeated: 3,
      contradictory: 3,
      totals: { prompts: 1, rows: 3 },
    })
    expect(await meanOf(key, 'openai/gpt-5-mini')).toBeCloseTo(0.7, 9)
    const again = await upload(key, rows)
    expect(again).toMatchObject({ accepted: 4, repeated: 4, totals: { prompts: 1, rows: 3 } })
    expect(await meanOf(key, 'openai/gpt-5-mini')).toBeCloseTo(0.7, 9)
  })

  it('takes one prompt, however often it comes, for one', async () => {
    const key = await mintKey()
    const rows = Array.from({ length: 3_000 }, (_, latency_ms) => row({ latency_ms }))
    const told = await upload(key, rows)
    expect(told).toMatchObject({
      accepted: 3_000,
      repeated: 2_999,
      totals: { prompts: 1, rows: 32, models: 1 },
    })
  })

  it('keeps up to 50,000 rows of a tenant, and says which are too many', async () => {
    const key = await mintKey()
    await env.DB.prepare(
      'with recursive n(i) as (select 1 union all select i + 1 from n where i < 49998) ' +
        "insert into eval_outcomes select ?, 'p' || i, 'm', '', 1, null, null, null, 1 from n",
    )
      .bind(key.tenantId)
      .run()
    const rows = [1, 2, 3].map((number) => row({ prompt: `Question ${number}` }))
    const told = await upload(key, rows)
    expect(told).toMatchObject({ accepted: 2, refused: 1, totals: { rows: 50_000 } })
    expect(told.errors).toMatchObject([{ row: 3, message: expect.stringContaining('50000') }])
    expect(await upload(key, rows.slice(0, 1))).toMatchObject({ accepted: 1, repeated: 1 })
    const over = await upload(await mintKey(), Array<string>(50_002).fill('x'))
    expect(over).toMatchObject({ received: 50_002, refused: 50_002 })
  })

  it('refuses other types and larger bodies as a whole', async () => {
    const key = await mintKey()
    expect(await errorOf(await send(key, '{}', 'application/json'))).toMatchObject({ status: 415 })
    expect(await errorOf(await send(key, 'x'.repeat(16 * 1024 * 1024 + 1)))).toMatchObject({ status: 413 })
  })

  it('shares nothing between tenants, and takes the scope `admin` to forget', async () => {
    const [mine, other] = [await mintKey(), await mintKey()]
    const inference = await mintKey({ tenantId: mine.tenantId, scopes: 'inference' })
    await upload(inference, [row()])
    await upload(other, [row()])
    expect(await errorOf(await forget(inference))).toMatchObject({ status: 403 })
    expect(await (await forget(mine)).json()).toMatchObject({
      deleted: true,
      totals: { prompts: 0, rows: 0 },
    })
    expect(await (await get(other, '/v1/evals/outcomes')).json()).toMatchObject({ totals: { rows: 1 } })
    expect(await errorOf(await post(inference, '/v1/evals/train', {}))).toMatchObject({ status: 403 })
    expect(await errorOf(await get(inference, '/v1/evals/train'))).toMatchObject({ status: 403 })
    expect(await errorOf(await post(inference, '/v1/evals/rollback', {}))).toMatchObject({ status: 403 })
  })
})
