import { describe, expect, it } from 'vitest'
import type { ChatEvent, ChatRequest, NativeRequest, ReadEvent } from '../../../src/core/chat.ts'
import {
  continuationRequest,
  continued,
  mayContinue,
  readAll,
  type Seam,
  writtenText,
} from '../../../src/execute/continuation.ts'

const native: NativeRequest = {
  format: 'openai-chat',
  body: {},
  headers: {},
  droppedElsewhere: [],
  onlyHere: [],
}
const question: ChatRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Tell me of tides.' }] }],
  tools: [],
  output: { type: 'text' },
  sampling: { stop: ['END'], temperature: 0.3 },
  reasoning: {},
  native,
}
const said = (text: string): ReadEvent => ({ type: 'text-delta', text })
const thought = (text: string): ReadEvent => ({ type: 'reasoning-delta', text })
const call: ReadEvent = { type: 'tool-call-start', index: 0, id: 'call_1', name: 'look' }
const lettersOf = (text: string) => text.length

describe('mayContinue', () => {
  it('may where only text and thoughts were written', () => {
    expect(mayContinue(question, [])).toBe(true)
    expect(mayContinue(question, [thought('Hm'), said('Tides '), said('rise')])).toBe(true)
    expect(mayContinue({ ...question, sampling: { choices: 1 } }, [said('Tides')])).toBe(true)
  })

  it.each<[string, Partial<ChatRequest>]>([
    ['JSON', { output: { type: 'json_object' } }],
    ['JSON of a schema', { output: { type: 'json_schema', name: 'tide', schema: {} } }],
    ['several answers', { sampling: { choices: 2 } }],
    ['log-probabilities', { sampling: { logprobs: true } }],
    ['what one format alone can say', { native: { ...native, onlyHere: ['messages[0].content[0]'] } }],
  ])('may not where the caller asked for %s', (_name, changes) => {
    expect(mayContinue({ ...question, ...changes }, [said('Tides')])).toBe(false)
  })

  it.each<[string, ReadEvent[]]>([
    ['in a tool call', [call]],
    ['after one', [call, { type: 'tool-call-delta', index: 0, argumentsJson: '{}' }, said('So')]],
    ['in a refusal', [{ type: 'refusal-delta', text: 'I cannot' }]],
  ])('may not %s', (_name, written) => {
    expect(mayContinue(question, written)).toBe(false)
  })
})

function tokensLeft(maxOutputTokens: number): number | undefined {
  const bounded = { ...question, sampling: { maxOutputTokens } }
  return continuationRequest(bounded, [thought('Hm'), said('Tides')], lettersOf).sampling.maxOutputTokens
}

describe('continuationRequest', () => {
  it('shows the next model what was written, and asks for the rest', () => {
    const request = continuationRequest(
      question,
      [thought('Hm'), said('Tides '), said('rise and')],
      lettersOf,
    )
    expect(request.messages.slice(0, 2)).toEqual([
      ...question.messages,
      { role: 'assistant', content: [{ type: 'text', text: 'Tides rise and' }] },
    ])
    expect(request.messages.slice(2)).toMatchObject([{ role: 'user', content: [{ type: 'text' }] }])
    expect(request).toMatchObject({ sampling: question.sampling, native: null, output: question.output })
    expect(request.sampling).not.toHaveProperty('maxOutputTokens')
  })

  it('leaves so many tokens as were not used for text and thoughts, and as many as every host takes', () => {
    expect(tokensLeft(100)).toBe(93)
    expect(tokensLeft(20)).toBe(16)
    expect(tokensLeft(5)).toBe(5)
  })

  it('asks the same again where nothing was said yet', () => {
    expect(continuationRequest(question, [thought('Hm'), said('')], lettersOf)).toBe(question)
  })
})

const END: ChatEvent = { type: 'answer-end', reason: 'stop', usage: null }
const BY = { modelId: 'v/two', host: 'two' }

async function follow(partial: string, events: readonly ChatEvent[]): Promise<(ChatEvent | Seam)[]> {
  return Array.fromAsync(continued(streamOf(events), partial, BY))
}

async function* streamOf(events: readonly ChatEvent[]): AsyncGenerator<ChatEvent> {
  yield* events
}

describe('continued', () => {
  it('gives what is new behind a seam', async () => {
    expect(
      await follow('Tides rise and fa', [said('Tides rise'), said(' and fall twice'), said(' a day.'), END]),
    ).toEqual([{ type: 'seam', ...BY }, said('ll twice'), said(' a day.'), END])
  })

  it('gives what was held back before a tool call or the end', async () => {
    expect(await follow('Let me see. I', [said('Let me'), call, END])).toEqual([
      { type: 'seam', ...BY },
      said('Let me'),
      call,
      END,
    ])
    expect((await follow('Let me see. I', [said('Let'), END])).slice(1)).toEqual([said('Let'), END])
  })

  it('ends in an error when the model begins anew, and shows nothing of it', async () => {
    const partial = 'Tides are the rise and fall of the sea, caused by the pull of the moon'
    const anew = 'Tides are the rise and fall of the sea, and they come twice a day.'
    expect(await follow(partial, [said(anew), END])).toMatchObject([
      { type: 'answer-error', code: 'provider_failed', message: expect.stringContaining('anew') },
    ])
  })

  it('shows no seam before a model that fails at once', async () => {
    const error: ChatEvent = { type: 'answer-error', code: 'timeout', message: 'Too late' }
    expect(await follow('Tides rise', [error])).toEqual([error])
  })

  it('leaves thoughts out of the middle of a text, and seals everywhere', async () => {
    const seal: ReadEvent = {
      type: 'reasoning-seal',
      seal: { format: 'openai', kind: 'encrypted', data: 'x' },
    }
    const events = [thought('Hm'), seal, said(' high'), END]
    expect((await follow('Tides rise', events)).slice(1)).toEqual([said(' high'), END])
    expect((await follow('', events)).slice(1)).toEqual([thought('Hm'), said(' high'), END])
  })

  it('does not pass on what the host says of its own part as if it were the whole', async () => {
    const end: ChatEvent = {
      ...END,
      type: 'answer-end',
      reason: 'stop',
      usage: null,
      native: { body: { id: 1 } },
    }
    expect((await follow('Tides rise', [said(' high'), end])).at(-1)).toEqual(END)
  })
})

describe('readAll', () => {
  it('reads what was relayed, for what was written', () => {
    const events = readAll([
      said('A '),
      { type: 'relay', text: 'data: …', read: () => [thought('Hm'), said('tide')] },
    ])
    expect(events).toEqual([said('A '), thought('Hm'), said('tide')])
    expect(writtenText(events)).toBe('A tide')
  })
})
