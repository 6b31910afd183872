import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import worker from '../../src/worker.ts'
import { ALONE, crewAt, HAIKU, MINI, MODELS, sentIn, streaming } from './crew.ts'
import { sleep } from './hosts.ts'
import { chat, decisionIdOf, jsonRequest, type Key, mintKey, post, recorded } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const WORDS = 'Tides come twice a day. The moon pulls the sea, 潮汐 🌊, and so does the sun, though less.'
const PANEL = [{ id: 'panel', models: MODELS, aggregation: 'vote' }]
/** Nobody trusts the first so much that the second is not asked. */
const CASCADE = [{ id: 'cascade', models: [MINI, HAIKU], threshold: 1, samples: 0 }]

const QUESTION = 'How do the tides come about?'
const messages = [{ role: 'user', content: QUESTION }]

type Event = { event: string | null; data: unknown }

/** The events of a stream and the comments between them, which must be nothing but that. */
function framesIn(text: string): { comments: string[]; events: Event[]; firstEventAt: number } {
  expect(text.endsWith('\n\n')).toBe(true)
  const frames = text.slice(0, -2).split('\n\n')
  const events = frames.flatMap((frame): Event[] => {
    if (frame.startsWith(': ')) return []
    const found = /^(?:event: (?<event>\S+)\n)?data: (?<data>[^\n]+)$/.exec(frame)?.groups
    if (!found) throw new Error(`Not an event: ${frame}`)
    const { event = null, data = '' } = found
    return [{ event, data: data === '[DONE]' ? data : JSON.parse(data) }]
  })
  const comments = frames.filter((frame) => frame.startsWith(': '))
  return { comments, events, firstEventAt: frames.findIndex((frame) => !frame.startsWith(': ')) }
}

const member = z.object({
  role: z.string(),
  number: z.number(),
  model: z.string(),
  output_tokens: z.number(),
})
const usageOf = (input: string, output: string) =>
  z
    .object({ [input]: z.number(), [output]: z.number(), members: z.array(member) })
    .transform((usage) => ({ output: usage[output], members: z.array(member).parse(usage['members']) }))

type Read = { text: string; model: string; usage: { output: unknown; members: z.infer<typeof member>[] } }

/** How each protocol is asked for a stream, and what its events say, which must be those of the protocol, in order. */
const PROTOCOLS: [string, object, (events: readonly Event[]) => Read][] = [
  [
    '/v1/chat/completions',
    { messages, stream_options: { include_usage: true } },
    (events) => {
      expect(events.at(-1)?.data).toBe('[DONE]')
      const chunk = z.object({
        object: z.literal('chat.completion.chunk'),
        model: z.string(),
        choices: z.array(z.object({ delta: z.object({ content: z.string().optional() }) })),
      })
      const chunks = events.slice(0, -1).map(({ data }) => chunk.parse(data))
      const last = z
        .object({ usage: usageOf('prompt_tokens', 'completion_tokens') })
        .parse(events.at(-2)?.data)
      return {
        text: chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''),
        model: [...new Set(chunks.map(({ model }) => model))].join(),
        usage: last.usage,
      }
    },
  ],
  [
    '/v1/messages',
    { messages, max_tokens: 900 },
    (events) => {
      const names = events.map(({ event }) => event)
      expect([names[0], names.at(-2), names.at(-1)]).toEqual([
        'message_start',
        'message_delta',
        'message_stop',
      ])
      const start = z.object({ message: z.object({ model: z.string() }) }).parse(events[0]?.data)
      const delta = z.object({ delta: z.object({ text: z.string() }) })
      const end = z.object({ usage: usageOf('input_tokens', 'output_tokens') }).parse(events.at(-2)?.data)
      const text = events.map(({ data }) => delta.safeParse(data).data?.delta.text ?? '').join('')
      return { text, model: start.message.model, usage: end.usage }
    },
  ],
  [
    '/v1/responses',
    { input: QUESTION, store: false },
    (events) => {
      const names = events.map(({ event }) => event)
      expect([names[0], names.at(-1)]).toEqual(['response.created', 'response.completed'])
      const numbers = events.map(({ data }) => z.object({ sequence_number: z.number() }).parse(data))
      expect(numbers.map((one) => one.sequence_number)).toEqual(events.map((_event, at) => at))
      const delta = z.object({ type: z.literal('response.output_text.delta'), delta: z.string() })
      const response = z.object({ model: z.string(), usage: usageOf('input_tokens', 'output_tokens') })
      const end = z.object({ response }).parse(events.at(-1)?.data).response
      return { ...end, text: events.map(({ data }) => delta.safeParse(data).data?.delta ?? '').join('') }
    },
  ],
]

describe.each(PROTOCOLS)('a streamed answer at %s', (path, fields, read) => {
  const ask = async (key: Key, plugins: readonly object[], asked: object = {}) => {
    const body = { model: 'auto', plugins, ...ALONE, ...fields, stream: true, ...asked }
    const answer = await post(key, path, body)
    const frames = framesIn(await answer.text())
    return { answer, ...frames, ...read(frames.events) }
  }

  it('of a panel has the words of the draft that is kept, and the usage of all', async () => {
    crewAt(WORDS)
    const { text, model, usage, answer } = await ask(await mintKey(), PANEL)
    expect(text).toBe(WORDS)
    expect(model).toBe(MINI)
    expect(answer.headers.get('x-switchyard-model')).toBe(MINI)
    expect(usage.members.map((one) => [one.role, one.number, one.model])).toEqual(
      MODELS.map((one, at) => ['member', at + 1, one]),
    )
    expect(usage.output).toBe(370)
  })

  it('of a cascade has the words of the stage that is kept, and the usage of all', async () => {
    const calls = crewAt('A draft that nobody sees.', WORDS)
    const { text, model, usage } = await ask(await mintKey(), CASCADE)
    expect(text).toBe(WORDS)
    expect(model).toBe(HAIKU)
    expect(calls.map(streaming)).toEqual([false, true])
    expect(usage.members.map((one) => [one.role, one.model])).toEqual([
      ['stage', MINI],
      ['stage', HAIKU],
    ])
    expect(usage.output).toBe(290)
  })

  it('that takes long says first how far it is, and then names who wrote it', async () => {
    crewAt({ status: 500 }, async () => sleep(1_400).then(() => WORDS), { status: 500 })
    const { comments, firstEventAt, model, text, answer } = await ask(await mintKey(), PANEL)
    expect(comments.length).toBeGreaterThan(0)
    expect(comments.every((one) => /^: switchyard panel [0-3]\/3$/.test(one))).toBe(true)
    expect(firstEventAt).toBe(comments.length)
    expect(answer.headers.get('x-switchyard-model')).not.toBe(HAIKU)
    expect([model, text]).toEqual([HAIKU, WORDS])
  })
})

const down = async () => sleep(1_200).then(() => ({ status: 500 }))

describe('a stream', () => {
  it('that nobody answers any more ends in an error of its protocol, after its comments', async () => {
    const key = await mintKey()
    crewAt(down, down, down)
    const answer = await chat(key, 'switchyard/panel', { plugins: PANEL, ...ALONE, stream: true })
    expect(answer.status).toBe(200)
    const { events, comments } = framesIn(await answer.text())
    expect(comments.length).toBeGreaterThan(0)
    expect(events).toMatchObject([{ data: { error: { code: 'provider_failed' } } }])
    const { decision } = await recorded(key, decisionIdOf(answer))
    expect(decision).toMatchObject({ status: 'failed', attemptCount: 3 })
  })

  it('of a fusion is passed on while it is written, its report in the last chunk', async () => {
    const report = {
      consensus: ['The moon does it.'],
      contradictions: [],
      unique_points: [],
      blind_spots: [],
    }
    const calls = crewAt(
      (call) => (sentIn(call).includes('You compare answers') ? JSON.stringify(report) : WORDS),
      `${WORDS} So much for that.`,
      `${WORDS} And so on.`,
    )
    const fields = { plugins: [{ id: 'fusion', models: MODELS, judge: MINI }], ...ALONE, stream: true }
    const answer = await chat(await mintKey(), 'switchyard/fusion', fields)
    const { events } = framesIn(await answer.text())
    expect(calls.filter(streaming)).toHaveLength(1)
    expect(events.at(-2)?.data).toMatchObject({
      choices: [],
      switchyard: {
        collaboration_outcome: { report: { consensus: ['The moon does it.'], source: 'analyst' } },
      },
    })
    expect(events.at(-1)?.data).toBe('[DONE]')
  })

  it('whose reader leaves while the members write stops them all, and counts what they took', async () => {
    const key = await mintKey()
    const calls = crewAt(async () => sleep(8_000).then(() => WORDS))
    const context = createExecutionContext()
    const asked = { model: 'switchyard/panel', messages, plugins: PANEL, ...ALONE, stream: true }
    const request = new Request('http://switchyard/v1/chat/completions', jsonRequest(key, asked))
    const answer = await worker.fetch(request, { ...env }, context)
    const reader = answer.body?.getReader()
    expect((await reader?.read())?.done).toBe(false)
    const leftAt = Date.now()
    await reader?.cancel()
    await waitOnExecutionContext(context)
    expect(Date.now() - leftAt).toBeLessThan(7_000)
    expect(calls).toHaveLength(3)
    const { decision, attempts } = await recorded(key, decisionIdOf(answer))
    expect(decision).toMatchObject({ status: 'cancelled', attemptCount: 3 })
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled', 'cancelled'])
  }, 20_000)
})
