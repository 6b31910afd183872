import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RUN_LIMITS } from '../../src/runs/run/state.ts'
import { orderFor } from '../unit/runs/orders.ts'
import { performed } from './attempts.ts'
import { bytesOf, fakeHosts, type HostCall, sleep, streamOf } from './hosts.ts'
import { jsonRequest, type Key, tenantWith, watchLogs } from './world.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const HOST = 'api.example.com'
const SECRET = 'secret/of+the tenant"s'

const TOOLS = {
  http: { allow: [HOST, '*.example.org'] },
  define: [
    {
      name: 'weather',
      description: 'The weather of a city',
      kind: 'http',
      url: `https://${HOST}/v1/{city}/weather?units=si`,
      headers: { authorization: 'Bearer {{secret.WEATHER_KEY}}' },
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' }, lang: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
      result: '{t: now.temperature, place: name}',
    },
    {
      name: 'order',
      description: 'Orders something',
      kind: 'http',
      method: 'POST',
      url: `https://${HOST}/orders`,
      body: { item: '{item}', note: 'for {who}', count: '{count}', token: '{{secret.WEATHER_KEY}}' },
      parameters: {
        type: 'object',
        properties: { item: {}, who: { type: 'string' }, count: { type: 'integer' } },
      },
      timeout_ms: 200,
      side_effect: 'once',
    },
    { name: 'plain', description: 'All of it', kind: 'http', url: `https://${HOST}/plain`, timeout_ms: 200 },
    { name: 'pick', description: 'Names', kind: 'transform', expression: 'people[*].name' },
    { name: 'search', description: 'Searches', kind: 'mcp', url: `https://${HOST}/mcp`, tool: 'find' },
  ],
}

function putSecret(key: Key, value: string): Promise<Response> {
  const init = { ...jsonRequest(key, { value }), method: 'PUT' }
  return exports.default.fetch('http://switchyard/v1/tool-secrets/WEATHER_KEY', init)
}

/** What comes of calling a tool with an input, as a task of kind `tool`. */
async function called({ tenantId }: Key, tool: string, input: unknown, more: object = {}) {
  const needs = { skills: [], modalities: [], tools: [tool], minContext: 0 }
  return performed(orderFor(tenantId, { work: 'tool', needs, input, ...more }))
}

function answering(answer: (call: HostCall) => Response | Promise<Response>): HostCall[] {
  return fakeHosts({ [HOST]: answer, 'deep.example.org': answer })
}

const failure = (code: string, isFinal: boolean, said = '') => ({
  kind: 'failed',
  failure: { code, message: expect.stringContaining(said) },
  isFinal,
})

describe('declared tools', () => {
  it('fill arguments and secrets in where they belong, and give what is wanted of the answer', async () => {
    const key = await tenantWith({ tools: TOOLS })
    await putSecret(key, SECRET)
    const calls = answering(() => Response.json({ name: '北京', now: { temperature: 21 }, more: 1 }))
    const { outcome } = await called(key, 'weather', { city: '北京/../x', days: 3, lang: 'zh' })
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { t: 21, place: '北京' } })
    expect(calls[0]?.url).toBe(
      `https://${HOST}/v1/${encodeURIComponent('北京/../x')}/weather?units=si&days=3&lang=zh`,
    )
    expect(calls[0]?.headers.get('authorization')).toBe(`Bearer ${SECRET}`)
  })

  it('send a body of values, and say which call it is where it must happen once', async () => {
    const key = await tenantWith({ tools: TOOLS })
    await putSecret(key, SECRET)
    const calls = answering(() => Response.json({ id: 7 }))
    const input = { item: { sku: 'a', tags: [1] }, who: '李' }
    const { outcome } = await called(key, 'order', input, { idempotencyKey: 'same-for-all' })
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { id: 7 } })
    expect(calls[0]?.body).toEqual({ item: { sku: 'a', tags: [1] }, note: 'for 李', token: SECRET })
    expect(calls[0]?.headers.get('idempotency-key')).toBe('same-for-all')
  })

  it('show no secret that a host repeats, however it writes it', async () => {
    const key = await tenantWith({ tools: { ...TOOLS, define: [{ ...TOOLS.define[0], result: null }] } })
    await putSecret(key, SECRET)
    const logs = watchLogs()
    for (const status of [200, 401]) {
      answering(() =>
        Response.json({ raw: SECRET, url: encodeURIComponent(SECRET), base: btoa(SECRET) }, { status }),
      )
      const { outcome, told } = await called(key, 'weather', { city: 'x' })
      const shown = JSON.stringify([outcome, told, logs.lines])
      expect(shown).toContain('[redacted]')
      for (const written of ['secret/of', encodeURIComponent(SECRET), btoa(SECRET)])
        expect(shown).not.toContain(written)
    }
  })

  it('want the secrets that they name', async () => {
    const key = await tenantWith({ tools: TOOLS })
    const calls = answering(() => Response.json({}))
    expect((await called(key, 'weather', { city: 'x' })).outcome).toMatchObject(
      failure('unknown_secret', true, "'WEATHER_KEY'"),
    )
    expect(calls).toEqual([])
  })

  it.each([
    [{}, `'arguments': it must have "city"`],
    [{ city: 7 }, "'arguments.city': it must be of type string"],
    [{ city: 'x', other: 1 }, "'arguments.other'"],
    ['text', 'must be an object'],
    [{ city: '..' }, "'city' cannot stand in an address"],
  ])('take no arguments like %j', async (input, message) => {
    const key = await tenantWith({ tools: TOOLS })
    await putSecret(key, SECRET)
    const calls = answering(() => Response.json({}))
    expect((await called(key, 'weather', input)).outcome).toMatchObject(
      failure('invalid_arguments', true, message),
    )
    expect(calls).toEqual([])
  })

  it.each([
    [400, true],
    [404, true],
    [302, true],
    [429, false],
    [503, false],
  ])('fail where the host answers %i', async (status, isFinal) => {
    const key = await tenantWith({ tools: TOOLS })
    const calls = answering(() => new Response('不行', { status, headers: { location: 'http://10.0.0.1/' } }))
    expect((await called(key, 'plain', null)).outcome).toMatchObject(
      failure('tool_http_error', isFinal, `Answered ${status}: 不行`),
    )
    expect(calls).toHaveLength(1)
  })

  it('fail where an answer is too long or too slow', async () => {
    const key = await tenantWith({ tools: TOOLS })
    answering(() => new Response(streamOf(Array.from({ length: 700 }, () => new Uint8Array(1_024)))))
    expect((await called(key, 'plain', {})).outcome).toMatchObject(failure('response_too_large', true))
    answering(() => new Response(streamOf([bytesOf('{'), bytesOf('}')], 1_000)))
    const slow = (await called(key, 'plain', {})).outcome
    expect(slow).toMatchObject({ ...failure('tool_timeout', false), reason: 'timeout' })
  })

  it('are not called again where nobody knows what came of a call that must happen once', async () => {
    const key = await tenantWith({ tools: TOOLS })
    await putSecret(key, SECRET)
    const calls = answering(() => sleep(1_000).then(() => Response.json({})))
    const given = { who: 'x'.repeat(100_000) }
    const { outcome, told } = await called(key, 'order', given)
    expect(outcome).toMatchObject({ ...failure('outcome_unknown', true), reason: 'lost' })
    // As after a restart: the call was begun, and that is all that is known.
    expect(JSON.stringify(told[0]).length).toBeLessThan(RUN_LIMITS.progressBytes)
    const again = await called(key, 'order', given, { carryOver: told[0] })
    expect(again.outcome).toMatchObject({ ...failure('outcome_unknown', true), reason: 'lost' })
    expect(calls).toHaveLength(1)
  })

  it('transform what they are given', async () => {
    const key = await tenantWith({ tools: TOOLS })
    const input = { people: [{ name: 'Ada' }, { name: '李' }] }
    expect((await called(key, 'pick', input)).outcome).toMatchObject({ output: ['Ada', '李'] })
    const made = await called(key, 'transform', { input, expression: 'length(people)' })
    expect(made.outcome).toMatchObject({ kind: 'succeeded', output: 2 })
    const wrong = await called(key, 'transform', { input, expression: 'people[' })
    expect(wrong.outcome).toMatchObject(failure('invalid_expression', true, 'at 7'))
    for (const deep of ['a|'.repeat(1_990), '('.repeat(3_900), 'a' + '[*]'.repeat(1_300)]) {
      const refused = await called(key, 'transform', { input, expression: `${deep}a` })
      expect(refused.outcome.kind === 'failed' ? refused.outcome.failure.code : 'done').not.toBe('internal')
    }
  })

  it('are called at MCP servers', async () => {
    const key = await tenantWith({ tools: TOOLS })
    const calls = answering(() =>
      Response.json({ jsonrpc: '2.0', id: 2, result: { content: [{ type: 'text', text: '3 found' }] } }),
    )
    const { outcome } = await called(key, 'search', { q: 'tea' })
    expect(outcome).toMatchObject({ kind: 'succeeded', output: '3 found' })
    expect(calls[0]?.body).toMatchObject({ params: { name: 'find', arguments: { q: 'tea' } } })
  })

  it('are nobody’s where they are not declared', async () => {
    const key = await tenantWith({ tools: TOOLS })
    expect((await called(key, 'telepathy', {})).outcome).toMatchObject(
      failure('unknown_tool', true, "'telepathy'"),
    )
  })
})

describe('http_request', () => {
  it('asks hosts that are allowed, and tells status, headers and body', async () => {
    const key = await tenantWith({ tools: TOOLS })
    const calls = answering(() =>
      Response.json({ ok: true }, { headers: { 'set-cookie': 'a=b', etag: 'x' } }),
    )
    const url = 'https://deep.example.org/a?b=c'
    const input = { method: 'POST', url, headers: { 'X-Mine': '1' }, body: { city: '成都' } }
    const { outcome } = await called(key, 'http_request', input)
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      output: { status: 200, headers: { 'content-type': 'application/json', etag: 'x' }, body: { ok: true } },
    })
    expect(JSON.stringify(outcome)).not.toContain('a=b')
    expect(calls[0]).toMatchObject({ url, body: { city: '成都' } })
    expect(calls[0]?.headers.get('x-mine')).toBe('1')
  })

  it.each([
    ['https://other.example.com/', 'host_not_allowed'],
    ['https://example.org/', 'host_not_allowed'],
    ['https://api.example.com.evil.com/', 'host_not_allowed'],
    ['https://api.example.com:8443/', 'host_not_allowed'],
    ['https://169.254.169.254/latest/', 'host_not_allowed'],
    ['http://api.example.com/', 'host_not_allowed'],
    ['https://user:pass@api.example.com/', 'host_not_allowed'],
    ['file:///etc/passwd', 'host_not_allowed'],
    ['nonsense', 'host_not_allowed'],
  ])('does not ask %s', async (url, code) => {
    const key = await tenantWith({ tools: TOOLS })
    const calls = answering(() => Response.json({}))
    expect((await called(key, 'http_request', { url })).outcome).toMatchObject(failure(code, true))
    expect(calls).toEqual([])
  })

  it.each([
    { headers: { host: 'other.example.com' } },
    { headers: { 'x-forwarded-for': '127.0.0.1' } },
    { headers: { 'x-a': 'b\r\nx-c: d' } },
    { body: 'GET with a body' },
    { method: 'TRACE' },
  ])('takes no arguments like %j', async (more) => {
    const key = await tenantWith({ tools: TOOLS })
    const calls = answering(() => Response.json({}))
    const { outcome } = await called(key, 'http_request', { url: `https://${HOST}/`, ...more })
    expect(outcome).toMatchObject(failure('invalid_arguments', true))
    expect(calls).toEqual([])
  })

  it('follows no redirect, and cuts what is too long', async () => {
    const key = await tenantWith({ tools: TOOLS })
    const redirect = { status: 302, headers: { location: 'https://169.254.169.254/' } }
    const calls = answering(() => new Response(null, redirect))
    const moved = await called(key, 'http_request', { url: `https://${HOST}/` })
    expect(moved.outcome).toMatchObject(failure('tool_http_error', true, '302'))
    expect(calls).toHaveLength(1)
    answering(() => new Response('长'.repeat(300_000)))
    const long = await called(key, 'http_request', { url: `https://${HOST}/` })
    expect(long.outcome).toMatchObject({ kind: 'succeeded', output: { truncated: true } })
  })

  it('fills in no secrets: whoever writes its arguments could send them anywhere', async () => {
    const key = await tenantWith({ tools: TOOLS })
    await putSecret(key, SECRET)
    const calls = answering(() => Response.json({}))
    const headers = { 'x-key': '{{secret.WEATHER_KEY}}' }
    await called(key, 'http_request', { url: `https://${HOST}/`, headers })
    expect(calls[0]?.headers.get('x-key')).toBe('{{secret.WEATHER_KEY}}')
  })
})
