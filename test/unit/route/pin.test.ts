import { describe, expect, it } from 'vitest'
import type { Message, Seal } from '../../../src/core/chat.ts'
import { keptShare, pinOf } from '../../../src/route/pin.ts'
import { candidate, chat, hostState } from './builders.ts'

const HOSTS = new Map([
  ['claude', hostState({ seals: 'anthropic' })],
  ['gemini', hostState({ seals: 'google' })],
  ['plain', hostState()],
])
const MEMORY = { modelId: 'v/a', host: 'plain' }
const SEAL: Seal = { format: 'anthropic', kind: 'signature', data: 'sig' }

const user: Message = { role: 'user', content: [{ type: 'text', text: 'Weather?' }] }
const result: Message = { role: 'tool', toolCallId: 'call_1', content: [{ type: 'text', text: 'Sunny' }] }
const calling = (seal?: Seal): Message => ({
  role: 'assistant',
  content: [
    { type: 'reasoning', text: 'Hm', ...(seal && { seal }) },
    { type: 'tool-call', id: 'call_1', name: 'weather', argumentsJson: '{}' },
  ],
})

const pin = (messages: readonly Message[], memory: typeof MEMORY | null = null) =>
  pinOf(memory, chat({ messages }), HOSTS)
/** The hosts at which a pin holds this model. */
const held = (found: ReturnType<typeof pinOf>, model = 'v/a') =>
  [...HOSTS.keys(), 'unknown'].filter((host) => found?.holds(candidate({ host, model })))

describe('pinOf', () => {
  it('keeps a session with the model and host that answered last', () => {
    const found = pin([user], MEMORY)
    expect(found?.reason).toBe('pinned_by_session')
    expect(held(found)).toEqual(['plain'])
    expect(held(found, 'v/b')).toEqual([])
  })

  it('says when it is a tool loop that keeps it there, whatever the user adds to the results', () => {
    expect(pin([user, calling(), result], MEMORY)?.reason).toBe('pinned_by_tool_loop')
    expect(pin([user, calling(), result, user], MEMORY)?.reason).toBe('pinned_by_tool_loop')
  })

  it('keeps a sealed tool loop, without a session, with all who can read the seal', () => {
    const found = pin([user, calling(SEAL), result])
    expect(found?.reason).toBe('pinned_by_tool_loop')
    expect(held(found)).toEqual(['claude'])
    expect(held(found, 'v/b')).toEqual(['claude'])
  })

  it('remembers the seal through turns of the loop that have none', () => {
    expect(held(pin([user, calling(SEAL), result, calling(), result]))).toEqual(['claude'])
    const answered: Message = { role: 'assistant', content: [{ type: 'text', text: 'Sunny' }] }
    expect(pin([user, calling(SEAL), result, answered, user, calling(), result])).toBeNull()
  })

  it('lets go of a loop without seals, and of one that is over', () => {
    expect(pin([user, calling(), result])).toBeNull()
    expect(pin([user, calling(SEAL), result, { role: 'assistant', content: [] }, user])).toBeNull()
    expect(pin([user])).toBeNull()
  })
})

const said = (length: number): Message => ({
  role: 'user',
  content: [{ type: 'text', text: 'x'.repeat(length) }],
})

describe('keptShare', () => {
  it('is what was read before, where that is long enough for a host to hold', () => {
    expect(keptShare(chat({ messages: [said(9_000), said(1_000)] }))).toBeCloseTo(0.9, 12)
    expect(keptShare(chat({ messages: [said(3_000), said(1_000)] }))).toBe(0)
    expect(keptShare(chat({ messages: [said(90_000)] }))).toBe(0)
    expect(keptShare(chat({ messages: [] }))).toBe(0)
  })
})
