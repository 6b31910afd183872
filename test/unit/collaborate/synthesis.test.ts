import { describe, expect, it } from 'vitest'
import type { FusionReport } from '../../../src/collaborate/outcome.ts'
import { contradictsVote, synthesisRequest } from '../../../src/collaborate/synthesis.ts'
import { chat } from '../route/builders.ts'
import { answerOf, asking, call, drafts } from './drafts.ts'

const REPORT: FusionReport = {
  consensus: [],
  contradictions: [
    {
      topic: 'When',
      positions: [
        { members: [1], claim: '1914' },
        { members: [2], claim: '1918' },
      ],
    },
  ],
  uniquePoints: [{ member: 2, point: 'It ended.' }],
  blindSpots: [],
  source: 'analyst',
}
const two = drafts('It was 1914.', 'It was 1918.')

const groups = (...members: number[][]) =>
  members.map((each, at) => ({ answer: String(24 + at), members: each, weight: each.length }))

describe('synthesisRequest', () => {
  it('keeps the conversation and its form, and adds the drafts at its end', () => {
    const output = { type: 'json_schema', name: 'year', schema: { type: 'object' } } as const
    const question = asking('When?', {
      output,
      sampling: { temperature: 1, maxOutputTokens: 99, choices: 3 },
      user: 'u',
    })
    const request = synthesisRequest(question, two, REPORT)
    expect(request).toMatchObject({
      output,
      tools: [],
      native: null,
      user: 'u',
      sampling: { maxOutputTokens: 99 },
    })
    expect(request.sampling).toEqual({ maxOutputTokens: 99 })
    expect(request.messages).toHaveLength(1)
    const [first, note] = request.messages[0]?.content ?? []
    expect(first).toEqual({ type: 'text', text: 'When?' })
    expect(note).toMatchObject({ text: expect.stringContaining('It was 1918.') })
    expect(note).toMatchObject({ text: expect.stringContaining('{"members":["A"],"claim":"1914"}') })
    expect(note).toMatchObject({ text: expect.stringContaining('"member":"B"') })
  })

  it('leaves no call of a tool behind that is not offered', () => {
    const { messages } = synthesisRequest(
      chat({
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'When?' }] },
          {
            role: 'assistant',
            content: [{ type: 'reasoning', text: 'Hm.' }, call('look', { year: true }, 'c1')],
          },
          { role: 'tool', toolCallId: 'c1', content: [{ type: 'text', text: '1914' }] },
        ],
      }),
      two,
      null,
    )
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(JSON.stringify(messages)).not.toMatch(/"tool-call"|"toolCallId"|Hm\./)
    expect(messages[2]?.content[1]).toEqual({ type: 'text', text: '1914' })
  })
})

describe('contradictsVote', () => {
  const question = asking('How many legs do 3 spiders have?')
  const says = (text: string, ...members: number[][]) =>
    contradictsVote(question, answerOf(text), groups(...members))

  it('compares what is written with a clear majority', () => {
    expect(says('They have 25 legs.', [1, 2], [3])).toBe(true)
    expect(says('They have **24** legs.', [1, 2], [3])).toBe(false)
  })

  it('says nothing where there is no clear majority, or nothing to compare', () => {
    expect(says('They have 25 legs.', [1, 2], [3, 4])).toBe(false)
    expect(says('They have 25 legs.', [1])).toBe(false)
    expect(says('They have 25 legs.')).toBe(false)
    expect(
      says('That depends on how many of them lost some in a fight, and nobody knows that.', [1, 2]),
    ).toBe(false)
  })
})
