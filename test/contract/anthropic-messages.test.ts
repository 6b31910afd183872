import { describe } from 'vitest'
import { anthropicMessages } from '../../src/providers/anthropic-messages/index.ts'
import { describeAdapter } from './adapter.ts'
import { readFixtures } from './fixtures.ts'
import { end, reasoning, seal, text, toolCall } from './format.ts'

const files = import.meta.glob('../fixtures/anthropic-messages/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const TWO_CALLS = [
  ...toolCall(0, 'toolu_a', 'get_weather', '{"city":"Oslo"}'),
  ...toolCall(1, 'toolu_b', 'get_time', '{"zone":"CET"}'),
  end('tool_calls', 25, 40),
]

const SIGNED = seal({ format: 'anthropic', kind: 'signature', data: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' })
const redacted = (data: string) => seal({ format: 'anthropic', kind: 'encrypted', data })

/** What is the same streamed and whole. */
const BOTH = {
  'thought-tools': [
    reasoning('Both tools.'),
    SIGNED,
    ...TWO_CALLS.slice(0, -1),
    end('tool_calls', 25, 60, { reasoning: 20 }),
  ],
  'hidden-reasoning': [SIGNED, text('4'), end('stop', 25, 31)],
  'hour-cache': [text('Yes'), end('stop', 2_021, 4, { cached: 800, written: 1_200, writtenLong: 1_000 })],
  'server-tool': [text('Clear so far'), end('length', 25, 40)],
}
const STOPPED = end('stop', 25, 4, {}, { stopSequence: ', three' })

describe('Anthropic Messages', () => {
  describeAdapter({
    adapter: anthropicMessages,
    fixtures: readFixtures(files),
    streams: {
      text: [text('Grüße, '), text('世界 🌍'), end('stop', 25, 9)],
      'tool-call': [
        text('Let me look.'),
        ...toolCall(0, 'toolu_01T1x', 'get_weather', '{"ci', 'ty":"Zürich"}'),
        end('tool_calls', 25, 17),
      ],
      'parallel-tools': TWO_CALLS,
      'tool-without-arguments': [...toolCall(0, 'toolu_a', 'get_time', '{}'), end('tool_calls', 25, 12)],
      reasoning: [
        reasoning('Two and two'),
        reasoning(' make four.'),
        SIGNED,
        redacted('EmwKAhgBEgy3va3pzix'),
        text('4'),
        end('stop', 25, 31),
      ],
      ...BOTH,
      'stop-sequence': [text('One, '), text('two'), STOPPED],
      length: [text('Once upon a'), end('length', 25, 3)],
      refusal: [text('First you'), end('content_filter', 25, 2)],
      'cached-usage': [text('Yes'), end('stop', 2_021, 4, { cached: 1_800, written: 200 })],
      'no-usage': [text('Yes'), { type: 'answer-end', reason: 'stop', usage: null }],
    },
    answers: {
      text: [text('Grüße, 世界 🌍'), end('stop', 25, 9)],
      'tool-call': [
        text('Let me look.'),
        ...toolCall(0, 'toolu_01T1x', 'get_weather', '{"city":"Zürich"}'),
        end('tool_calls', 25, 17),
      ],
      'parallel-tools': TWO_CALLS,
      'tool-without-arguments': [...toolCall(0, 'toolu_a', 'get_time', '{}'), end('tool_calls', 25, 12)],
      reasoning: [
        reasoning('Two and two make four.'),
        SIGNED,
        redacted('Emw'),
        text('4'),
        end('stop', 25, 31),
      ],
      ...BOTH,
      'stop-sequence': [text('One, two'), STOPPED],
      length: [text('Once upon a'), end('length', 25, 3)],
      refusal: [text('First you'), end('content_filter', 25, 2)],
      'cached-usage': [text('Yes'), end('stop', 2_021, 4, { cached: 1_800, written: 200 })],
      'no-usage': [text('Yes'), { type: 'answer-end', reason: 'stop', usage: null }],
    },
    refusals: [
      { name: 'invalid', status: 400, code: 'provider_rejected', hostCode: 'invalid_request_error' },
      { name: 'context-prompt', status: 400, code: 'context_window', hostCode: 'invalid_request_error' },
      { name: 'context-limit', status: 400, code: 'context_window', hostCode: 'invalid_request_error' },
      { name: 'credit', status: 400, code: 'provider_auth', hostCode: 'invalid_request_error' },
      { name: 'content', status: 400, code: 'content_policy', hostCode: 'invalid_request_error' },
      { name: 'unauthorized', status: 401, code: 'provider_auth', hostCode: 'authentication_error' },
      { name: 'payment', status: 402, code: 'provider_auth', hostCode: 'billing_error' },
      { name: 'forbidden', status: 403, code: 'provider_auth', hostCode: 'permission_error' },
      { name: 'not-found', status: 404, code: 'provider_failed', hostCode: 'not_found_error' },
      { name: 'timeout', status: 408, code: 'timeout', hostCode: 'timeout_error' },
      { name: 'too-large', status: 413, code: 'context_window', hostCode: 'request_too_large' },
      { name: 'rate-limit', status: 429, code: 'rate_limited', hostCode: 'rate_limit_error' },
      { name: 'server', status: 500, code: 'provider_failed', hostCode: 'api_error' },
      { name: 'overloaded', status: 529, code: 'provider_failed', hostCode: 'overloaded_error' },
    ],
    refusalSaying: (message) => ({ type: 'error', error: { type: 'api_error', message } }),
    inBand: [
      {
        data: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_9"}',
        event: {
          code: 'provider_failed',
          hostCode: 'overloaded_error',
          hostRequestId: 'req_9',
          message: 'Overloaded',
        },
      },
      {
        data: '{"type":"error","error":{"type":"rate_limit_error","message":"Too fast for sk-ant-api03-xK9_vQ2mRt"}}',
        event: { code: 'rate_limited', hostCode: 'rate_limit_error', message: 'Too fast for [redacted]' },
      },
      {
        data: '{"type":"error"}',
        event: {
          code: 'provider_failed',
          hostCode: 'error',
          message: 'The host reported an error in its answer',
        },
      },
    ],
    nonsense: [
      '{}',
      '{"type":17}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":5}}',
      '{"type":"content_block_delta","index":0,"delta":{}}',
      '{"type":"content_block_start","index":0,"content_block":{"type":"tool_use"}}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta"}}',
      '{"type":"message_delta","delta":17}',
    ],
  })
})
