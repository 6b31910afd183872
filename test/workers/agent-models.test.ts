import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { ANTHROPIC, anthropicAnswer, anthropicStream, fakeHosts } from './hosts.ts'
import {
  ask,
  chat,
  contentOf,
  errorOf,
  eventsOf,
  get,
  jsonRequest,
  type Key,
  mintKey,
  post,
} from './world.ts'

afterEach(() => vi.restoreAllMocks())

const PROMPT = '你是織工，只談織布。'
const MODEL = 'anthropic/claude-haiku-4.5'
const AT_ANTHROPIC = { provider: { only: ['anthropic'] } }

async function weaver(fields: object = {}, scopes = 'inference agents'): Promise<Key> {
  const owner = await mintKey()
  const body = { kind: 'model', model: MODEL, prompt: PROMPT, ...fields }
  const put = { ...jsonRequest(owner, body), method: 'PUT' }
  expect((await exports.default.fetch('http://switchyard/v1/agents/weaver', put)).status).toBe(201)
  return mintKey({ tenantId: owner.tenantId, scopes })
}

const sent = z.object({ body: z.object({ system: z.unknown(), messages: z.array(z.unknown()) }) })

describe('agent/<id>', () => {
  it('answers as its model does, with its prompt before the conversation', async () => {
    const key = await weaver()
    const calls = fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('經緯') })
    const answer = await chat(key, 'agent/weaver', AT_ANTHROPIC)
    expect(await answer.json()).toMatchObject({ model: MODEL, choices: [{ message: { content: '經緯' } }] })
    expect(answer.headers.get('x-switchyard-model')).toBe(MODEL)
    expect(answer.headers.get('x-switchyard-agent')).toBe('weaver')
    expect(JSON.stringify(sent.parse(calls[0]).body.system)).toContain(PROMPT)
    expect(sent.parse(calls[0]).body.messages).toHaveLength(1)
  })

  it('streams, and speaks the other protocols too', async () => {
    const key = await weaver({ model: null })
    fakeHosts({ [ANTHROPIC]: () => anthropicStream(['經', '緯']) })
    const body = ask('AGENT/Weaver', { ...AT_ANTHROPIC, max_tokens: 100, stream: true })
    expect(contentOf(await eventsOf(await post(key, '/v1/chat/completions', body)))).toBe('經緯')
    const message = await post(key, '/v1/messages', body)
    expect(await message.text()).toContain('message_stop')
    const response = await post(key, '/v1/responses', {
      model: 'agent/weaver',
      input: 'Hello',
      stream: true,
      ...AT_ANTHROPIC,
    })
    expect(await response.text()).toContain('response.completed')
  })

  it('answers from elsewhere by a run of one task', async () => {
    const key = await mintKey()
    const body = { kind: 'http', url: 'https://agents.example.com/loom', skills: [{ id: 'weaving' }] }
    const put = { ...jsonRequest(key, body), method: 'PUT' }
    expect((await exports.default.fetch('http://switchyard/v1/agents/loom', put)).status).toBe(201)
    const calls = fakeHosts({ 'agents.example.com': () => Response.json({ output: '一匹布' }) })
    const answer = await chat(key, 'agent/loom')
    expect(await answer.json()).toMatchObject({
      model: 'agent/loom',
      choices: [{ message: { content: '一匹布' } }],
    })
    expect(calls[0]?.body).toMatchObject({ input: 'Say hello.' })
    const run = await get(key, `/v1/runs/${answer.headers.get('x-switchyard-run-id')}`)
    expect(await run.json()).toMatchObject({ tasks: [{ id: 'answer', agent: 'loom', status: 'succeeded' }] })
  })

  it('is refused where there is no such agent, or the key lacks the scope', async () => {
    const key = await weaver()
    expect(await errorOf(await chat(key, 'agent/spinner'))).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
    })
    const other = await mintKey()
    expect(await errorOf(await chat(other, 'agent/weaver'))).toMatchObject({ code: 'model_not_found' })
    await post(key, '/v1/agents/weaver/drain', {})
    expect(await errorOf(await chat(key, 'agent/weaver'))).toMatchObject({ code: 'no_eligible_model' })
    const without = await mintKey({ tenantId: key.tenantId, scopes: 'inference' })
    for (const model of ['agent/weaver', 'switchyard/team']) {
      expect(await errorOf(await chat(without, model))).toMatchObject({
        status: 403,
        code: 'insufficient_scope',
      })
    }
  })
})

describe('GET /v1/models', () => {
  const list = z.object({ data: z.array(z.looseObject({ id: z.string() })) })
  const idsFor = async (key: Key) =>
    list.parse(await (await get(key, '/v1/models')).json()).data.map(({ id }) => id)

  it('has the agents that show themselves, for keys that may ask them', async () => {
    const key = await weaver()
    expect(await idsFor(key)).toEqual(
      expect.arrayContaining(['switchyard/team', 'agent/weaver', 'agent/coder']),
    )
    expect(await (await get(key, '/v1/models/agent/weaver')).json()).toMatchObject({
      id: 'agent/weaver',
      virtual: true,
    })
    expect((await get(key, '/v1/models/switchyard/team')).status).toBe(200)
    expect((await get(key, '/v1/models/agent/spinner')).status).toBe(404)
    const hidden = await weaver({ visibility: 'hidden' })
    expect(await idsFor(hidden)).not.toContain('agent/weaver')
    const without = await mintKey({ tenantId: key.tenantId, scopes: 'inference' })
    expect((await idsFor(without)).filter((id) => /^agent|team/.test(id))).toEqual([])
  })
})
