import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeHosts, OPENAI, OPENAI_FIRST, openaiAnswer, openaiStream, OPENROUTER, refusal } from './hosts.ts'
import { decisionIdOf, errorOf, eventsOf, mintKey, post, recorded } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const complete = (key: Parameters<typeof post>[0], fields: object) =>
  post(key, '/v1/completions', { model: 'gpt-4.1-mini', prompt: 'Once', ...OPENAI_FIRST, ...fields })

describe('POST /v1/completions', () => {
  it('asks a model that chats, and answers with a text', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ [OPENAI]: () => openaiAnswer(' upon a time') })
    const answer = await complete(key, { max_tokens: 16, echo: true })
    expect(calls).toMatchObject([{ body: { messages: [{ role: 'user', content: 'Once' }] } }])
    expect(answer.headers.get('x-switchyard-model')).toBe('openai/gpt-4.1-mini')
    expect(await answer.json()).toMatchObject({
      id: expect.stringMatching(/^cmpl_/),
      object: 'text_completion',
      model: 'openai/gpt-4.1-mini',
      choices: [{ text: 'Once upon a time', index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1_000, completion_tokens: 200 },
    })
    expect((await recorded(key, decisionIdOf(answer))).decision).toMatchObject({ status: 'succeeded' })
  })

  it('streams it, and ends with [DONE]', async () => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => openaiStream([' upon', ' a time']) })
    const answer = await complete(key, { stream: true, stream_options: { include_usage: true } })
    const events = await eventsOf(answer)
    expect(events).toMatchObject([
      { object: 'text_completion', choices: [{ text: ' upon', finish_reason: null }], usage: null },
      { choices: [{ text: ' a time' }] },
      { choices: [{ text: '', finish_reason: 'stop' }] },
      { choices: [], usage: { total_tokens: 1_200 } },
      '[DONE]',
    ])
  })

  it('falls back and fails like a chat', async () => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => refusal(500, 'Broken'), [OPENROUTER]: () => openaiAnswer('Hello') })
    expect((await complete(key, {})).headers.get('x-switchyard-reason')).toBe('fallback_error')
    fakeHosts({ [OPENAI]: () => refusal(400, 'Too odd') })
    expect(await errorOf(await complete(key, {}))).toMatchObject({ status: 400, code: 'provider_rejected' })
  })

  it('refuses several prompts, and names them', async () => {
    const refused = await complete(await mintKey(), { prompt: ['one', 'two'] })
    expect(await errorOf(refused)).toMatchObject({ status: 400, param: 'prompt' })
  })
})
