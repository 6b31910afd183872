import { describe, expect, it } from 'vitest'
import { type AgentBinding, bindingsIn, boundAgent } from '../../../src/core/bindings.ts'

const binding = (agent: string, fields: Partial<AgentBinding>): AgentBinding => ({
  agent,
  session: null,
  user: null,
  key: null,
  metadata: {},
  tool: null,
  skill: null,
  ...fields,
})
const all = [
  binding('by skill', { skill: 's' }),
  binding('by tool', { tool: 't' }),
  binding('by plan', { metadata: { plan: 'gold' } }),
  binding('by plan and team', { metadata: { plan: 'gold', team: 'x' } }),
  binding('by key', { key: 'k' }),
  binding('by user', { user: 'u' }),
  binding('by user and skill', { user: 'u', skill: 's' }),
  binding('by session', { session: 'd' }),
]
const nobody = { session: null, user: null, key: null, metadata: {} }
const names = (scene: Partial<typeof nobody | AgentBinding>) =>
  bindingsIn(all, { ...nobody, ...scene }).map(({ agent }) => agent)

describe('bindingsIn', () => {
  it('has those that hold, the most specific first', () => {
    expect(names({})).toEqual(['by tool', 'by skill'])
    expect(
      names({ session: 'd', user: 'u', key: 'k', metadata: { plan: 'gold', team: 'x', more: '' } }),
    ).toEqual([
      'by session',
      'by user and skill',
      'by user',
      'by key',
      'by plan and team',
      'by plan',
      'by tool',
      'by skill',
    ])
    expect(names({ metadata: { plan: 'gold', team: 'y' } })).toEqual(['by plan', 'by tool', 'by skill'])
    expect(bindingsIn([binding('x', { metadata: { constructor: 'y' } })], nobody)).toEqual([])
  })
})

describe('boundAgent', () => {
  it('is the first rule’s whose tool and skill the work needs', () => {
    const bindings = bindingsIn(all, { ...nobody, user: 'u' })
    expect(boundAgent(bindings, { tools: [], skills: ['s'] })).toBe('by user and skill')
    expect(boundAgent(bindings, { tools: ['t'], skills: [] })).toBe('by user')
    expect(boundAgent(bindingsIn(all, nobody), { tools: [], skills: ['other'] })).toBeNull()
  })
})
