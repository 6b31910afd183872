import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../../src/core/chat.ts'
import type { Target } from '../../../src/providers/adapter.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import { ask, bodyOf, eventStream, fetching } from '../../contract/host.ts'
import { COMPATIBLE, OPENAI, requestWith, SCHEMA } from './conversation.ts'

const takesChoices = openaiChat(OPENAI)
const oneByOne = openaiChat(COMPATIBLE)
const THREE = requestWith({ sampling: { choices: 3, temperature: 1 } })

const chunk = (choice: object, usage?: object) => `data: ${JSON.stringify({ choices: [choice], usage })}\n\n`
const END = `${chunk({ delta: {}, finish_reason: 'stop' }, { prompt_tokens: 10, completion_tokens: 2 })}data: [DONE]\n\n`
const called = (fn: object) => chunk({ delta: { tool_calls: [{ index: 0, id: 'c', function: fn }] } })
const saying = (content: string) => chunk({ delta: { content } })

/** A host that answers its calls with these bodies, in order. `sent`: what it was sent; `signals` end its calls. */
function host(...bodies: readonly (ReadableStream<Uint8Array> | string)[]) {
  const sent: unknown[] = []
  const signals: (AbortSignal | null | undefined)[] = []
  const fetch = fetching((_, init) => {
    const body = bodies[sent.length] ?? ''
    sent.push(JSON.parse(typeof init.body === 'string' ? init.body : 'null'))
    signals.push(init.signal)
    return eventStream(body)
  })
  return { sent, signals, fetch }
}

describe('several choices', () => {
  it('are asked for at once where the host takes the number', async () => {
    const { fetch, sent } = host(saying('A') + END)
    await Array.fromAsync(ask(takesChoices, fetch, { request: THREE }))
    expect(sent).toMatchObject([{ n: 3, temperature: 1 }])
  })

  it('are asked for one by one elsewhere, and come as one answer', async () => {
    const { fetch, sent } = host(saying('A') + END, saying('B') + END, saying('C') + END)
    const events = await Array.fromAsync(ask(oneByOne, fetch, { request: THREE }))
    expect(sent).toHaveLength(3)
    for (const body of sent) {
      expect(body).toMatchObject({ temperature: 1 })
      expect(body).not.toHaveProperty('n')
    }
    expect(events.slice(0, -1)).toEqual(
      expect.arrayContaining([
        { type: 'text-delta', text: 'A' },
        { type: 'text-delta', text: 'B', choice: 1 },
        { type: 'text-delta', text: 'C', choice: 2 },
      ]),
    )
    expect(events.at(-1)).toMatchObject({
      otherReasons: ['stop', 'stop'],
      usage: { inputTokens: 30, outputTokens: 6 },
    })
  })

  it('share what the call may write', async () => {
    const { fetch, sent } = host(saying('A') + END, saying('B') + END, saying('C') + END)
    await Array.fromAsync(ask(oneByOne, fetch, { request: THREE, target: { outputCap: 301 } }))
    expect(sent).toMatchObject([{ max_tokens: 100 }, { max_tokens: 100 }, { max_tokens: 100 }])
  })

  it('end with the first failure, and the connections of the others are closed at once', async () => {
    const silent = () => bodyOf([saying('A')], 'silence')
    const { fetch, signals } = host(silent(), bodyOf([saying('B')], 'break'), silent())
    const events = await Array.fromAsync(ask(oneByOne, fetch, { request: THREE }))
    expect(events.at(-1)).toMatchObject({ type: 'answer-error', code: 'provider_failed' })
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true, true])
  })
})

describe('JSON from a model that cannot be asked for it', () => {
  it('comes through a tool, as text', async () => {
    const output = { type: 'json_schema', name: 'person', schema: SCHEMA } as const
    const request: ChatRequest = requestWith({ output })
    const { fetch, sent } = host(
      called({ name: 'json_answer', arguments: '' }) +
        called({ arguments: '{"name":"Ada"}' }) +
        END.replace('"stop"', '"tool_calls"'),
    )
    const events = await Array.fromAsync(
      ask(oneByOne, fetch, { request, target: { structuredOutput: 'none' } }),
    )
    expect(events).toMatchObject([
      { type: 'text-delta', text: '{"name":"Ada"}' },
      { type: 'answer-end', reason: 'stop' },
    ])
    expect(sent).toMatchObject([{ tools: [{ function: { parameters: SCHEMA } }] }])
    expect(sent[0]).not.toHaveProperty('response_format')
  })
})

describe("a caller of the host's own format", () => {
  const body = { messages: [{ role: 'user', content: 'Hello' }], seed: 7, future_field: true }
  const native = { format: 'openai-chat' as const, body, headers: {}, droppedElsewhere: [], onlyHere: [] }
  const request = requestWith({ native })
  const relays = openaiChat({ ...OPENAI, relays: true })
  const whole = {
    choices: [{ message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 2 },
  }

  it("gets the host's own events, and our own where another model may have to go on", async () => {
    const { fetch, sent } = host(saying('Hi') + END, saying('Hi') + END)
    const typesOf = async (target: Partial<Target>) =>
      (await Array.fromAsync(ask(relays, fetch, { request, target }))).map(({ type }) => type)
    expect(await typesOf({})).toEqual(['relay', 'answer-end'])
    expect(await typesOf({ relay: false })).toEqual(['text-delta', 'answer-end'])
    expect(sent[1]).toEqual(sent[0])
    expect(sent[1]).toHaveProperty('future_field', true)
  })

  it("gets the host's own body, or our events of it", async () => {
    const fetch = fetching(() => Response.json(whole))
    const endOf = async (target: Partial<Target>) =>
      (await Array.fromAsync(ask(relays, fetch, { request, stream: false, target }))).at(-1)
    expect(await endOf({})).toHaveProperty('native', { body: whole })
    expect(await endOf({ relay: false })).not.toHaveProperty('native')
  })
})
