import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, isStepCount, streamText, tool } from 'ai'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { ContentEvent, Message } from '../../../src/core/chat.ts'
import {
  decodeResponsesRequest,
  referencedResponses,
} from '../../../src/protocols/openai-responses/decode-request.ts'
import { CLOSING, gather, HEAD } from './responses-answers.ts'

/** What the model says first, and once it has the result of its call. */
const TURNS: readonly (readonly ContentEvent[])[] = [
  [
    { type: 'reasoning-delta', text: 'Hm' },
    { type: 'reasoning-seal', seal: { format: 'anthropic', kind: 'signature', data: 'sig' } },
    { type: 'text-delta', text: 'Adding' },
    { type: 'tool-call-start', index: 0, id: 'call_1', name: 'add' },
    { type: 'tool-call-delta', index: 0, argumentsJson: '{"a":1}' },
  ],
  [{ type: 'text-delta', text: 'It is 2' }],
]
const outputOf = z.object({ output: z.array(z.unknown()) })

/** A gateway that keeps its last response, and what it was asked. */
function gateway() {
  const asked: (readonly Message[])[] = []
  let kept: readonly unknown[] = []
  async function fetch(_: unknown, init?: RequestInit): Promise<Response> {
    const body: unknown = await new Request('https://acme.test', init).json()
    const known = referencedResponses(body).includes(HEAD.id) ? kept : []
    const { chat, reply, stream } = decodeResponsesRequest(body, [], (prefix) => `${prefix}_1`, known)
    const events = TURNS[asked.push(chat.messages) - 1] ?? []
    kept = outputOf.parse(reply.kept(HEAD, gather(events), CLOSING)).output
    if (!stream) return Response.json(reply.whole(HEAD, gather(events), CLOSING))
    const encoder = reply.stream(HEAD)
    const text = events.map((event) => encoder.delta(event)).join('') + encoder.end(CLOSING)
    return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
  }
  return { asked, fetch }
}

function question(fetch: typeof globalThis.fetch, store: boolean) {
  const inputSchema = jsonSchema({ type: 'object', properties: { a: { type: 'number' } } })
  return {
    model: createOpenAI({ apiKey: 'none', baseURL: 'https://acme.test/v1', fetch }).responses('gpt-5'),
    prompt: 'Add',
    tools: { add: tool({ inputSchema, execute: async () => '2' }) },
    stopWhen: isStepCount(2),
    providerOptions: { openai: { reasoningSummary: 'auto', store } },
  }
}

const TOLD: readonly Message[] = [
  { role: 'user', content: [{ type: 'text', text: 'Add' }] },
  {
    role: 'assistant',
    content: [
      { type: 'reasoning', text: 'Hm', seal: { format: 'anthropic', kind: 'signature', data: 'sig' } },
      { type: 'text', text: 'Adding' },
      { type: 'tool-call', id: 'call_1', name: 'add', argumentsJson: '{"a":1}' },
    ],
  },
  { role: 'tool', toolCallId: 'call_1', content: [{ type: 'text', text: '2' }] },
]

describe("the AI SDK's client, which refers to what is stored and repeats what is not", () => {
  it.each([true, false])('brings sealed thoughts back from a stream, stored: %s', async (store) => {
    const { asked, fetch } = gateway()
    expect(await streamText(question(fetch, store)).text).toBe('It is 2')
    expect(asked[1]).toEqual(TOLD)
  })

  it.each([true, false])('brings sealed thoughts back from a whole answer, stored: %s', async (store) => {
    const { asked, fetch } = gateway()
    expect(await generateText(question(fetch, store))).toMatchObject({ text: 'It is 2' })
    expect(asked[1]).toEqual(TOLD)
  })
})
