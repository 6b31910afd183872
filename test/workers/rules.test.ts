import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { matchesSchema } from '../../src/execute/matches-schema.ts'
import { CONFIG_EXAMPLES } from './config-examples.ts'
import { fakeHosts, OPENAI, openaiAnswer } from './hosts.ts'
import { chat, errorOf, fetchWith, get, jsonRequest, type Key, mintKey, post, tenantWith } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const decisionBody = z.object({
  requested_model: z.string(),
  model: z.string(),
  provider: z.string(),
  reason: z.string(),
  reasoning_effort: z.string().nullable(),
  fallback: z.array(z.string()),
  policy: z.object({ version: z.number(), rule: z.string().nullable(), route: z.string().nullable() }),
  candidates: z.array(
    z.object({ model: z.string(), provider: z.string(), excluded_by: z.string().optional() }),
  ),
})

const asking = (text: string, fields: object = {}) => ({
  model: 'auto',
  messages: [{ role: 'user', content: text }],
  ...fields,
})

async function routed(key: Key, text: string, fields: object = {}, headers: Record<string, string> = {}) {
  const response = await post(key, '/v1/route', asking(text, fields), headers)
  expect(response.status).toBe(200)
  return decisionBody.parse(await response.json())
}

const CODE = 'Write a Python function that parses a CSV file, with type hints and unit tests.'
const HELLO = 'Hello, how are you?'

describe('an example', () => {
  it('gives code to a strong model, simple questions to the cheapest', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['cheap for simple questions, strong for code'])
    expect(await routed(key, CODE)).toMatchObject({
      requested_model: 'auto',
      model: 'anthropic/claude-sonnet-4.5',
      reason: 'rule',
      fallback: ['openai/gpt-5.1'],
      policy: { version: 1, rule: 'code', route: null },
    })
    expect(await routed(key, HELLO)).toMatchObject({ reason: 'cost_optimal', policy: { rule: 'simple' } })
    // Who names a model gets it.
    expect(await routed(key, CODE, { model: 'openai/gpt-4.1' })).toMatchObject({
      model: 'openai/gpt-4.1',
      reason: 'pinned_by_request',
    })
  })

  it('keeps a support desk to its models, by language', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['a support desk in Chinese'])
    expect(await routed(key, HELLO, { model: 'desk' })).toMatchObject({
      requested_model: 'desk',
      model: 'openai/gpt-4.1-mini',
      reason: 'rule',
      policy: { rule: null, route: 'support' },
    })
    expect(await routed(key, '我的訂單什麼時候會送到?', { model: 'Desk' })).toMatchObject({
      model: 'google/gemini-2.5-flash',
      fallback: ['openai/gpt-4.1'],
      policy: { rule: 'chinese', route: 'support' },
    })
    const body = asking(HELLO, { model: 'route/support', models: ['anthropic/claude-haiku-4.5'] })
    const { candidates } = decisionBody.parse(await (await post(key, '/v1/route', body)).json())
    const haiku = candidates.filter(({ model }) => model === 'anthropic/claude-haiku-4.5')
    expect(haiku.find(({ provider }) => provider === 'anthropic')?.excluded_by).toBe('tenant_allow_list')
  })

  it('calls only accounts in the EU', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['data stays in the EU, and nobody keeps it'])
    const nowhere = await errorOf(await post(key, '/v1/route', asking(HELLO)))
    expect(nowhere).toMatchObject({ status: 400, code: 'no_eligible_model' })
    const accounts = [{ id: 'openai-eu', host: 'openai', api_key: 'sk-eu', region: 'eu-central' }]
    const variables = { ...env, HOST_ACCOUNTS: JSON.stringify(accounts) }
    const request = jsonRequest(await tenantLike(key), asking(HELLO))
    const response = await fetchWith(variables, '/v1/route', request)
    const { provider, candidates } = decisionBody.parse(await response.json())
    expect(provider).toBe('openai-eu')
    const bars = new Set(
      candidates.filter((one) => one.provider === 'anthropic').map((one) => one.excluded_by),
    )
    expect([...bars]).toEqual(['region'])
  })

  it.each([
    ['2026-11-25T03:00:00Z', 'office-hours', 'latency_optimal'],
    ['2026-11-25T15:00:00Z', null, 'cost_optimal'],
    ['2026-11-28T03:00:00Z', null, 'cost_optimal'],
  ])('goes by the clock in Taipei: %s', async (now, rule, reason) => {
    const key = await tenantWith(CONFIG_EXAMPLES['quick in office hours, cheap at night'])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) })
    expect(await routed(key, HELLO)).toMatchObject({ reason, policy: { rule } })
  })

  it('gives a tenth of the sessions another model, and each session the same', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['a new model for a tenth of the sessions'])
    const inSession = (session: number) =>
      routed(key, HELLO, { model: 'openai/gpt-4.1-mini', session_id: `s${session}` })
    const models = []
    for (let session = 0; session < 9; session += 1) models.push((await inSession(session)).model)
    expect([...new Set(models)].toSorted()).toEqual(['openai/gpt-4.1-mini', 'openai/gpt-5-mini'])
    const chosen = models.indexOf('openai/gpt-5-mini')
    expect(await inSession(chosen)).toMatchObject({
      model: 'openai/gpt-5-mini',
      reason: 'rule',
      policy: { rule: 'canary' },
    })
  })

  it('hears keywords', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['keywords that want care'])
    const care = { model: 'anthropic/claude-opus-4.5', policy: { rule: 'legal' } }
    expect(await routed(key, 'Is this Contract fair?')).toMatchObject(care)
    expect(await routed(key, '請幫我看這份合約')).toMatchObject(care)
    expect(await routed(key, 'What does Article 17 say?')).toMatchObject(care)
    expect(await routed(key, HELLO)).toMatchObject({ policy: { rule: null } })
  })

  it('knows customers by what is said of them', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['customers by their plan'])
    const gold = await routed(key, CODE, { metadata: { plan: 'gold' } })
    expect(gold).toMatchObject({ reason: 'quality_optimal', policy: { rule: 'gold' } })
    expect(await routed(key, CODE, { metadata: { plan: 'silver' } })).toMatchObject({
      policy: { rule: null },
    })
    const free = await routed(key, CODE)
    expect(free.policy.rule).toBe('free')
    expect(free.model).toMatch(/-mini$|-nano$|flash/)
  })

  it('refuses what is not allowed, before anything is answered', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['no homework in the classroom'])
    const calls = fakeHosts({})
    const sent = () => post(key, '/v1/chat/completions', asking(CODE), { 'x-app': 'Classroom' })
    expect(await errorOf(await sent())).toMatchObject({
      status: 403,
      code: 'blocked_by_rule',
      type: 'permission_error',
      message: "Try it yourself first (rule 'no-homework')",
    })
    expect(calls).toEqual([])
    expect(await routed(key, HELLO, {}, { 'x-app': 'classroom' })).toMatchObject({ policy: { rule: null } })
    expect(await routed(key, CODE)).toMatchObject({ policy: { rule: null } })
  })
})

describe('a request in the background', () => {
  it('is looked at with the headers it came with', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['no homework in the classroom'])
    const body = { model: 'auto', input: CODE, background: true }
    const promised = await post(key, '/v1/responses', body, { 'x-app': 'classroom' })
    const { id } = z.object({ id: z.string() }).parse(await promised.json())
    const error = { message: "Try it yourself first (rule 'no-homework')" }
    await vi.waitFor(
      async () =>
        expect(await (await get(key, `/v1/responses/${id}`)).json()).toMatchObject({
          status: 'failed',
          error,
        }),
      { timeout: 8_000, interval: 500 },
    )
  }, 15_000)
})

describe('PUT /v1/config', () => {
  it('tells everything that is wrong with rules', async () => {
    const when = {
      any: [
        { signal: 'tier', matches: 'x' },
        { signal: 'text', matches: '(x' },
      ],
    }
    const document = {
      aliases: { mine: 'route/none' },
      rules: [{ id: 'a', when, then: { model: 'gone' } }],
      policy: { models: ['openai/gpt-4.1', 'gone'] },
    }
    const put = { ...jsonRequest(await mintKey(), document), method: 'PUT' }
    const response = await exports.default.fetch('http://switchyard/v1/config', put)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: {
        errors: [
          { path: 'rules[0].when.any[0].matches', code: 'invalid_operator' },
          { path: 'rules[0].when.any[1].matches', code: 'invalid_regex' },
          { path: 'aliases.mine', code: 'unknown_route' },
          { path: 'policy.models[1]', code: 'unknown_model' },
          { path: 'rules[0].then.model', code: 'unknown_model' },
        ],
      },
    })
  })
})

/** Another key of another tenant with the same configuration, of whom no isolate knows yet. */
async function tenantLike(key: Key): Promise<Key> {
  const other = await mintKey()
  const known = await env.CONFIG.get(`config:${key.tenantId}`)
  await env.CONFIG.put(`config:${other.tenantId}`, known ?? '')
  return other
}

describe('GET /v1/models', () => {
  it('lists the tenant’s own names, which go before models of the same name', async () => {
    const key = await tenantWith({
      aliases: { 'GPT-4o': 'route/desk' },
      routes: { desk: { model: 'openai/gpt-4.1' } },
    })
    const { data } = z
      .object({ data: z.array(z.looseObject({ id: z.string() })) })
      .parse(await (await get(key, '/v1/models')).json())
    expect(data.slice(0, 2)).toMatchObject([
      { id: 'gpt-4o', owned_by: 'tenant', virtual: true, description: 'Another name for route/desk' },
      { id: 'route/desk', owned_by: 'tenant' },
    ])
    expect(await (await get(key, '/v1/models/route/desk')).json()).toEqual(data[1])
    expect(await (await get(key, '/v1/models/gpt-4o')).json()).toEqual(data[0])
    expect(await routed(key, HELLO, { model: 'gpt-4o' })).toMatchObject({ model: 'openai/gpt-4.1' })
  })

  it.each(['switchyard/cascade', 'switchyard/panel', 'switchyard/fusion'])('has %s', async (id) => {
    const key = await tenantWith({ aliases: { smart: id } })
    expect(await (await get(key, `/v1/models/${id}`)).json()).toMatchObject({ id, virtual: true })
    for (const model of [id, `${id}:floor`, 'smart']) {
      expect(await routed(key, HELLO, { model })).toMatchObject({ requested_model: model })
    }
  })
})

const plan = (name: string) => ({ metadata: { plan: name } })

describe('answers that are kept', () => {
  it('are for requests that are directed alike', async () => {
    const key = await tenantWith({
      cache: { ttl: 60 },
      rules: [
        { id: 'gold', when: { signal: 'metadata.plan', eq: 'gold' }, then: { min_quality: 0.9 } },
        { id: 'none', when: { signal: 'metadata.plan', eq: 'none' }, then: { cache: { ttl: 0 } } },
        { id: 'bad', when: { signal: 'metadata.plan', eq: 'bad' }, then: { block: {} } },
      ],
    })
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const cacheOf = async (name: string) => {
      const response = await chat(key, 'openai/gpt-4.1-mini', plan(name))
      await response.text()
      return response.headers.get('x-switchyard-cache')
    }
    expect(await cacheOf('silver')).toBe('miss')
    await vi.waitFor(async () => expect(await cacheOf('bronze')).toBe('hit'))
    expect(await cacheOf('gold')).toBe('miss')
    expect(await cacheOf('none')).toBe('bypass')
    expect((await chat(key, 'openai/gpt-4.1-mini', plan('bad'))).status).toBe(403)
  })
})

describe('POST /v1/embeddings', () => {
  it('keeps to what holds for all requests', async () => {
    const key = await tenantWith({ policy: { regions: ['eu'] } })
    const body = { model: 'text-embedding-3-small', input: 'Hello' }
    const refused = await errorOf(await post(key, '/v1/embeddings', body))
    expect(refused).toMatchObject({ status: 400, code: 'no_eligible_model' })
    expect(refused.message).toContain('region')
  })
})

describe('GET /schemas/config.json', () => {
  it('describes every document that is taken, without a key', async () => {
    const response = await exports.default.fetch('http://switchyard/schemas/config.json')
    expect(response.headers.get('content-type')).toBe('application/schema+json')
    const { $id, ...schema } = z.looseObject({ $id: z.string() }).parse(await response.json())
    expect($id).toBe('http://switchyard/schemas/config.json')
    for (const document of Object.values(CONFIG_EXAMPLES)) expect(matchesSchema(schema, document)).toBe(true)
    for (const document of [
      { rulez: [] },
      { policy: { provider: { zdr: true } } },
      { rules: [{ id: 'a', when: { all: [{ signal: 'tier', like: 'S' }] }, then: {} }] },
    ]) {
      expect(matchesSchema(schema, document)).toBe(false)
    }
  })
})
