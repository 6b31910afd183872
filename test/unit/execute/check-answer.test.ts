import { describe, expect, it } from 'vitest'
import type { Answer, Choice } from '../../../src/core/answer.ts'
import type { AssistantPart, ChatRequest, FinishReason, NativeRequest } from '../../../src/core/chat.ts'
import { complaintOf } from '../../../src/execute/check-answer.ts'

const native: NativeRequest = {
  format: 'openai-chat',
  body: {},
  headers: {},
  droppedElsewhere: [],
  onlyHere: [],
}

function asking(text: string, changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    tools: [],
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native,
    ...changes,
  }
}

function answer(
  parts: readonly AssistantPart[],
  reason: FinishReason = 'stop',
  others: Choice[] = [],
): Answer {
  return { choices: [{ parts, logprobs: [] }, ...others], last: { type: 'answer-end', reason, usage: null } }
}
const saying = (text: string): Answer => answer([{ type: 'text', text }])
const calling = (argumentsJson: string, custom?: true): AssistantPart => ({
  type: 'tool-call',
  id: 'call_1',
  name: 'look',
  argumentsJson,
  ...(custom && { custom }),
})

const question = asking('What is a tide?')
const JSON_ASKED = asking('Name a tide.', { output: { type: 'json_object' } })
const SCHEMA_ASKED = asking('Name a tide.', {
  output: {
    type: 'json_schema',
    name: 'tide',
    schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  },
})

describe('complaintOf', () => {
  it('has nothing to say of an answer', () => {
    expect(complaintOf(question, saying('It is the rise of the sea.'))).toBeNull()
    expect(complaintOf(JSON_ASKED, saying(' {"name":"spring"}\n'))).toBeNull()
    expect(complaintOf(SCHEMA_ASKED, saying('{"name":"spring"}'))).toBeNull()
  })

  it('notices an answer without any', () => {
    expect(complaintOf(question, answer([]))).toBe('empty')
    expect(complaintOf(question, saying(' \n'))).toBe('empty')
    expect(complaintOf(question, answer([{ type: 'reasoning', text: 'Hm' }]))).toBe('empty')
  })

  it('lets an answer be empty that ended at a stop sequence, or says what only its format can', () => {
    const stopped: Answer = {
      ...answer([]),
      last: { type: 'answer-end', reason: 'stop', usage: null, stopSequence: 'END' },
    }
    expect(complaintOf(question, stopped)).toBeNull()
    const drawing = asking('Draw a tide.', { native: { ...native, droppedElsewhere: ['tools[0]'] } })
    expect(complaintOf(drawing, answer([]))).toBeNull()
  })

  it.each(['name: spring', '{"name":"spr', '```json\n{"name":"spring"}\n```', 'Here: {"name":"spring"}'])(
    'notices what is no JSON: %s',
    (text) => {
      expect(complaintOf(JSON_ASKED, saying(text))).toBe('invalid_json')
      expect(complaintOf(SCHEMA_ASKED, saying(text))).toBe('invalid_json')
    },
  )

  it('wants an object where a JSON object was asked for', () => {
    expect(complaintOf(JSON_ASKED, saying('["spring"]'))).toBe('invalid_json')
  })

  it('notices JSON of another shape, where the shape can be checked', () => {
    expect(complaintOf(SCHEMA_ASKED, saying('{"title":"spring"}'))).toBe('schema_mismatch')
    const unknown = asking('Name a tide.', {
      output: { type: 'json_schema', name: 'tide', schema: { type: 'object', patternProperties: {} } },
    })
    expect(complaintOf(unknown, saying('[]'))).toBeNull()
  })

  it('leaves JSON alone that the caller may have had cut', () => {
    expect(complaintOf({ ...JSON_ASKED, sampling: { stop: ['}'] } }, saying('{"name":"spring"'))).toBeNull()
  })

  it('notices a refusal, told as one or in words', () => {
    expect(complaintOf(question, answer([{ type: 'refusal', text: 'No.' }]))).toBe('refusal')
    expect(complaintOf(question, saying("I'm sorry, but I can't help with that."))).toBe('refusal')
    expect(complaintOf(JSON_ASKED, saying("I'm sorry, but I can't help with that."))).toBe('refusal')
  })

  it.each([
    'Translate to English: 抱歉，我无法提供这方面的帮助。',
    'Write the sentence a chatbot says when it refuses.',
    'Is "I can\'t help with that" polite?',
  ])('takes a refusal for an answer to: %s', (text) => {
    expect(complaintOf(asking(text), saying("I'm sorry, but I can't help with that."))).toBeNull()
  })

  it('looks only at the arguments where tools are called', () => {
    const text: AssistantPart = { type: 'text', text: "I'm sorry, but I can't help with that." }
    expect(complaintOf(question, answer([text, calling('{"city":"Oslo"}')], 'tool_calls'))).toBeNull()
    expect(complaintOf(question, answer([calling('{}'), calling('{"city":')], 'tool_calls'))).toBe(
      'invalid_json',
    )
    expect(complaintOf(question, answer([calling('{"city":')], 'stop'))).toBe('invalid_json')
    expect(complaintOf(question, answer([calling('')], 'tool_calls'))).toBeNull()
    expect(complaintOf(question, answer([calling('look at Oslo', true)], 'tool_calls'))).toBeNull()
  })

  it('does not judge what broke off, was filtered, is one of several, or has not ended', () => {
    expect(complaintOf(question, answer([], 'length'))).toBeNull()
    expect(complaintOf(question, answer([calling('{"ci')], 'length'))).toBeNull()
    expect(complaintOf(question, answer([], 'content_filter'))).toBeNull()
    expect(complaintOf(question, answer([], 'stop', [{ parts: [], logprobs: [] }]))).toBeNull()
    expect(complaintOf(question, { ...answer([]), last: null })).toBeNull()
  })
})
