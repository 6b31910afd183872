import { describe } from 'vitest'
import type { ChatEvent, ContentEvent } from '../../src/core/chat.ts'
import { openaiChat } from '../../src/providers/openai-chat/index.ts'
import { describeAdapter } from './adapter.ts'
import { readFixtures } from './fixtures.ts'
import { end, reasoning, refusal, text, toolCall } from './format.ts'

const files = import.meta.glob('../fixtures/openai-chat/*', { query: '?raw', import: 'default', eager: true })

const GREETING = [text('Grüße, '), text('世界 🌍'), end('stop', 21, 9)]
const TWO_CALLS = [
  ...toolCall(0, 'call_a1', 'get_weather', '{"city":"Oslo"}'),
  ...toolCall(1, 'call_b2', 'get_time', '{"zone":"CET"}'),
  end('tool_calls', 80, 40),
]
const THREE_ENDS = { otherReasons: ['length', 'tool_calls'] } as const
const SQL_CALL = {
  type: 'tool-call-start',
  index: 0,
  id: 'call_Xq81',
  name: 'run_sql',
  custom: true,
} as const
const MEDIA = { cached: 64, audioIn: 120, imageIn: 85, reasoning: 5, audioOut: 7 }
const LOGPROB = { token: 'Yes', logprob: -0.0012, bytes: [89, 101, 115], top_logprobs: [] }

/** An event of a further choice. */
const of = (choice: number, event: ContentEvent): ChatEvent => ({ ...event, choice })

describe('OpenAI Chat', () => {
  describeAdapter({
    adapter: openaiChat({
      maxTokensField: 'max_completion_tokens',
      developerRole: true,
      reasoningEffort: true,
      choices: true,
      topK: false,
    }),
    fixtures: readFixtures(files),
    streams: {
      text: GREETING,
      'tool-call': [
        ...toolCall(0, 'call_9fJ2kQ', 'get_weather', '{"ci', 'ty":"Zürich"}'),
        end('tool_calls', 64, 17),
      ],
      'parallel-tools': TWO_CALLS,
      'tools-without-index': TWO_CALLS,
      'tools-all-index-zero': TWO_CALLS,
      'tools-in-one-chunk': TWO_CALLS,
      'tool-without-id': [...toolCall(0, 'call_0', 'get_time', '{}'), end('tool_calls', 30, 6)],
      reasoning: [
        reasoning('Two and two'),
        reasoning(' make four.'),
        text('4'),
        end('stop', 14, 31, { cached: 8, reasoning: 20 }),
      ],
      'mistral-reasoning': [
        reasoning('Two and two'),
        reasoning(' make four.'),
        text('4'),
        end('stop', 14, 31),
      ],
      structured: [text('{"name":'), text('"Ada"}'), end('stop', 40, 8)],
      length: [text('Once upon a'), end('length', 12, 3)],
      'mistral-length': [text('Once upon a'), end('length', 12, 3)],
      refusal: [refusal("I'm sorry, "), refusal("I can't help with that."), end('stop', 33, 11)],
      'content-filter': [text('First you'), end('content_filter', 18, 2)],
      'cached-usage': [text('Yes'), end('stop', 2_048, 1, { cached: 1_920 })],
      'no-finish-key': [text('Yes'), text('.'), end('stop', 7, 2)],
      'no-usage': [text('Yes'), { type: 'answer-end', reason: 'stop', usage: null }],
      choices: [
        text('Heads'),
        of(1, text('Ta')),
        ...toolCall(0, 'call_9fJ2kQ', 'get_time').map((event) => of(2, event)),
        of(1, text('ils')),
        of(2, { type: 'tool-call-delta', index: 0, argumentsJson: '{}' }),
        end('stop', 18, 12, {}, THREE_ENDS),
      ],
      'custom-call': [
        SQL_CALL,
        { type: 'tool-call-delta', index: 0, argumentsJson: 'select ' },
        { type: 'tool-call-delta', index: 0, argumentsJson: "'é'" },
        end('tool_calls', 70, 11),
      ],
      'media-usage': [text('Yes'), end('stop', 310, 20, MEDIA)],
      'groq-usage': [text('Yes'), end('stop', 36, 2)],
      'xai-reasoning-usage': [text('4'), end('stop', 32, 103, { cached: 5, reasoning: 94 })],
      logprobs: [{ type: 'text-delta', text: 'Yes', logprobs: [LOGPROB] }, end('stop', 9, 1)],
    },
    answers: {
      text: [text('Grüße, 世界 🌍'), end('stop', 21, 9)],
      'tool-call': [
        ...toolCall(0, 'call_9fJ2kQ', 'get_weather', '{"city":"Zürich"}'),
        end('tool_calls', 64, 17),
      ],
      'parallel-tools': TWO_CALLS,
      reasoning: [
        reasoning('Two and two make four.'),
        text('4'),
        end('stop', 14, 31, { cached: 8, reasoning: 20 }),
      ],
      'mistral-reasoning': [reasoning('Two and two make four.'), text('4'), end('stop', 14, 31)],
      structured: [text('{"name":"Ada"}'), end('stop', 40, 8)],
      length: [text('Once upon a'), end('length', 12, 3)],
      refusal: [refusal("I'm sorry, I can't help with that."), end('stop', 33, 11)],
      'content-filter': [text('First you'), end('content_filter', 18, 2)],
      'cached-usage': [text('Yes'), end('stop', 2_048, 1, { cached: 1_024, written: 1_000 })],
      'no-usage': [text('Yes'), { type: 'answer-end', reason: 'stop', usage: null }],
      'xai-reasoning-usage': [text('4'), end('stop', 32, 103, { cached: 5, reasoning: 94 })],
      logprobs: [{ type: 'text-delta', text: 'Yes', logprobs: [LOGPROB] }, end('stop', 9, 1)],
      choices: [
        text('Heads'),
        of(1, text('Tails')),
        ...toolCall(0, 'call_9fJ2kQ', 'get_time', '{}').map((event) => of(2, event)),
        end('stop', 18, 12, {}, THREE_ENDS),
      ],
      'custom-call': [
        SQL_CALL,
        { type: 'tool-call-delta', index: 0, argumentsJson: "select 'é'" },
        end('tool_calls', 70, 11),
      ],
      'media-usage': [text('Yes'), end('stop', 310, 20, MEDIA)],
    },
    refusals: [
      { name: 'invalid', status: 400, code: 'provider_rejected', hostCode: 'invalid_value' },
      { name: 'context-openai', status: 400, code: 'context_window', hostCode: 'context_length_exceeded' },
      { name: 'context-mistral', status: 400, code: 'context_window', hostCode: '3051' },
      {
        name: 'context-xai',
        status: 400,
        code: 'context_window',
        hostCode: 'Client specified an invalid argument',
      },
      { name: 'context-groq', status: 400, code: 'context_window', hostCode: 'context_length_exceeded' },
      { name: 'context-vllm', status: 400, code: 'context_window', hostCode: 'BadRequestError' },
      { name: 'context-moonshot', status: 400, code: 'context_window', hostCode: 'invalid_request_error' },
      { name: 'context-qwen', status: 400, code: 'context_window', hostCode: 'invalid_parameter_error' },
      { name: 'content-azure', status: 400, code: 'content_policy', hostCode: 'content_filter' },
      { name: 'content-deepseek', status: 400, code: 'content_policy', hostCode: 'invalid_request_error' },
      {
        name: 'content-xai',
        status: 403,
        code: 'content_policy',
        hostCode: 'The caller does not have permission',
      },
      { name: 'unauthorized', status: 401, code: 'provider_auth', hostCode: 'invalid_api_key' },
      {
        name: 'unauthorized-xai',
        status: 400,
        code: 'provider_auth',
        hostCode: 'Client specified an invalid argument',
      },
      { name: 'payment', status: 402, code: 'provider_auth', hostCode: null },
      { name: 'forbidden', status: 403, code: 'provider_auth', hostCode: 'permission_error' },
      { name: 'not-found', status: 404, code: 'provider_failed', hostCode: 'model_not_found' },
      { name: 'timeout', status: 408, code: 'timeout', hostCode: 'timeout' },
      { name: 'too-large', status: 413, code: 'context_window', hostCode: 'rate_limit_exceeded' },
      { name: 'rate-limit', status: 429, code: 'rate_limited', hostCode: 'rate_limit_exceeded' },
      { name: 'quota', status: 429, code: 'rate_limited', hostCode: 'insufficient_quota' },
      { name: 'server', status: 500, code: 'provider_failed', hostCode: 'server_error' },
      { name: 'overloaded', status: 503, code: 'provider_failed', hostCode: 'engine_overloaded_error' },
      { name: 'workers-ai', status: 403, code: 'provider_auth', hostCode: null },
      { name: 'plain-detail', status: 404, code: 'provider_failed', hostCode: null },
    ],
    refusalSaying: (message) => ({
      error: { message, type: 'invalid_request_error', param: null, code: null },
    }),
    inBand: [
      {
        data: '{"error":{"message":"The server had an error with key sk-proj-Ab3dEf6hIj9k","type":"server_error","code":null}}',
        event: {
          code: 'provider_failed',
          hostCode: 'server_error',
          message: 'The server had an error with key [redacted]',
        },
      },
      {
        data: '{"id":"gen-1","error":{"code":429,"message":"Slow down"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}',
        event: { code: 'rate_limited', message: 'Slow down' },
      },
      { data: '{"error":"upstream died"}', event: { code: 'provider_failed', message: 'upstream died' } },
      {
        data: '{"error":{"type":"invalid_request_error","code":"context_length_exceeded"}}',
        event: {
          code: 'context_window',
          hostCode: 'context_length_exceeded',
          message: 'The host reported an error in its answer',
        },
      },
      {
        data: '{"choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}',
        event: {
          code: 'provider_failed',
          message: "Acme broke off: the host ended its answer with 'insufficient_system_resource'",
        },
      },
    ],
    nonsense: ['{"choices":17}', '{"choices":[{"delta":{"content":17}}]}', '{"choices":["x"]}'],
  })
})
