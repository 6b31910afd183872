import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  ANTHROPIC,
  anthropicAnswer,
  fakeHosts,
  GOOGLE,
  googleAnswer,
  OPENAI,
  openaiAnswer,
  OPENROUTER,
  refusal,
} from './hosts.ts'
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

const TEAM = 'switchyard/team'
const runShape = z.looseObject({
  id: z.string(),
  status: z.string(),
  usage: z.object({ tokens: z.int(), cost_usd: z.number() }),
})

function everybody(text: string) {
  return fakeHosts({
    [OPENAI]: () => openaiAnswer(text),
    [ANTHROPIC]: () => anthropicAnswer(text),
    [GOOGLE]: () => googleAnswer(text),
    [OPENROUTER]: () => openaiAnswer(text),
  })
}

const nobody = () => refusal(400, 'Not today')
const silent = () => new Promise<Response>(() => undefined)
function all(answer: () => Response | Promise<Response>) {
  return fakeHosts({ [OPENAI]: answer, [ANTHROPIC]: answer, [GOOGLE]: answer, [OPENROUTER]: answer })
}

const runOf = async (key: Key, answer: Response) =>
  runShape.parse(await (await get(key, `/v1/runs/${answer.headers.get('x-switchyard-run-id')}`)).json())

describe('switchyard/team', () => {
  it('answers with what a run of the last words gives, and takes what that took', async () => {
    const key = await mintKey()
    const calls = everybody('你好，世界')
    const answer = await chat(key, TEAM, { messages: [{ role: 'user', content: '用一句話打招呼。' }] })
    const run = await runOf(key, answer)
    expect(run).toMatchObject({ status: 'succeeded', goal: '用一句話打招呼。', output: '你好，世界' })
    expect(await answer.json()).toMatchObject({
      object: 'chat.completion',
      model: TEAM,
      choices: [{ message: { content: '你好，世界' }, finish_reason: 'stop' }],
      usage: { total_tokens: run.usage.tokens },
    })
    expect(answer.headers.get('x-switchyard-cost-usd')).toBe(String(run.usage.cost_usd))
    expect(calls.length).toBeGreaterThan(0)
  })

  it('streams how far the run is as comments, then the answer', async () => {
    const key = await mintKey()
    everybody('Hello, world')
    const body = ask(TEAM, { stream: true, stream_options: { include_usage: true } })
    const answer = await post(key, '/v1/chat/completions', body)
    const text = await answer.clone().text()
    expect(text).toMatch(
      /^: switchyard team run\.planned 0\/1\n\n: switchyard team task\.started \w+ 0\/1\n\n/,
    )
    expect(text).toMatch(/: switchyard team task\.succeeded \w+ 1\/1\n\n/)
    const events = await eventsOf(answer)
    expect(contentOf(events)).toBe('Hello, world')
    expect(events.at(-1)).toBe('[DONE]')
    expect(events.at(-2)).toMatchObject({ usage: { total_tokens: (await runOf(key, answer)).usage.tokens } })
  })

  it('answers in the other protocols', async () => {
    const key = await mintKey()
    everybody('Hello')
    const message = await post(key, '/v1/messages', ask(TEAM, { max_tokens: 100 }))
    expect(await message.json()).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hello' }],
    })
    const response = await post(key, '/v1/responses', { model: TEAM, input: 'Say hello.', stream: true })
    expect(await response.text()).toContain('event: response.completed')
    const whole = await post(key, '/v1/responses', { model: TEAM, input: 'Say hello.', background: true })
    const { id } = z.object({ id: z.string() }).parse(await whole.json())
    await expect
      .poll(async () => (await get(key, `/v1/responses/${id}`)).json(), { timeout: 10_000, interval: 500 })
      .toMatchObject({ status: 'completed', model: TEAM, output: [{ content: [{ text: 'Hello' }] }] })
  })

  it('says in the caller’s protocol that no answer came', async () => {
    const key = await mintKey()
    all(nobody)
    const failed = await errorOf(await chat(key, TEAM))
    expect(failed).toMatchObject({ status: 502, code: 'provider_failed' })
    expect(failed.message).toContain('The run gave no answer')
    const message = await post(key, '/v1/messages', ask(TEAM, { max_tokens: 100 }))
    expect(await message.json()).toMatchObject({ type: 'error' })
    const streamed = await eventsOf(await chat(key, TEAM, { stream: true }))
    expect(streamed.at(-1)).toMatchObject({ error: { code: 'provider_failed' } })
  })

  it('is cancelled with its caller', async () => {
    const key = await mintKey()
    all(silent)
    const leave = new AbortController()
    const init = jsonRequest(key, ask(TEAM, { stream: true }))
    const answer = await exports.default.fetch('http://switchyard/v1/chat/completions', {
      ...init,
      signal: leave.signal,
    })
    expect((await runOf(key, answer)).status).toMatch(/planning|running/)
    await answer.body?.cancel()
    leave.abort()
    await expect
      .poll(async () => (await runOf(key, answer)).status, { timeout: 15_000, interval: 1_500 })
      .toBe('cancelled')
  }, 20_000)

  it('refuses what agents do not give', async () => {
    const key = await mintKey()
    const format = { response_format: { type: 'json_object' } }
    expect(await errorOf(await chat(key, TEAM, format))).toMatchObject({
      status: 400,
      param: 'response_format',
    })
  })
})
