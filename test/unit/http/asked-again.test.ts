import { describe, expect, it } from 'vitest'
import { askedIn, opinionOfEarlier } from '../../../src/http/asked-again.ts'
import type { Message } from '../../../src/core/chat.ts'
import { chat } from '../route/builders.ts'

const chatOf = (messages: readonly Message[]) => chat({ messages })
const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] })
const QUESTION = user('How do I renew my residence permit when my passport expires next month?')
const gist = askedIn(chatOf([QUESTION]))
const EARLIER = {
  modelId: 'v/m',
  host: 'one',
  turns: 1,
  answeredAt: 1_000,
  decisionId: 'dec_1',
  ...(gist && { gist }),
}
const MINUTE = 60_000

describe('opinionOfEarlier', () => {
  it('finds no help where the same is asked again, and help where the talk goes on', () => {
    const said = { tenantId: 't', now: MINUTE }
    const other = askedIn(chatOf([user('Thanks. What does a new passport cost?')]))
    expect(opinionOfEarlier(EARLIER, { ...said, gist })).toMatchObject({ decisionId: 'dec_1', score: 0 })
    expect(opinionOfEarlier(EARLIER, { ...said, gist: other })).toMatchObject({ source: 're-ask', score: 1 })
  })

  it.each([
    ['in a new session', null, gist, MINUTE],
    ['an hour later', EARLIER, gist, 61 * MINUTE],
    ['without words', EARLIER, [], MINUTE],
    ['within a tool loop', EARLIER, null, MINUTE],
    ['after a turn without words', { ...EARLIER, gist: [] }, gist, MINUTE],
    ['after a turn of an older kind', { ...EARLIER, decisionId: '' }, gist, MINUTE],
  ])('says nothing %s', (_, earlier, now, at) => {
    expect(opinionOfEarlier(earlier, { tenantId: 't', gist: now, now: at })).toBeNull()
  })
})

describe('askedIn', () => {
  it('is nothing within a tool loop', () => {
    const call = { type: 'tool-call', id: 'c', name: 'f', argumentsJson: '{}' } as const
    const loop: Message[] = [
      QUESTION,
      { role: 'assistant', content: [call] },
      { role: 'tool', toolCallId: 'c', content: [{ type: 'text', text: '1' }] },
    ]
    expect(askedIn(chatOf(loop))).toBeNull()
    expect(askedIn(chatOf([QUESTION]))?.length).toBeGreaterThan(10)
  })
})
