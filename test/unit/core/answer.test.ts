import { describe, expect, it } from 'vitest'
import { createAnswerBuilder, isContent, textsOf } from '../../../src/core/answer.ts'
import { type AssistantPart, type ChatEvent, isLast, type Seal } from '../../../src/core/chat.ts'

function gathered(...events: ChatEvent[]) {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  return builder.answer()
}

const partsOf = (...events: ChatEvent[]): readonly AssistantPart[] => gathered(...events).choices[0].parts
const seal = (data: string): Seal => ({ format: 'anthropic', kind: 'signature', data })
const sealed = (data: string): ChatEvent => ({ type: 'reasoning-seal', seal: seal(data) })

const call = (choice: number, id: string): ChatEvent[] => [
  { type: 'tool-call-start', index: 0, id, name: 'f', choice },
  { type: 'tool-call-delta', index: 0, argumentsJson: `"${id}"`, choice },
]

const END: ChatEvent = { type: 'answer-end', reason: 'stop', usage: null }

describe('createAnswerBuilder', () => {
  it('keeps what was written in its order, and joins what goes on', () => {
    const answer = gathered(
      { type: 'reasoning-delta', text: 'Let ' },
      { type: 'text-delta', text: 'Hel', logprobs: [1] },
      { type: 'reasoning-delta', text: 'me' },
      { type: 'refusal-delta', text: 'No' },
      { type: 'text-delta', text: 'lo', logprobs: [2, 3] },
      { type: 'text-delta', text: '!' },
      END,
    )
    const [choice] = answer.choices
    expect(answer).toEqual({ choices: [choice], last: END })
    expect(choice).toEqual({
      parts: [
        { type: 'reasoning', text: 'Let ' },
        { type: 'text', text: 'Hel' },
        { type: 'reasoning', text: 'me' },
        { type: 'refusal', text: 'No' },
        { type: 'text', text: 'lo!' },
      ],
      logprobs: [1, 2, 3],
    })
    expect(textsOf(choice)).toEqual({ text: 'Hello!', reasoning: 'Let me', refusal: 'No', toolCalls: [] })
  })

  it('seals a thought once, and begins a new one after it', () => {
    expect(
      partsOf(
        { type: 'reasoning-delta', text: 'Hm' },
        sealed('a'),
        sealed('b'),
        { type: 'reasoning-delta', text: 'Well' },
        { type: 'reasoning-delta', text: '!' },
        { type: 'text-delta', text: 'So' },
        sealed('c'),
        { type: 'tool-call-start', index: 0, id: 'x', name: 'f' },
        sealed('d'),
      ),
    ).toEqual([
      { type: 'reasoning', text: 'Hm', seal: seal('a') },
      { type: 'reasoning', text: '', seal: seal('b') },
      { type: 'reasoning', text: 'Well!' },
      { type: 'text', text: 'So' },
      { type: 'reasoning', text: '', seal: seal('c') },
      { type: 'tool-call', id: 'x', name: 'f', argumentsJson: '' },
      { type: 'reasoning', text: '', seal: seal('d') },
    ])
  })

  it('keeps choices apart, also their calls of the same index', () => {
    const { choices } = gathered(
      { type: 'text-delta', text: 'C', choice: 2, logprobs: [3] },
      { type: 'text-delta', text: 'A' },
      ...call(2, 'z'),
      ...call(0, 'x'),
      { type: 'text-delta', text: '!', choice: 0 },
    )
    expect(choices.map(textsOf)).toMatchObject([
      { text: 'A!', toolCalls: [{ id: 'x', argumentsJson: '"x"' }] },
      { text: '', toolCalls: [] },
      { text: 'C', toolCalls: [{ id: 'z', argumentsJson: '"z"' }] },
    ])
    expect(choices.map(({ logprobs }) => logprobs)).toEqual([[], [], [3]])
  })

  it('remembers that a call takes free text', () => {
    const start: ChatEvent = { type: 'tool-call-start', index: 0, id: 'x', name: 'grep', custom: true }
    expect(partsOf(start, { type: 'tool-call-delta', index: 0, argumentsJson: 'a "b' })).toEqual([
      { type: 'tool-call', id: 'x', name: 'grep', argumentsJson: 'a "b', custom: true },
    ])
  })

  it('keeps interleaved tool calls apart, in the order they began', () => {
    const { choices } = gathered(
      { type: 'tool-call-start', index: 3, id: 'c', name: 'third' },
      { type: 'tool-call-start', index: 0, id: 'a', name: 'first' },
      { type: 'tool-call-delta', index: 3, argumentsJson: '{"x":' },
      { type: 'tool-call-delta', index: 0, argumentsJson: '{}' },
      { type: 'tool-call-delta', index: 3, argumentsJson: '1}' },
      { type: 'tool-call-delta', index: 7, argumentsJson: 'lost' },
    )
    expect(textsOf(choices[0]).toolCalls).toMatchObject([
      { id: 'c', name: 'third', argumentsJson: '{"x":1}' },
      { id: 'a', name: 'first', argumentsJson: '{}' },
    ])
  })

  it('tells what there is before the end, and how it ended', () => {
    expect(gathered()).toEqual({ choices: [{ parts: [], logprobs: [] }], last: null })
    const begun = gathered({ type: 'text-delta', text: 'Hel' })
    expect(begun).toMatchObject({ choices: [{ parts: [{ text: 'Hel' }] }], last: null })
    const error = { type: 'answer-error', code: 'timeout', message: 'Late' } as const
    expect(gathered({ type: 'text-delta', text: 'Hel' }, error).last).toEqual(error)
  })
})

describe('isContent', () => {
  it.each<[ChatEvent, boolean]>([
    [{ type: 'text-delta', text: 'a' }, true],
    [{ type: 'text-delta', text: '' }, false],
    [{ type: 'reasoning-delta', text: 'a' }, true],
    [{ type: 'reasoning-delta', text: '' }, false],
    [{ type: 'refusal-delta', text: 'a' }, true],
    [{ type: 'tool-call-start', index: 0, id: 'a', name: 'b' }, true],
    [{ type: 'tool-call-delta', index: 0, argumentsJson: '{}' }, false],
    [sealed('a'), false],
    [END, false],
    [{ type: 'answer-error', code: 'timeout', message: '' }, false],
  ])('of %j is %s', (event, content) => {
    expect(isContent(event)).toBe(content)
  })

  it('is true of no last event', () => {
    expect(isLast(END) && !isContent(END)).toBe(true)
    expect(isLast({ type: 'text-delta', text: '' })).toBe(false)
  })
})
