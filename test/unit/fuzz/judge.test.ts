import { describe, expect, it } from 'vitest'
import type { FuzzRequest, Protocol } from '../../fuzz/bodies.ts'
import { judge, kindOf } from '../../fuzz/judge.ts'
import { judgeStream } from '../../fuzz/judge-stream.ts'
import { shrink } from '../../fuzz/shrink.ts'
import { createLogWatch } from '../../fuzz/watch.ts'

const asked = (protocol: Protocol, body = '{}'): FuzzRequest => ({ number: 1, protocol, body, headers: {} })
const json = (status: number, body: unknown) => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
})
const refused = (error: object) =>
  json(400, { error: { type: 'invalid_request_error', code: 'invalid_request', ...error } })

describe('judge', () => {
  it('accepts answers and refusals in their shape', () => {
    expect(judge(asked('count'), json(200, { input_tokens: 3 })).violation).toBeNull()
    expect(
      judge(asked('chat'), refused({ message: "Invalid 'n': too many", param: 'n' })).violation,
    ).toBeNull()
  })

  it.each([
    [
      'a mistake of ours',
      asked('chat'),
      json(500, { error: { message: 'Oh', type: 'api_error', code: 'internal' } }),
    ],
    ['an error without words', asked('chat'), refused({ message: '' })],
    [
      'a field at fault without param',
      asked('chat'),
      refused({ message: "Invalid 'n': too many", param: null }),
    ],
    ['an error in the wrong shape', asked('messages'), refused({ message: 'No' })],
    [
      'the object of another protocol',
      asked('messages'),
      json(200, { object: 'chat.completion', choices: [{}] }),
    ],
    ['a page', asked('chat'), { status: 200, contentType: 'text/html', body: '<html>' }],
    [
      'no stream',
      asked('count', '{}'),
      { status: 200, contentType: 'text/event-stream', body: 'data: {}\n\n' },
    ],
    [
      'a whole answer for a stream',
      asked('chat', '{"stream":true}'),
      json(200, { object: 'chat.completion', choices: [{}] }),
    ],
  ])('finds %s', (_, request, reply) => {
    expect(judge(request, reply).violation).not.toBeNull()
  })

  it("tells a host's refusal from ours", () => {
    const hosts = refused({ message: 'No', code: 'provider_rejected', provider: { request_id: 'req_7' } })
    expect(judge(asked('chat'), hosts).refusal).toEqual({ by: 'host', requestId: 'req_7' })
    expect(judge(asked('chat'), refused({ message: 'No' })).refusal).toEqual({ by: 'us' })
  })

  it('calls messages that differ in details the same', () => {
    const [one, other] = ['a.b', 'x'].map((id, at) =>
      kindOf(`Invalid 'messages[${at}].id': no call "${id} ${at}"`),
    )
    expect(one).toBe(other)
  })
})

const chunk = (reason: string | null) =>
  `data: {"choices":[{"index":0,"finish_reason":${JSON.stringify(reason)}}]}\n\n`
const DONE = 'data: [DONE]\n\n'
const ERROR = 'data: {"error":{"message":"x"}}\n\n'
const named = (type: string, fields: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
const START = named('message_start')
const STOP = named('message_stop')
const CREATED = named('response.created', { sequence_number: 0 })
const response = { status: 'completed', output: [] }

describe('judgeStream', () => {
  it.each([
    ['chat', chunk(null) + chunk('stop') + DONE],
    ['chat', chunk(null) + ERROR],
    ['messages', START + STOP],
    ['messages', START + named('error', { error: { message: 'x' } })],
    ['responses', CREATED + named('response.completed', { sequence_number: 1, response })],
  ] as const)('accepts a stream of %s with one end', (protocol, text) => {
    expect(judgeStream(protocol, text).problem).toBeNull()
  })

  it.each([
    ['chat', chunk('stop')],
    ['chat', chunk('stop') + DONE + DONE],
    ['chat', chunk('stop') + ERROR + DONE],
    ['chat', chunk('stop') + chunk('stop') + DONE],
    ['chat', chunk(null) + DONE],
    ['chat', `${chunk('stop')}data: {"cut\n\n${DONE}`],
    ['messages', START],
    ['messages', START + STOP + STOP],
    ['messages', START + named('content_block_stop', { index: 0 }) + STOP],
    ['messages', START + named('error', { error: {} }) + STOP],
    ['responses', CREATED],
    ['responses', CREATED + named('response.completed', { sequence_number: 3, response })],
    ['responses', named('response.completed', { sequence_number: 0, response })],
  ] as const)('finds what is wrong with a stream of %s: %j', (protocol, text) => {
    expect(judgeStream(protocol, text).problem).not.toBeNull()
  })
})

describe('shrink', () => {
  it('leaves only what fails', async () => {
    const body = JSON.stringify({
      model: 'auto',
      messages: [{ role: 'user', content: 'x', bad: 1 }],
      n: 2,
      tools: [],
    })
    expect(await shrink(body, async (text) => text.includes('"bad"'), Date.now() + 5_000)).toBe(
      '{"messages":[{"bad":1}]}',
    )
  })
})

describe('createLogWatch', () => {
  it('remembers each alarm once, and nothing else', () => {
    let log = ''
    const watch = createLogWatch(() => log)
    for (const line of [
      'warn: rejected',
      'Uncaught TypeError: x is not a function',
      'Uncaught TypeError: x is not a function',
    ]) {
      log += `\n${line}`
      watch.look()
    }
    expect(watch.lines()).toEqual(['Uncaught TypeError: x is not a function'])
  })
})
