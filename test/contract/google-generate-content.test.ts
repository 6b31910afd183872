import { describe } from 'vitest'
import { googleGenerateContent } from '../../src/providers/google-generate-content/index.ts'
import { describeAdapter } from './adapter.ts'
import { readFixtures } from './fixtures.ts'
import { end, reasoning, seal, text, toolCall } from './format.ts'

const files = import.meta.glob('../fixtures/google-generate-content/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const signed = (data: string) => seal({ format: 'google', kind: 'signature', data })

const ONE_CALL = [
  text('Let me look.'),
  signed('CiIBjz1rX0Zk'),
  ...toolCall(0, 'fc_1', 'get_weather', '{"city":"Zürich"}'),
  end('tool_calls', 60, 17),
]
const TWO_CALLS = [
  signed('CiIBjz1rX0Zk'),
  ...toolCall(0, 'call_Q2RhaZ3pH6-0vdIP_0', 'get_weather', '{"city":"Oslo"}'),
  signed('CiIBjz1rX0Zk'),
  ...toolCall(1, 'call_Q2RhaZ3pH6-0vdIP_1', 'get_time', '{"zone":"CET"}'),
  end('tool_calls', 60, 40),
]

/** What is the same streamed and whole. */
const BOTH = {
  'thought-tools': [
    reasoning('Both tools.'),
    signed('CiIBjz1r'),
    ...toolCall(0, 'fc_a', 'get_weather', '{"city":"Oslo"}'),
    ...toolCall(1, 'fc_b', 'get_time', '{"zone":"CET"}'),
    end('tool_calls', 60, 50, { reasoning: 10 }),
  ],
  'late-signature': [
    reasoning('Two and two'),
    signed('CiIBaQ=='),
    text('Four'),
    signed('CiIBjz1r'),
    end('stop', 14, 21, { reasoning: 20 }),
  ],
  media: [text('A cat purrs'), end('stop', 520, 3, { audioIn: 250, imageIn: 260 })],
  logprobs: [
    {
      type: 'text-delta' as const,
      text: 'Yes',
      logprobs: [
        {
          token: 'Yes',
          logprob: -0.0012,
          bytes: null,
          top_logprobs: [
            { token: 'Yes', logprob: -0.0012, bytes: null },
            { token: 'No', logprob: -6.7, bytes: null },
          ],
        },
      ],
    },
    end('stop', 9, 1),
  ],
}

describe('Google generateContent', () => {
  describeAdapter({
    adapter: googleGenerateContent,
    fixtures: readFixtures(files),
    streams: {
      text: [text('Grüße, '), text('世界 🌍'), end('stop', 8, 9)],
      'tool-call': ONE_CALL,
      'parallel-tools': TWO_CALLS,
      reasoning: [
        reasoning('Two and two'),
        reasoning(' make four.'),
        signed('CiIBjz1r'),
        text('4'),
        end('stop', 14, 21, { reasoning: 20 }),
      ],
      structured: [text('{"name":'), text('"Ada"}'), end('stop', 30, 8)],
      length: [text('Once upon a'), end('length', 12, 3)],
      'content-filter': [text('First you'), end('content_filter', 18, 2)],
      'cached-usage': [text('Yes'), end('stop', 2_048, 1, { cached: 1_920 })],
      'no-usage': [text('Yes'), { type: 'answer-end', reason: 'stop', usage: null }],
      ...BOTH,
    },
    answers: {
      text: [text('Grüße, 世界 🌍'), end('stop', 8, 9)],
      'tool-call': ONE_CALL,
      'parallel-tools': TWO_CALLS,
      reasoning: [reasoning('Two and two make four.'), text('4'), end('stop', 14, 21, { reasoning: 20 })],
      structured: [text('{"name":"Ada"}'), end('stop', 30, 8)],
      length: [text('Once upon a'), end('length', 12, 3)],
      'content-filter': [end('content_filter', 18, 2)],
      'cached-usage': [text('Yes'), end('stop', 2_100, 1, { cached: 1_920 })],
      'no-usage': [text('Yes'), { type: 'answer-end', reason: 'stop', usage: null }],
      ...BOTH,
    },
    refusals: [
      { name: 'invalid', status: 400, code: 'provider_rejected', hostCode: 'INVALID_ARGUMENT' },
      { name: 'context', status: 400, code: 'context_window', hostCode: 'INVALID_ARGUMENT' },
      { name: 'unauthorized', status: 400, code: 'provider_auth', hostCode: 'INVALID_ARGUMENT' },
      { name: 'unauthenticated', status: 401, code: 'provider_auth', hostCode: 'UNAUTHENTICATED' },
      { name: 'payment', status: 402, code: 'provider_auth', hostCode: 'FAILED_PRECONDITION' },
      { name: 'forbidden', status: 403, code: 'provider_auth', hostCode: 'PERMISSION_DENIED' },
      { name: 'not-found', status: 404, code: 'provider_failed', hostCode: 'NOT_FOUND' },
      { name: 'timeout', status: 408, code: 'timeout', hostCode: 'CANCELLED' },
      { name: 'deadline', status: 504, code: 'timeout', hostCode: 'DEADLINE_EXCEEDED' },
      { name: 'too-large', status: 413, code: 'context_window', hostCode: 'INVALID_ARGUMENT' },
      {
        name: 'rate-limit',
        status: 429,
        code: 'rate_limited',
        hostCode: 'RESOURCE_EXHAUSTED',
        retryAfterMs: 34_500,
      },
      { name: 'rate-limit-list', status: 429, code: 'rate_limited', hostCode: 'RESOURCE_EXHAUSTED' },
      { name: 'server', status: 500, code: 'provider_failed', hostCode: 'INTERNAL' },
      { name: 'overloaded', status: 503, code: 'provider_failed', hostCode: 'UNAVAILABLE' },
    ],
    refusalSaying: (message) => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }),
    inBand: [
      {
        data: '{"error":{"code":503,"message":"The model is overloaded, AIzaSyD4k9LmN2pQr5","status":"UNAVAILABLE"}}',
        event: {
          code: 'provider_failed',
          hostCode: 'UNAVAILABLE',
          message: 'The model is overloaded, [redacted]',
        },
      },
      {
        data: '{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}',
        event: { code: 'rate_limited', hostCode: 'RESOURCE_EXHAUSTED', message: 'Quota' },
      },
      {
        data: '{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9}}',
        event: { code: 'content_policy', message: 'Prompt blocked: PROHIBITED_CONTENT' },
      },
      {
        data: '{"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL","index":0}]}',
        event: {
          code: 'provider_failed',
          message: "Acme broke off: the host ended its answer with 'MALFORMED_FUNCTION_CALL'",
        },
      },
    ],
    nonsense: [
      '{"candidates":17}',
      '{"candidates":[{"content":{"parts":[{"thoughtSignature":5}]}}]}',
      '{"candidates":[{"content":{"parts":[{"text":5}]}}]}',
    ],
  })
})
