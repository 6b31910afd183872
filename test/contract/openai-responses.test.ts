import { describe } from 'vitest'
import { openaiResponses } from '../../src/providers/openai-responses/index.ts'
import { describeAdapter } from './adapter.ts'
import { readFixtures } from './fixtures.ts'
import { end, reasoning, refusal, seal, text, toolCall } from './format.ts'

const files = import.meta.glob('../fixtures/openai-responses/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const TWO_CALLS = [
  ...toolCall(0, 'call_a1', 'get_weather', '{"city":"Oslo"}'),
  ...toolCall(1, 'call_b2', 'get_time', '{"zone":"CET"}'),
  end('tool_calls', 80, 40),
]
const [startA, inputA] = toolCall(0, 'call_a1', 'get_weather', '{"city":"Oslo"}')
const [startB, inputB] = toolCall(1, 'call_b2', 'get_time', '{"zone":"CET"}')
const INTERLEAVED = [startA, startB, inputB, inputA].flatMap((event) => event ?? [])

const sealed = (id: string) => seal({ format: 'openai', kind: 'encrypted', data: 'gAAAAABpYQw3kT0v', id })
const THOUGHT_THEN_CALL = [
  sealed('rs_68d3'),
  ...toolCall(0, 'call_c3', 'get_time', '{}'),
  end('tool_calls', 30, 70, { reasoning: 64 }),
]
const LOGPROB = {
  token: 'Yes',
  logprob: -0.0012,
  bytes: [89, 101, 115],
  top_logprobs: [{ token: 'Yes', logprob: -0.0012, bytes: [89, 101, 115] }],
}
const LIKELY = [{ type: 'text-delta', text: 'Yes', logprobs: [LOGPROB] } as const, end('stop', 9, 1)]
const UNCOUNTED = [text('Yes'), { type: 'answer-end', reason: 'stop', usage: null } as const]
const CACHED = [text('Yes'), end('stop', 2_048, 1, { cached: 1_024, written: 1_000 })]
const CUSTOM_CALL = {
  type: 'tool-call-start',
  index: 0,
  id: 'call_d4',
  name: 'run_sql',
  custom: true,
} as const
const input = (argumentsJson: string) => ({ type: 'tool-call-delta', index: 0, argumentsJson }) as const

describe('OpenAI Responses', () => {
  describeAdapter({
    adapter: openaiResponses(),
    fixtures: readFixtures(files),
    streams: {
      text: [text('Grüße, '), text('世界 🌍'), end('stop', 21, 9)],
      'tool-call': [
        ...toolCall(0, 'call_9fJ2kQ', 'get_weather', '{"ci', 'ty":"Zürich"}'),
        end('tool_calls', 64, 17),
      ],
      'parallel-tools': TWO_CALLS,
      'interleaved-tools': [...INTERLEAVED, end('tool_calls', 80, 40)],
      'tools-without-deltas': TWO_CALLS,
      'items-when-done': TWO_CALLS,
      'only-completed': TWO_CALLS,
      'custom-tool': [CUSTOM_CALL, input('SELECT 1'), input(';'), end('tool_calls', 50, 12)],
      reasoning: [
        reasoning('**Adding**\n\n'),
        reasoning('Two and two'),
        reasoning('\n\n**Checking**\n\nThat is four.'),
        sealed('rs_68d1'),
        text('4'),
        end('stop', 14, 95, { cached: 8, reasoning: 64 }),
      ],
      'hidden-reasoning': THOUGHT_THEN_CALL,
      'reasoning-text': [
        reasoning('Two and two'),
        reasoning(' make four.'),
        text('4'),
        end('stop', 14, 31, { reasoning: 20 }),
      ],
      structured: [text('{"name":'), text('"Ada"}'), end('stop', 40, 8)],
      length: [text('Once upon a'), end('length', 12, 16)],
      'length-in-thought': [sealed('rs_6902'), end('length', 12, 16, { reasoning: 16 })],
      refusal: [refusal("I'm sorry, "), refusal("I can't help with that."), end('stop', 33, 11)],
      'content-filter': [text('First you'), end('content_filter', 18, 2)],
      'web-search': [text('Let me look.'), text('\n\nSunny'), text(' [1]'), end('stop', 900, 60)],
      'cached-usage': CACHED,
      'no-usage': UNCOUNTED,
      logprobs: LIKELY,
    },
    answers: {
      text: [text('Grüße, 世界 🌍'), end('stop', 21, 9)],
      'tool-call': [
        ...toolCall(0, 'call_9fJ2kQ', 'get_weather', '{"city":"Zürich"}'),
        end('tool_calls', 64, 17),
      ],
      'parallel-tools': TWO_CALLS,
      'custom-tool': [CUSTOM_CALL, input('SELECT 1;'), end('tool_calls', 50, 12)],
      reasoning: [
        reasoning('**Adding**\n\nTwo and two'),
        reasoning('\n\n**Checking**\n\nThat is four.'),
        sealed('rs_68d1'),
        text('4'),
        end('stop', 14, 95, { cached: 8, reasoning: 64 }),
      ],
      'hidden-reasoning': THOUGHT_THEN_CALL,
      'reasoning-text': [
        reasoning('Two and two make four.'),
        text('4'),
        end('stop', 14, 31, { reasoning: 20 }),
      ],
      structured: [text('{"name":"Ada"}'), end('stop', 40, 8)],
      length: [text('Once upon a'), end('length', 12, 16)],
      refusal: [refusal("I'm sorry, I can't help with that."), end('stop', 33, 11)],
      'content-filter': [text('First you'), end('content_filter', 18, 2)],
      'web-search': [text('Let me look.'), text('\n\nSunny [1]'), end('stop', 900, 60)],
      'cached-usage': CACHED,
      'media-usage': [text('Yes'), end('stop', 300, 50, { audioIn: 120, imageIn: 80, audioOut: 10 })],
      'no-usage': UNCOUNTED,
      logprobs: LIKELY,
      failed: [
        {
          type: 'answer-error',
          code: 'provider_failed',
          hostCode: 'server_error',
          message: 'The model had an error with key [redacted]',
        },
      ],
      queued: [{ type: 'answer-error', code: 'provider_failed', message: 'The host left its answer queued' }],
    },
    refusals: [
      { name: 'invalid', status: 400, code: 'provider_rejected', hostCode: 'invalid_value' },
      { name: 'context', status: 400, code: 'context_window', hostCode: 'context_length_exceeded' },
      {
        name: 'encrypted-content',
        status: 400,
        code: 'provider_rejected',
        hostCode: 'invalid_encrypted_content',
      },
      { name: 'no-encryption', status: 400, code: 'provider_rejected', hostCode: 'invalid_request_error' },
      { name: 'policy', status: 400, code: 'content_policy', hostCode: 'invalid_prompt' },
      { name: 'unauthorized', status: 401, code: 'provider_auth', hostCode: 'invalid_api_key' },
      { name: 'forbidden', status: 403, code: 'provider_auth', hostCode: 'model_not_allowed' },
      { name: 'item-not-found', status: 404, code: 'provider_failed', hostCode: 'not_found' },
      { name: 'not-found', status: 404, code: 'provider_failed', hostCode: 'model_not_found' },
      {
        name: 'rate-limit',
        status: 429,
        code: 'rate_limited',
        hostCode: 'rate_limit_exceeded',
        retryAfterMs: 2_200,
      },
      { name: 'quota', status: 429, code: 'rate_limited', hostCode: 'insufficient_quota' },
      { name: 'server', status: 500, code: 'provider_failed', hostCode: 'server_error' },
    ],
    refusalSaying: (message) => ({
      error: { message, type: 'invalid_request_error', param: null, code: null },
    }),
    inBand: [
      {
        data: '{"type":"error","code":"rate_limit_exceeded","message":"Slow down, sk-proj-Ab3dEf6hIj9k","param":null,"sequence_number":5}',
        event: { code: 'rate_limited', hostCode: 'rate_limit_exceeded', message: 'Slow down, [redacted]' },
      },
      {
        data: '{"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"Your input exceeds the context window of this model.","param":"input"},"sequence_number":2}',
        event: {
          code: 'context_window',
          hostCode: 'context_length_exceeded',
          message: 'Your input exceeds the context window of this model.',
        },
      },
      {
        data: '{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"The model failed"},"output":[],"usage":null}}',
        event: { code: 'provider_failed', hostCode: 'server_error', message: 'The model failed' },
      },
      {
        data: '{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":null}}',
        event: { code: 'provider_failed', message: 'The host reported an error in its answer' },
      },
      {
        data: '{"error":{"message":"upstream died","type":"server_error","code":null}}',
        event: { code: 'provider_failed', hostCode: 'server_error', message: 'upstream died' },
      },
      {
        data: '{"type":"error"}',
        event: { code: 'provider_failed', message: 'The host reported an error in its answer' },
      },
    ],
    nonsense: [
      '{}',
      '{"type":17}',
      '{"type":"response.output_text.delta","output_index":0,"content_index":0}',
      '{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":5}',
      '{"type":"response.output_item.added","output_index":0}',
      '{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c"}}',
      '{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":"words"}}',
      '{"type":"response.completed"}',
    ],
  })
})
