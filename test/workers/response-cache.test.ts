import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  ANTHROPIC,
  anthropicAnswer,
  anthropicStream,
  fakeHosts,
  type HostCall,
  OPENAI,
  openaiAnswer,
  openaiStream,
} from './hosts.ts'
import { ask, decisionIdOf, eventsOf, fetchWith, get, jsonRequest, type Key, mintKey } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const MODEL = 'openai/gpt-4o'
const HOUR = { provider: { only: ['openai'] }, cache: { ttl: 3_600 } }
const WORDS = 'Tides are the rise and fall of the sea. 潮汐 🌊 come twice a day, and the moon pulls them.'

const streaming = (said: unknown) => z.object({ stream: z.literal(true) }).safeParse(said).success

/** A host of OpenAI's whose every answer is another one. */
function differing(): HostCall[] {
  const calls = fakeHosts({
    [OPENAI]: ({ body }) => {
      const text = `${WORDS} (${calls.length})`
      return streaming(body) ? openaiStream([text.slice(0, 9), text.slice(9)]) : openaiAnswer(text)
    },
  })
  return calls
}

const cacheOf = (answer: Response) => answer.headers.get('x-switchyard-cache')

const chatBody = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number(), cost: z.number() }),
})
const read = async (answer: Response) => chatBody.parse(await answer.json())

/** One isolate, whose background work ends before its answers are looked at: answers are kept in the background. */
const isolate = { ...env }
const post = (key: Key, path: string, body: object, headers: Record<string, string> = {}) =>
  fetchWith(isolate, path, jsonRequest(key, body, headers))
const chat = (key: Key, model: string, fields: object, headers: Record<string, string> = {}) =>
  post(key, '/v1/chat/completions', ask(model, fields), headers)

describe('an answer to an equal question', () => {
  it('is the kept one: same words and usage, no host asked, no cost', async () => {
    const key = await mintKey()
    const calls = differing()
    const first = await chat(key, MODEL, HOUR)
    expect(cacheOf(first)).toBe('miss')
    const made = await read(first)
    const second = await chat(key, MODEL, HOUR)
    expect(cacheOf(second)).toBe('hit')
    const again = await read(second)
    expect(again.choices[0]?.message.content).toBe(`${WORDS} (1)`)
    expect(again.usage).toEqual({ ...made.usage, cost: 0 })
    expect(calls).toHaveLength(1)
    expect(decisionIdOf(second)).toBe(decisionIdOf(first))
    expect(Object.fromEntries(second.headers)).toMatchObject({
      'x-switchyard-model': MODEL,
      'x-switchyard-provider': 'openai',
      'x-switchyard-attempts': '0',
      'x-switchyard-cost-usd': '0',
    })
  })

  it('is never another tenant’s, and is shared by the keys of one', async () => {
    const key = await mintKey()
    const calls = differing()
    await (await chat(key, MODEL, HOUR)).text()
    expect(cacheOf(await chat(await mintKey({ tenantId: key.tenantId }), MODEL, HOUR))).toBe('hit')
    expect(cacheOf(await chat(await mintKey(), MODEL, HOUR))).toBe('miss')
    expect(cacheOf(await chat(await mintKey({ tenantId: `${key.tenantId}/1` }), MODEL, HOUR))).toBe('miss')
    expect(calls).toHaveLength(3)
  })

  it('is not the one of other rules', async () => {
    const key = await mintKey()
    const calls = differing()
    const put = (document: object, headers: Record<string, string> = {}) =>
      fetchWith(isolate, '/v1/config', { ...jsonRequest(key, document, headers), method: 'PUT' })
    await (await chat(key, MODEL, HOUR)).text()
    expect((await put({})).status).toBe(201)
    expect(cacheOf(await chat(key, MODEL, HOUR))).toBe('miss')
    expect(cacheOf(await chat(key, MODEL, HOUR))).toBe('hit')
    expect((await put({ num_retries: 1 }, { 'if-match': '"1"' })).status).toBe(200)
    expect(cacheOf(await chat(key, MODEL, HOUR))).toBe('miss')
    expect(calls).toHaveLength(3)
  })

  it('may be asked for by somebody else, and in another session', async () => {
    const key = await mintKey()
    differing()
    await (await chat(key, MODEL, { ...HOUR, user: 'ann' })).text()
    const other = { user: 'bob', metadata: { a: 'b' }, session_id: 's' }
    expect(cacheOf(await chat(key, MODEL, { ...HOUR, ...other }))).toBe('hit')
  })

  it.each<[string, object]>([
    ['another temperature', { temperature: 0.1 }],
    ['another form', { response_format: { type: 'json_object' } }],
    ['another length', { max_tokens: 7 }],
    ['another field of the host', { logit_bias: { '50256': -100 } }],
    ['other hosts', { provider: { order: ['openai'] } }],
    ['others who look at it', { plugins: [{ id: 'verify' }] }],
    ['other fallbacks', { models: ['openai/gpt-4o-mini'] }],
    ['another instruction', { messages: [{ role: 'system', content: 'Say hello.' }] }],
  ])('is not the answer with %s', async (_name, fields) => {
    const key = await mintKey()
    differing()
    await (await chat(key, MODEL, HOUR)).text()
    const other = await chat(key, MODEL, { ...HOUR, ...fields })
    expect(cacheOf(other)).toBe('miss')
    await other.text()
  })

  it('tells the decision that once made it, when that is wanted', async () => {
    const key = await mintKey()
    differing()
    await (await chat(key, MODEL, HOUR)).text()
    const hit = await chat(key, MODEL, HOUR, { 'x-switchyard-metadata': 'enabled' })
    expect(await hit.json()).toMatchObject({
      switchyard: { id: decisionIdOf(hit), cache: 'hit', cost_usd: 0 },
    })
  })
})

describe('the wish for a cache', () => {
  it('may be to read no kept answer, and yet to keep the new one', async () => {
    const key = await mintKey()
    differing()
    await (await chat(key, MODEL, HOUR)).text()
    const anew = await chat(key, MODEL, { ...HOUR, cache: { ttl: 3_600, 'no-cache': true } })
    expect(cacheOf(anew)).toBe('miss')
    expect((await read(anew)).choices[0]?.message.content).toBe(`${WORDS} (2)`)
    expect((await read(await chat(key, MODEL, HOUR))).choices[0]?.message.content).toBe(`${WORDS} (2)`)
  })

  it('may be to keep nothing', async () => {
    const key = await mintKey()
    differing()
    const quiet = { ...HOUR, cache: { ttl: 3_600, 'no-store': true } }
    for (let round = 0; round < 2; round += 1) {
      const answer = await chat(key, MODEL, quiet)
      expect(cacheOf(answer)).toBe('miss')
      await answer.text()
    }
  })

  it('says how old an answer may be', async () => {
    const key = await mintKey()
    differing()
    await (await chat(key, MODEL, HOUR)).text()
    const clock = vi.spyOn(Date, 'now')
    const now = Date.now()
    clock.mockImplementation(() => now + 61_000)
    expect(cacheOf(await chat(key, MODEL, HOUR))).toBe('hit')
    expect(cacheOf(await chat(key, MODEL, { ...HOUR, cache: { ttl: 60, 'no-store': true } }))).toBe('miss')
    clock.mockImplementation(() => now + 3_601_000)
    expect(cacheOf(await chat(key, MODEL, { ...HOUR, cache: { ttl: 3_600, 'no-store': true } }))).toBe('miss')
  })

  it.each<[string, object]>([
    ['nobody has it', { cache: null }],
    ['it is for no time', { cache: { ttl: 0 } }],
    ['it is neither to read nor to keep', { cache: { ttl: 60, 'no-cache': true, 'no-store': true } }],
    ['tools may be called', { tools: [{ type: 'function', function: { name: 'look' } }] }],
    ['the host has tools of its own', { tools: [{ type: 'web_search' }] }],
    ['several answers are wanted', { n: 2 }],
    ['log-probabilities are wanted', { logprobs: true }],
    ['the format has words that we lack', { web_search_options: {} }],
  ])('is passed by where %s', async (_name, fields) => {
    const key = await mintKey()
    differing()
    for (let round = 0; round < 2; round += 1) {
      const answer = await chat(key, MODEL, { ...HOUR, ...fields })
      expect(cacheOf(answer)).toBe('bypass')
      await answer.text()
    }
  })

  it('does not keep what is no whole answer', async () => {
    const key = await mintKey()
    fakeHosts({
      [OPENAI]: async () => {
        const body = await openaiAnswer('Half').text()
        return new Response(body.replace('"stop"', '"length"'), {
          headers: { 'content-type': 'application/json' },
        })
      },
    })
    await (await chat(key, MODEL, HOUR)).text()
    expect(cacheOf(await chat(key, MODEL, HOUR))).toBe('miss')
  })

  it('does not keep a stream that broke off', async () => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => openaiStream(['Half'], 'broken') })
    await (await chat(key, MODEL, { ...HOUR, stream: true })).text()
    expect(cacheOf(await chat(key, MODEL, { ...HOUR, stream: true }))).toBe('miss')
  })
})

/** How each protocol asks the same. */
const PROTOCOLS: [string, string, (fields: object) => object][] = [
  [
    '/v1/chat/completions',
    'openai/gpt-4o',
    (fields) => ({ messages: [{ role: 'user', content: 'Tides?' }], ...fields }),
  ],
  [
    '/v1/messages',
    'anthropic/claude-haiku-4.5',
    (fields) => ({ max_tokens: 99, messages: [{ role: 'user', content: 'Tides?' }], ...fields }),
  ],
  ['/v1/responses', 'anthropic/claude-haiku-4.5', (fields) => ({ input: 'Tides?', store: false, ...fields })],
]

const delta = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string() }) })).optional(),
  delta: z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)]).optional(),
})

/** The text deltas of a stream in any of the protocols. */
async function deltasOf(answer: Response): Promise<string[]> {
  return (await eventsOf(answer)).flatMap((event) => {
    const piece = delta.safeParse(event).data
    return piece?.choices?.[0]?.delta.content ?? piece?.delta ?? []
  })
}

/** Everything said in an answer that is not streamed. */
function textIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([name, each]) =>
      typeof each === 'string' && /^(?:text|content)$/.test(name) ? each : textIn(each),
    )
    .join('')
}

const hosts = () =>
  fakeHosts({
    [OPENAI]: ({ body: said }) => (streaming(said) ? openaiStream([WORDS]) : openaiAnswer(WORDS)),
    [ANTHROPIC]: ({ body: said }) => (streaming(said) ? anthropicStream([WORDS]) : anthropicAnswer(WORDS)),
  })

describe.each(PROTOCOLS)('at %s, a kept answer', (path, model, body) => {
  const asking = (key: Key, stream: boolean) =>
    post(key, path, { model, cache: { ttl: 60 }, provider: { ignore: ['openrouter'] }, ...body({ stream }) })

  it('is streamed, in pieces, though it was given whole', async () => {
    const key = await mintKey()
    const calls = hosts()
    expect(textIn(await (await asking(key, false)).json())).toBe(WORDS)
    const answer = await asking(key, true)
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const deltas = await deltasOf(answer)
    expect(deltas.join('')).toBe(WORDS)
    expect(deltas.length).toBeGreaterThan(3)
    expect(calls).toHaveLength(1)
  })

  it('is given whole, though it was streamed', async () => {
    const key = await mintKey()
    const calls = hosts()
    expect((await deltasOf(await asking(key, true))).join('')).toBe(WORDS)
    const answer = await asking(key, false)
    expect(textIn(await answer.json())).toBe(WORDS)
    expect(calls).toHaveLength(1)
  })
})

const idOf = async (answer: Response) => z.object({ id: z.string() }).parse(await answer.json()).id

describe('a kept response', () => {
  it('is one of its own, which may be fetched', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer(WORDS) })
    const asked = {
      model: 'anthropic/claude-haiku-4.5',
      provider: { only: ['anthropic'] },
      cache: { ttl: 60 },
    }
    const respond = () => post(key, '/v1/responses', { ...asked, input: 'Tides?' })
    const first = await idOf(await respond())
    const hit = await respond()
    expect(cacheOf(hit)).toBe('hit')
    const second = await idOf(hit)
    expect(second).not.toBe(first)
    expect(textIn(await (await get(key, `/v1/responses/${second}`)).json())).toBe(WORDS)
  })
})
