import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createAnswerBuilder } from '../../../src/core/answer.ts'
import { type ChatEvent, isLast, NO_USAGE } from '../../../src/core/chat.ts'
import type { AnswerClosing } from '../../../src/protocols/inbound.ts'
import { decodeCompletionRequest } from '../../../src/protocols/openai-completions/decode-request.ts'

const HEAD = {
  id: 'cmpl_1',
  createdAt: 1_767_950_422_999,
  model: 'acme/one',
  simulated: false,
  inputTokens: 3,
}
const CLOSING: AnswerClosing = {
  reason: 'stop',
  otherReasons: [],
  usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 2 },
  costUsd: 0.001,
}

const decode = (fields: object) => decodeCompletionRequest({ model: 'm', prompt: 'Once', ...fields })

function whole(fields: object, events: readonly ChatEvent[], closing: Partial<AnswerClosing> = {}) {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  return decode(fields).reply.whole(HEAD, builder.answer(), { ...CLOSING, ...closing })
}

/** What a streamed answer is written as, each chunk parsed. */
function streamed(fields: object, events: readonly ChatEvent[], closing: Partial<AnswerClosing> = {}) {
  const encoder = decode(fields).reply.stream(HEAD)
  const written = events.map((event) => (isLast(event) ? '' : encoder.delta(event))).join('')
  const pieces = `${written}${encoder.end({ ...CLOSING, ...closing })}`.trimEnd().split('\n\n')
  expect(pieces.at(-1)).toBe('data: [DONE]')
  return pieces.slice(0, -1).map((piece) => chunk.parse(JSON.parse(piece.replace(/^data: /, ''))))
}

const chunk = z.looseObject({ choices: z.array(z.looseObject({ text: z.string(), index: z.int() })) })

const token = (text: string, logprob: number) => ({
  token: text,
  logprob,
  bytes: null,
  top_logprobs: [
    { token: text, logprob, bytes: null },
    { token: '!', logprob: -9, bytes: null },
  ],
})

describe('decodeCompletionRequest', () => {
  it('asks a model the prompt as a user would', () => {
    const { chat, stream, reply } = decode({ prompt: ['Once'], user: 'u', metadata: { a: 'b' } })
    expect(chat).toEqual({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Once' }] }],
      tools: [],
      output: { type: 'text' },
      sampling: {},
      reasoning: {},
      user: 'u',
      metadata: { a: 'b' },
      native: null,
    })
    expect({ stream, prefix: reply.idPrefix }).toEqual({ stream: false, prefix: 'cmpl' })
  })

  it('keeps what the request says of sampling and of where it may go', () => {
    const inbound = decode({
      temperature: 0.5,
      top_p: 0.9,
      presence_penalty: 1,
      frequency_penalty: -1,
      seed: 7,
      stop: 'END',
      max_tokens: 16,
      logprobs: 0,
      n: 3,
      best_of: 1,
      stream: true,
      suffix: null,
      models: ['other'],
      provider: { only: ['acme'] },
      session_id: 's',
    })
    expect(inbound.chat.sampling).toEqual({
      temperature: 0.5,
      topP: 0.9,
      presencePenalty: 1,
      frequencyPenalty: -1,
      seed: 7,
      stop: ['END'],
      maxOutputTokens: 16,
      logprobs: true,
      topLogprobs: 0,
      choices: 3,
    })
    expect(inbound.routing).toMatchObject({
      model: 'm',
      models: ['other'],
      provider: { only: ['acme'] },
      sessionId: 's',
    })
    expect(inbound.stream).toBe(true)
  })

  it.each([
    [{ prompt: ['one', 'two'] }, 'prompt', 'one prompt'],
    [{ prompt: [1, 2, 3] }, 'prompt', 'text instead of tokens'],
    [{ prompt: [[1], [2]] }, 'prompt', 'text instead of tokens'],
    [{ prompt: '' }, 'prompt', 'one prompt'],
    [{ prompt: undefined }, 'prompt', 'one prompt'],
    [{ suffix: 'The end' }, 'suffix', 'gap'],
    [{ best_of: 3 }, 'best_of', 'only 1'],
    [{ logit_bias: { 50256: -100 } }, 'logit_bias', 'not supported'],
    [{ logprobs: 6 }, 'logprobs', '5'],
  ])('refuses %j', (fields, param, words) => {
    expect(() => decode(fields)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param, message: expect.stringContaining(words) }),
    )
  })
})

describe('a whole completion', () => {
  it('is a text, without the thoughts', () => {
    const events: ChatEvent[] = [
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'text-delta', text: ' upon' },
      { type: 'text-delta', text: ' a time', choice: 1 },
    ]
    expect(whole({}, events, { otherReasons: ['length'] })).toEqual({
      id: 'cmpl_1',
      object: 'text_completion',
      created: 1_767_950_422,
      model: 'acme/one',
      choices: [
        { text: ' upon', index: 0, logprobs: null, finish_reason: 'stop' },
        { text: ' a time', index: 1, logprobs: null, finish_reason: 'length' },
      ],
      usage: expect.objectContaining({
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        cost: 0.001,
      }),
    })
  })

  it('tells the chance of each token and where it stands, after the prompt it repeats', () => {
    const logprobs = [token('👋', -1), 'no chance', token(' you', -2)]
    const answer = whole({ echo: true, logprobs: 2 }, [{ type: 'text-delta', text: '👋 you', logprobs }])
    expect(answer).toMatchObject({
      choices: [
        {
          text: 'Once👋 you',
          logprobs: {
            tokens: ['👋', ' you'],
            token_logprobs: [-1, -2],
            top_logprobs: [
              { '👋': -1, '!': -9 },
              { ' you': -2, '!': -9 },
            ],
            text_offset: [4, 5],
          },
        },
      ],
    })
  })
})

describe('a streamed completion', () => {
  const EVENTS: ChatEvent[] = [
    { type: 'reasoning-delta', text: 'Hm' },
    { type: 'text-delta', text: ' up', logprobs: [token(' up', -1)] },
    { type: 'text-delta', text: 'on', logprobs: [token('on', -2)] },
  ]

  it('ends with a reason, and with usage only when asked', () => {
    const fields = { id: 'cmpl_1', object: 'text_completion', created: 1_767_950_422, model: 'acme/one' }
    const logprobs = expect.anything()
    expect(streamed({}, EVENTS)).toEqual([
      { ...fields, choices: [{ text: ' up', index: 0, logprobs, finish_reason: null }] },
      { ...fields, choices: [{ text: 'on', index: 0, logprobs, finish_reason: null }] },
      { ...fields, choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }] },
    ])
    const last = streamed({ stream_options: { include_usage: true } }, EVENTS)
    expect(last.map(({ usage }) => usage !== null)).toEqual([false, false, false, true])
    expect(last.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 5 } })
  })

  it('repeats the prompt once before each choice, also before one without text', () => {
    const chunks = streamed({ echo: true }, EVENTS, { otherReasons: ['content_filter'] })
    const texts = chunks.map(({ choices: [choice] }) => [choice?.index, choice?.text])
    expect(texts).toEqual([
      [0, 'Once up'],
      [0, 'on'],
      [0, ''],
      [1, 'Once'],
    ])
    expect(chunks[1]).toMatchObject({ choices: [{ logprobs: { text_offset: [7] } }] })
  })

  it('says that it broke off, and does not end as if whole', () => {
    const body = { message: 'Broken', type: 'api_error', code: 'provider_failed', param: null }
    expect(decode({}).reply.stream(HEAD).error(body)).toBe(`data: ${JSON.stringify({ error: body })}\n\n`)
  })
})
