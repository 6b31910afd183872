import { describe, expect, it } from 'vitest'
import type { CacheMarker, Message, Seal } from '../../../src/core/chat.ts'
import { isWarm, pinOf } from '../../../src/route/pin.ts'
import { candidate, eligible, hostState, shape } from './builders.ts'

const HOSTS = new Map([
  ['claude', hostState({ seals: 'anthropic' })],
  ['gemini', hostState({ seals: 'google' })],
  ['plain', hostState()],
])
const NOW = 1_700_000_000_000
const MINUTE = 60_000
const MEMORY = { modelId: 'v/a', host: 'plain', answeredAt: NOW - MINUTE }
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

const RANKED = [...HOSTS.keys()].map((host) => eligible({ model: 'v/a', host }))
const pin = (messages: readonly Message[], memory: typeof MEMORY | null = null, ranked = RANKED) =>
  pinOf(memory, shape({ messages }), { hosts: HOSTS, ranked, now: NOW })
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

  it('keeps it with the model alone once no host holds its beginning any more, or that one may not answer', () => {
    const everywhere = [...HOSTS.keys(), 'unknown']
    const cold = pin([user], { ...MEMORY, answeredAt: NOW - 5 * MINUTE })
    expect(cold?.reason).toBe('pinned_by_session')
    expect(held(cold)).toEqual(everywhere)
    expect(held(cold, 'v/b')).toEqual([])
    expect(held(pin([user], MEMORY, RANKED.slice(0, 2)))).toEqual(everywhere)
  })

  it('keeps a tool loop where it is, however long the tools took', () => {
    const long = { ...MEMORY, answeredAt: NOW - 60 * MINUTE }
    expect(held(pin([user, calling(), result], long))).toEqual(['plain'])
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

const marked = (cache: CacheMarker): Message => ({
  role: 'user',
  content: [{ type: 'text', text: 'x', cache }],
})
const warmAfter = (minutes: number, request: Parameters<typeof shape>[0]) =>
  isWarm({ ...MEMORY, answeredAt: NOW - minutes * MINUTE }, shape(request), NOW)

describe('isWarm', () => {
  it('lasts five minutes, or the hour that was asked for', () => {
    expect([4.9, 5].map((minutes) => warmAfter(minutes, {}))).toEqual([true, false])
    const hour = { messages: [marked({ ttl: '1h' }), user] }
    expect([59, 60].map((minutes) => warmAfter(minutes, hour))).toEqual([true, false])
    expect(warmAfter(59, { tools: [{ name: 'weather', cache: { ttl: '1h' } }] })).toBe(true)
    expect(warmAfter(6, { messages: [marked({ ttl: '5m' }), marked({})] })).toBe(false)
  })
})
