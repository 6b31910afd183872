import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  foldPrompt,
  foldToFit,
  type SessionMessage,
  tokensIn,
  turnPrompt,
} from '../../../src/agents/session.ts'

const messages = (contents: readonly string[]): SessionMessage[] =>
  contents.map((content, at) => ({
    seq: at + 1,
    id: `msg_${at}`,
    role: at % 2 === 0 ? 'user' : 'assistant',
    content,
    at,
    answer: null,
  }))

describe('foldToFit', () => {
  it('keeps all that fits', () => {
    const all = messages(['Hello', 'Hi'])
    expect(foldToFit(all, 100)).toEqual({ recent: all, folded: [] })
  })

  it('frees half of the room where not all fits, and loses nothing', () => {
    const text = fc.oneof(fc.lorem({ maxCount: 60 }), fc.constant('我們昨天談到的預算'.repeat(20)))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), fc.nat(2_000), (texts, room) => {
        const all = messages(texts)
        const { recent, folded } = foldToFit(all, room)
        expect([...folded, ...recent]).toEqual(all)
        const tokens = recent.reduce((sum, { content }) => sum + tokensIn(content, 1), 0)
        expect(tokens).toBeLessThanOrEqual(folded.length > 0 ? room / 2 : room)
        expect(recent[0]?.role ?? 'user').toBe('user')
      }),
    )
  })
})

describe('foldPrompt', () => {
  it('tells the earlier summary and what was said, long texts by both of their ends', () => {
    const prompt = foldPrompt('They met.', messages([`A${'x'.repeat(100_000)}Z`, '好的']))
    const [system, user] = prompt.map(({ content }) => content)
    expect(system).toContain('language of the conversation')
    expect(user).toContain('They met.')
    expect(user).toMatch(/<user>\nAx+ \[…\] x+Z\n<\/user>\n<assistant>\n好的\n<\/assistant>/)
    expect(user?.length).toBeLessThan(50_000)
  })
})

describe('turnPrompt', () => {
  const nothing = { instructions: [null], memory: {}, summary: null, recent: [], content: 'And now?' }

  it('is what is said where nothing else is known', () => {
    expect(turnPrompt(nothing)).toEqual([{ role: 'user', content: 'And now?' }])
  })

  it('has instructions and memory first; the summary has no more say than who was summarised', () => {
    const told = turnPrompt({
      instructions: ['You write.', 'Be brief.'],
      memory: { name: 'Ada' },
      summary: 'They met.',
      recent: messages(['Hello', 'Hi']),
      content: 'And now?',
    })
    expect(told.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      'system: You write.\n\nBe brief.\n\nWhat is remembered here:\n- name: Ada',
      'user: Summary of what was said before:\nThey met.',
      'user: Hello',
      'assistant: Hi',
      'user: And now?',
    ])
  })
})
