import { describe, expect, it } from 'vitest'
import type { ChatEvent, FinishReason } from '../../../src/core/chat.ts'
import { ALL_SHOWN, CLOSING, ERROR, gather, HEAD, replyTo, TAIL } from './responses-answers.ts'

const whole = (events: readonly ChatEvent[], fields: object = {}, closing = CLOSING) =>
  replyTo(fields).whole(HEAD, gather(events), closing)

const signature = { format: 'anthropic', kind: 'signature', data: 'sig' } as const
const EVENTS: readonly ChatEvent[] = [
  { type: 'reasoning-delta', text: 'Hm' },
  { type: 'reasoning-seal', seal: signature },
  { type: 'text-delta', text: 'Grüße', logprobs: [{ token: 'Grüße', logprob: -1 }] },
  { type: 'refusal-delta', text: 'No' },
  { type: 'tool-call-start', index: 0, id: 'call_1', name: 'f' },
  { type: 'tool-call-delta', index: 0, argumentsJson: '{"a":1}' },
  { type: 'tool-call-start', index: 1, id: 'call_2', name: 'grep', custom: true },
  { type: 'tool-call-delta', index: 1, argumentsJson: 'x' },
]
const MESSAGE = {
  id: `msg_1_${TAIL}`,
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [
    { type: 'output_text', text: 'Grüße', annotations: [], logprobs: [{ token: 'Grüße', logprob: -1 }] },
    { type: 'refusal', refusal: 'No' },
  ],
}
const CALL = {
  id: `fc_2_${TAIL}`,
  type: 'function_call',
  status: 'completed',
  call_id: 'call_1',
  name: 'f',
  arguments: '{"a":1}',
}
const CUSTOM_CALL = {
  id: `ctc_3_${TAIL}`,
  type: 'custom_tool_call',
  status: 'completed',
  call_id: 'call_2',
  name: 'grep',
  input: 'x',
}

describe('a whole response', () => {
  it('repeats the request and tells the usage', () => {
    const tools = [
      { type: 'web_search' },
      { type: 'function', name: 'f', parameters: {}, strict: true, x: 1 },
    ]
    const asked = {
      instructions: 'Be brief',
      max_output_tokens: 100,
      metadata: { team: 'blue' },
      parallel_tool_calls: false,
      previous_response_id: 'resp_0',
      prompt_cache_key: 'k',
      reasoning: { effort: 'low', summary: 'auto' },
      safety_identifier: 's',
      service_tier: 'flex',
      store: false,
      temperature: 0.5,
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] },
      tools,
      top_logprobs: 2,
      top_p: 0.9,
      truncation: 'auto',
      user: 'u',
    }
    expect(whole([], asked, { ...CLOSING, metadata: { route: 'r1' } })).toEqual({
      ...asked,
      id: HEAD.id,
      object: 'response',
      created_at: 1_767_950_422,
      completed_at: null,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      max_tool_calls: null,
      model: 'acme/one',
      output: [],
      access_programs: null,
      frequency_penalty: null,
      presence_penalty: null,
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
        output_tokens: 7,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 17,
        cost: 0.0012,
      },
      switchyard: { route: 'r1' },
    })
  })

  it('says what holds where the request says nothing', () => {
    expect(whole([])).toMatchObject({
      instructions: null,
      metadata: {},
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: true,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      truncation: 'disabled',
    })
  })

  it.each<[what: string, fields: object, thoughts: object[]]>([
    ['no thoughts unasked', {}, []],
    [
      'their words where a summary is asked for',
      { reasoning: { summary: 'detailed' } },
      [{ id: `rs_0_${TAIL}`, type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] }],
    ],
    [
      'their seal where it is included',
      ALL_SHOWN,
      [
        {
          id: `rs_0_${TAIL}`,
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'Hm' }],
          encrypted_content: 'sy1.anthropic.signature..sig',
        },
      ],
    ],
  ])('has the items in their order, with %s', (_, fields, thoughts) => {
    expect(whole(EVENTS, fields)).toHaveProperty('output', [...thoughts, MESSAGE, CALL, CUSTOM_CALL])
  })

  it.each<[FinishReason, object]>([
    ['stop', { status: 'completed', incomplete_details: null }],
    ['tool_calls', { status: 'completed', incomplete_details: null }],
    ['length', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }],
    ['content_filter', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }],
  ])('ended by %s: %o', (reason, expected) => {
    const body = whole(EVENTS.slice(0, 6), {}, { ...CLOSING, reason })
    const last = {
      ...CALL,
      status: reason === 'length' || reason === 'content_filter' ? 'incomplete' : 'completed',
    }
    expect(body).toMatchObject({ ...expected, output: [MESSAGE, last] })
  })

  it('is stored with the thoughts that nobody asked for', () => {
    expect(replyTo().kept(HEAD, gather(EVENTS), CLOSING)).toEqual({
      ...whole(EVENTS, ALL_SHOWN),
      reasoning: { effort: null, summary: null },
    })
  })
})

describe('a response without an answer', () => {
  it.each(['queued', 'in_progress', 'cancelled'] as const)('is %s', (status) => {
    expect(replyTo({ background: true }).pending(HEAD, status)).toMatchObject({
      id: HEAD.id,
      status,
      background: true,
      output: [],
      usage: null,
      error: null,
    })
  })

  it.each([
    ['provider_failed', 'server_error'],
    ['rate_limited', 'rate_limit_exceeded'],
    ['context_window', 'context_length_exceeded'],
    ['content_policy', 'invalid_prompt'],
  ])('failed by %s has the code %s', (code, expected) => {
    const provider = { status: 500, request_id: 'r' }
    expect(replyTo().failed(HEAD, { ...ERROR, code, provider })).toMatchObject({
      status: 'failed',
      error: { code: expected, message: 'Acme broke off', provider },
      output: [],
    })
  })
})

it('an error in the place of a response is one of OpenAI', () => {
  expect(replyTo().failure(ERROR)).toEqual({ error: ERROR })
})
