import * as fc from 'fast-check'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { ContentEvent, FinishReason } from '../../../src/core/chat.ts'
import {
  ALL_SHOWN,
  CLOSING,
  ERROR,
  eventsIn,
  gather,
  HEAD,
  json,
  replyTo,
  streamOf,
  TAIL,
  type WireEvent,
} from './responses-answers.ts'

const seal = { format: 'anthropic', kind: 'signature', data: 'sig' } as const
const THOUGHT: readonly ContentEvent[] = [
  { type: 'reasoning-delta', text: 'H' },
  { type: 'reasoning-delta', text: 'm' },
  { type: 'reasoning-seal', seal },
]
const PROSE: readonly ContentEvent[] = [
  { type: 'text-delta', text: 'Gr', logprobs: [{ token: 'Gr', logprob: -1 }] },
  { type: 'text-delta', text: 'üße\n' },
  { type: 'refusal-delta', text: 'No' },
]
/** Two calls, written by turns. */
const CALLS: readonly ContentEvent[] = [
  { type: 'tool-call-start', index: 0, id: 'call_1', name: 'f' },
  { type: 'tool-call-start', index: 1, id: 'call_2', name: 'grep', custom: true },
  { type: 'tool-call-delta', index: 1, argumentsJson: 'x' },
  { type: 'tool-call-delta', index: 0, argumentsJson: '{}' },
]

/** Events without the responses in them, as `type place… content`. */
function outline(events: readonly WireEvent[]): string[] {
  return events.map((event) => {
    const { type, item_id, output_index, content_index, summary_index } = event
    const { delta, text, refusal, arguments: args, input } = event
    const place = [item_id, output_index, content_index ?? summary_index]
    const words = delta ?? text ?? refusal ?? args ?? input
    const said = [type.replace('response.', ''), ...place, words].filter((part) => part !== undefined)
    return said.map(String).join(' ')
  })
}

const typesOf = (events: readonly WireEvent[]) => events.map(({ type }) => type)
const numbersOf = (events: readonly WireEvent[]) => events.map((event) => event.sequence_number)
const countUp = (count: number) => Array.from({ length: count }, (_, at) => at)

describe('the events of a streamed response', () => {
  it('open, fill and close every item in order', () => {
    const events = eventsIn(streamOf([...THOUGHT, ...PROSE, ...CALLS], ALL_SHOWN))
    const [rs, msg, fc1, ctc] = [`rs_0_${TAIL}`, `msg_1_${TAIL}`, `fc_2_${TAIL}`, `ctc_3_${TAIL}`]
    expect(outline(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added 0',
      `reasoning_summary_part.added ${rs} 0 0`,
      `reasoning_summary_text.delta ${rs} 0 0 H`,
      `reasoning_summary_text.delta ${rs} 0 0 m`,
      `reasoning_summary_text.done ${rs} 0 0 Hm`,
      `reasoning_summary_part.done ${rs} 0 0`,
      'output_item.done 0',
      'output_item.added 1',
      `content_part.added ${msg} 1 0`,
      `output_text.delta ${msg} 1 0 Gr`,
      `output_text.delta ${msg} 1 0 üße\n`,
      `output_text.done ${msg} 1 0 Grüße\n`,
      `content_part.done ${msg} 1 0`,
      `content_part.added ${msg} 1 1`,
      `refusal.delta ${msg} 1 1 No`,
      `refusal.done ${msg} 1 1 No`,
      `content_part.done ${msg} 1 1`,
      'output_item.done 1',
      'output_item.added 2',
      'output_item.added 3',
      `custom_tool_call_input.delta ${ctc} 3 x`,
      `function_call_arguments.delta ${fc1} 2 {}`,
      `function_call_arguments.done ${fc1} 2 {}`,
      'output_item.done 2',
      `custom_tool_call_input.done ${ctc} 3 x`,
      'output_item.done 3',
      'completed',
    ])
    expect(numbersOf(events)).toEqual(countUp(events.length))
  })

  it('begin items empty and bring the tokens of a text', () => {
    const events = eventsIn(streamOf([...PROSE, ...CALLS]))
    const added = events.filter(({ type }) => type === 'response.output_item.added').map(({ item }) => item)
    expect(added).toMatchObject([
      { type: 'message', role: 'assistant', status: 'in_progress', content: [] },
      { type: 'function_call', status: 'in_progress', call_id: 'call_1', name: 'f', arguments: '' },
      { type: 'custom_tool_call', status: 'in_progress', call_id: 'call_2', name: 'grep', input: '' },
    ])
    const logprobs = events
      .filter(({ type }) => type.startsWith('response.output_text'))
      .map((e) => e['logprobs'])
    const token = { token: 'Gr', logprob: -1 }
    expect(logprobs).toEqual([[token], [], [token]])
  })

  it('leave out thoughts that nobody asked for, and keep them for the host', () => {
    const encoder = replyTo().stream(HEAD)
    const events = eventsIn(
      [...THOUGHT, ...PROSE].map((event) => encoder.delta(event)).join('') + encoder.end(CLOSING),
    )
    expect(typesOf(events).filter((type) => type.includes('reasoning'))).toEqual([])
    expect(events.find(({ type }) => type === 'response.output_item.added')).toMatchObject({
      output_index: 0,
      item: { id: `msg_1_${TAIL}` },
    })
    expect(encoder.kept?.()).toEqual(replyTo().kept(HEAD, gather([...THOUGHT, ...PROSE]), CLOSING))
  })

  it('say that an answer was cut', () => {
    const events = eventsIn(streamOf(CALLS.slice(0, 1), {}, { ...CLOSING, reason: 'length' }))
    expect(events.slice(-2)).toMatchObject([
      { type: 'response.output_item.done', item: { status: 'incomplete' } },
      { type: 'response.incomplete', response: { incomplete_details: { reason: 'max_output_tokens' } } },
    ])
  })

  it('end in response.failed where the answer breaks off', () => {
    const encoder = replyTo().stream(HEAD)
    const events = eventsIn(PROSE.map((event) => encoder.delta(event)).join('') + encoder.error(ERROR))
    expect(typesOf(events)).not.toContain('response.completed')
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      sequence_number: events.length - 1,
      response: {
        status: 'failed',
        error: { code: 'server_error', message: 'Acme broke off' },
        output: [{ type: 'message', status: 'incomplete' }],
      },
    })
    expect(json(encoder.kept?.())).toEqual(events.at(-1)?.['response'])
  })

  it('begin even where nothing follows', () => {
    const failed = eventsIn(replyTo().stream(HEAD).error(ERROR))
    expect(typesOf(failed)).toEqual(['response.created', 'response.in_progress', 'response.failed'])
    expect(typesOf(eventsIn(streamOf([])))).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ])
  })
})

const words = fc.string({ unit: 'grapheme' })
const piece = fc.oneof(
  fc.record({ type: fc.constant('text-delta' as const), text: words }),
  fc.record({ type: fc.constant('reasoning-delta' as const), text: words }),
  fc.record({ type: fc.constant('refusal-delta' as const), text: words }),
  fc.constant({ type: 'reasoning-seal' as const, seal }),
  fc.record({ type: fc.constant('tool-call-start' as const), custom: fc.boolean() }),
  fc.record({ type: fc.constant('tool-call-delta' as const), at: fc.nat(), argumentsJson: words }),
)
/** Any order of events that a host's decoder may give: calls are numbered, and pieces belong to one that began. */
const anyEvents = fc.array(piece, { maxLength: 25 }).map((pieces) => {
  let calls = 0
  return pieces.flatMap((one): ContentEvent[] => {
    if (one.type === 'tool-call-start') {
      const index = calls++
      const start = { type: one.type, index, id: `call_${index}`, name: 'f' }
      return [one.custom ? { ...start, custom: true } : start]
    }
    if (one.type !== 'tool-call-delta') return [one]
    return calls === 0 ? [] : [{ type: one.type, index: one.at % calls, argumentsJson: one.argumentsJson }]
  })
})
const anyForm = fc.constantFrom<object>({}, { reasoning: { summary: 'auto' } }, ALL_SHOWN)
const anyReason = fc.constantFrom<FinishReason>('stop', 'length', 'tool_calls', 'content_filter')

describe('a streamed response and a whole one', () => {
  it('are the same in the end, item by item', () => {
    fc.assert(
      fc.property(anyEvents, anyForm, anyReason, (events, form, reason) => {
        const closing = { ...CLOSING, reason }
        const streamed = eventsIn(streamOf(events, form, closing))
        const whole = json(replyTo(form).whole(HEAD, gather(events), closing))
        expect(streamed.at(-1)?.['response']).toEqual(whole)
        const done = streamed.filter(({ type }) => type === 'response.output_item.done')
        const items = done.toSorted((a, b) => Number(a['output_index']) - Number(b['output_index']))
        expect(whole).toHaveProperty(
          'output',
          items.map(({ item }) => item),
        )
        expect(items.map((event) => event['output_index'])).toEqual(countUp(items.length))
        expect(numbersOf(streamed)).toEqual(countUp(streamed.length))
      }),
    )
  })
})

/** OpenAI's own client, given this stream. */
function client(stream: string): OpenAI {
  const fetch = async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  return new OpenAI({ apiKey: 'none', baseURL: 'https://acme.test/v1', fetch, maxRetries: 0 })
}

describe("OpenAI's own client", () => {
  it('gathers the pieces of a stream, whatever their order', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, anyForm, async (events, form) => {
        const all = eventsIn(streamOf(events, form))
        const whole = json(replyTo(form).whole(HEAD, gather(events), CLOSING))
        /** Without the last event, which would replace what the pieces made. */
        const pieces = all
          .slice(0, -1)
          .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
        const stream = client(pieces.join('')).responses.stream({ model: 'auto', input: 'Hello' })
        const { output } = await stream.finalResponse()
        expect(whole).toMatchObject({ output: output.map(({ id, type }) => ({ id, type })) })
        const final = await client(streamOf(events, form))
          .responses.stream({ model: 'auto', input: 'Hello' })
          .finalResponse()
        expect(final.status).toBe('completed')
      }),
      { numRuns: 50 },
    )
  })

  it('sees why an answer broke off', async () => {
    const encoder = replyTo().stream(HEAD)
    const text = PROSE.map((event) => encoder.delta(event)).join('') + encoder.error(ERROR)
    const stream = client(text).responses.stream({ model: 'auto', input: 'Hello' })
    const response = await stream.finalResponse()
    expect(response).toMatchObject({ status: 'failed', error: { code: 'server_error' } })
  })
})
