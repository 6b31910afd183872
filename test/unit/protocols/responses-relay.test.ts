import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { decodeResponsesRequest } from '../../../src/protocols/openai-responses/decode-request.ts'
import { CLOSING, ERROR, eventsIn, HEAD, replyTo, TAIL } from './responses-answers.ts'

const frame = (event: { type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
const HOST = {
  id: 'resp_host',
  object: 'response',
  created_at: 1,
  model: 'one-2026',
  store: false,
  metadata: {},
}
const host = (fields: object) => ({ ...HOST, service_tier: 'flex', output: [], usage: null, ...fields })
const ITEM = { id: 'msg_host', type: 'message', status: 'completed', role: 'assistant' }
/** A text that looks like a host's id, and like a response. */
const SAID = '"id":"msg_1", "response": {'
const CONTENT = [{ type: 'output_text', text: SAID, annotations: [] }]
const DONE = { ...ITEM, content: CONTENT }
const CALL = { id: 'ws_1', type: 'web_search_call', status: 'completed' }
const USAGE = {
  input_tokens: 3,
  output_tokens: 5,
  total_tokens: 8,
  input_tokens_details: { cached_tokens: 1 },
}
const place = { item_id: 'msg_host', output_index: 1, content_index: 0 }

const OPENING = [
  { type: 'response.created', sequence_number: 0, response: host({ status: 'in_progress' }) },
  { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: CALL },
  { type: 'response.output_item.done', sequence_number: 2, output_index: 0, item: CALL },
  { type: 'response.output_item.added', sequence_number: 3, output_index: 1, item: { ...ITEM, content: [] } },
  { type: 'response.content_part.added', sequence_number: 4, ...place, part: { ...CONTENT[0], text: '' } },
]
const DELTA = { type: 'response.output_text.delta', sequence_number: 5, ...place, delta: SAID, logprobs: [] }
const ITEM_DONE = { type: 'response.output_item.done', sequence_number: 6, output_index: 1, item: DONE }
const END = {
  type: 'response.completed',
  sequence_number: 7,
  response: host({ status: 'completed', output: [CALL, DONE], usage: USAGE }),
}
function relay(...events: { type: string }[]) {
  return { type: 'relay' as const, text: events.map(frame).join(''), read: () => [] }
}
const closing = {
  ...CLOSING,
  metadata: { route: 'r1' },
  native: { events: [{ data: JSON.stringify(END) }] },
}
const REQUEST = { previous_response_id: 'resp_0', metadata: { team: 'blue' } }
const OURS = { id: HEAD.id, model: 'acme/one', store: true, ...REQUEST, service_tier: 'flex' }
const named = (item: object, id: string) => ({ ...item, id: `${id}__${TAIL}` })

function relayed() {
  const encoder = replyTo(REQUEST).stream(HEAD)
  const stream = [relay(...OPENING), relay(DELTA), relay(ITEM_DONE)]
    .map((event) => encoder.delta(event))
    .join('')
  return { encoder, stream }
}

describe("a host's own events", () => {
  it('pass as they are, but for the names of the response, its items and its model', () => {
    const { encoder, stream } = relayed()
    const events = eventsIn(stream + encoder.end(closing))
    const output = [named(CALL, 'ws_1'), named(DONE, 'msg_host')]
    expect(events.map((event) => event.sequence_number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(events[0]).toMatchObject({ response: { ...OURS, status: 'in_progress' } })
    expect(events[5]).toEqual({ ...DELTA, item_id: `msg_host__${TAIL}` })
    expect(events[6]).toEqual({ ...ITEM_DONE, item: output[1] })
    expect(events[7]).toMatchObject({
      type: 'response.completed',
      response: { ...OURS, output, usage: { ...USAGE, cost: 0.0012 }, switchyard: { route: 'r1' } },
    })
    expect(encoder.kept?.()).toEqual(events[7]?.['response'])
  })

  it('are what their own client understands', async () => {
    const { encoder, stream } = relayed()
    const body = stream + encoder.end(closing)
    const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    const client = new OpenAI({ apiKey: 'none', baseURL: 'https://acme.test/v1', fetch, maxRetries: 0 })
    const response = await client.responses.stream({ model: 'auto', input: 'x' }).finalResponse()
    expect(response).toMatchObject({ id: HEAD.id, output_text: SAID })
  })

  it('end in a failure that counts on where they broke off', () => {
    const { encoder, stream } = relayed()
    const events = eventsIn(stream + encoder.error(ERROR))
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      sequence_number: 7,
      response: { id: HEAD.id, status: 'failed' },
    })
    expect(events.filter(({ type }) => type === 'response.created')).toHaveLength(1)
  })
})

it("a host's own response gets our names and the cost, and is continued under the host's", () => {
  const native = { body: END.response }
  const whole = replyTo(REQUEST).whole(
    HEAD,
    { choices: [{ parts: [], logprobs: [] }], last: null },
    { ...CLOSING, native },
  )
  const thought = { id: 'rs_host', type: 'reasoning', summary: [], encrypted_content: 'xyz' }
  const output = [named(CALL, 'ws_1'), named(DONE, 'msg_host')]
  expect(whole).toMatchObject({ ...OURS, output, usage: { ...USAGE, cost: 0.0012 } })
  const stored = [named(thought, 'rs_host'), ...output]
  const { chat } = decodeResponsesRequest({ model: 'auto', input: 'x' }, stored, () => 'msg_1')
  expect(chat.native?.body['input']).toEqual([
    thought,
    CALL,
    DONE,
    { type: 'message', role: 'user', content: 'x' },
  ])
})
