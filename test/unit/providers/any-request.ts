import * as fc from 'fast-check'
import type { AssistantPart, ChatRequest, ContentPart, Message, Seal } from '../../../src/core/chat.ts'
import { REASONING_EFFORTS } from '../../../src/core/chat.ts'
import { SCHEMA, WEATHER, words } from './conversation.ts'

const optional = { requiredKeys: [] }

/** A part, with text often enough that hosts would refuse: none, or blank. */
const text = fc.constantFrom('', ' \n', 'Hello', 'Look:\n')
const cache = fc.constantFrom({}, { cache: {} }, { cache: { ttl: '1h' as const } })
const inline = (mediaType: string) => ({ mediaType, base64: 'aWk=' })
const userPart: fc.Arbitrary<ContentPart> = fc
  .tuple(
    fc.oneof(
      text.map(words),
      fc.constantFrom<ContentPart>(
        { type: 'image', source: { url: 'https://example.test/cat.png' } },
        { type: 'image', source: inline('image/png') },
        { type: 'audio', source: inline('audio/wav') },
        { type: 'file', source: inline('application/pdf') },
        { type: 'file', source: inline('text/plain') },
      ),
    ),
    cache,
  )
  .map(([part, marker]) => ({ ...part, ...marker }))
const userTurn = fc
  .array(userPart, { maxLength: 3 })
  .map((content): Message => ({ role: 'user', content: [words('Well?'), ...content] }))
const blankTurn = text.map((said): Message => ({ role: 'user', content: [words(said)] }))
const instruction = fc
  .tuple(text, cache)
  .map(([said, marker]): Message => ({ role: 'system', content: [{ ...words(said), ...marker }] }))

/** Steps of calls and their results, and plain answers; thoughts sealed as `seals` say, by others, or not at all. */
function modelTurns(seals: readonly Seal[]): fc.Arbitrary<Message[]> {
  const foreign: Seal = { format: 'openai', kind: 'encrypted', data: 'gA' }
  const thoughts = [...seals, foreign].map((seal): AssistantPart => ({ type: 'reasoning', text: 'Hm', seal }))
  const said = fc.array(
    fc.oneof(
      fc.constantFrom<AssistantPart>({ type: 'reasoning', text: 'Hm' }, ...thoughts),
      fc.tuple(text, cache).map(([line, marker]): AssistantPart => ({ ...words(line), ...marker })),
    ),
    { maxLength: 3 },
  )
  const arguments_ = fc.constantFrom('{"city":"Oslo"}', '{"city":', '')
  const calls = fc.uniqueArray(fc.constantFrom('call_1', 'functions.get:2', 'c3'), { minLength: 1 })
  const results = fc.record({ content: fc.array(userPart, { maxLength: 2 }), isError: fc.boolean() })
  const step = fc
    .tuple(said, calls, arguments_, results)
    .map(([before, ids, argumentsJson, result]): Message[] => [
      {
        role: 'assistant',
        content: [
          ...before,
          ...ids.map((id) => ({ type: 'tool-call' as const, id, name: 'get_weather', argumentsJson })),
        ],
      },
      ...ids.map((toolCallId) => ({ role: 'tool' as const, toolCallId, ...result })),
    ])
  return fc.oneof(
    step,
    said.map((content): Message[] => [{ role: 'assistant', content }]),
  )
}

/** Requests of every kind that a protocol's decoder lets through, in conversations that end with the user or a tool. */
export function anyRequest(seals: readonly Seal[]): fc.Arbitrary<ChatRequest> {
  const one = fc.oneof(instruction, userTurn, blankTurn).map((message) => [message])
  const turns = fc.tuple(fc.array(fc.oneof(one, modelTurns(seals)), { maxLength: 6 }), userTurn)
  return fc
    .record({
      messages: turns.map(([before, last]) => [...before.flat(), last]),
      tools: fc.constantFrom([], [WEATHER], [{ ...WEATHER, cache: {} }, { name: 'get_time' }]),
      output: fc.constantFrom<ChatRequest['output']>(
        { type: 'text' },
        { type: 'json_object' },
        { type: 'json_schema', name: 'person', schema: SCHEMA },
      ),
      sampling: fc.record(
        {
          temperature: fc.double({ min: 0, max: 2, noNaN: true }),
          topP: fc.double({ min: 0, max: 1, noNaN: true }),
          topK: fc.integer({ min: 1, max: 100 }),
          stop: fc.constantFrom(['END'], ['\n', 'END']),
          maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
          logprobs: fc.boolean(),
          topLogprobs: fc.integer({ min: 0, max: 20 }),
        },
        optional,
      ),
      reasoning: fc.record(
        {
          effort: fc.constantFrom(...REASONING_EFFORTS),
          budgetTokens: fc.integer({ min: 1, max: 100_000 }),
          shown: fc.boolean(),
        },
        optional,
      ),
      native: fc.constant(null),
      choice: fc.constantFrom(
        {},
        ...(['auto', 'none', 'required', { name: 'get_weather' }] as const).map((toolChoice) => ({
          toolChoice,
        })),
      ),
      parallel: fc.constantFrom({}, { parallelToolCalls: false }),
    })
    .map(({ choice, parallel, ...request }) => ({ ...request, ...choice, ...parallel }))
}
