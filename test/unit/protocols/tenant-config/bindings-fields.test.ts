import { describe, expect, it } from 'vitest'
import { decodeConfig, formFaults } from '../../../../src/protocols/tenant-config/decode-config.ts'

const faultAt = (document: object) => formFaults(document).map(({ path }) => path)

describe('bindings', () => {
  it('are none where nothing is said, and else as written', () => {
    expect(decodeConfig({}).bindings).toEqual([])
    const bindings = [{ agent: 'loom', match: { skill: '織布', metadata: { tier: 'gold' } } }]
    expect(decodeConfig({ bindings }).bindings).toEqual([
      {
        agent: 'loom',
        session: null,
        user: null,
        key: null,
        metadata: { tier: 'gold' },
        tool: null,
        skill: '織布',
      },
    ])
  })

  it.each([
    [{ agent: 'loom', match: {} }, 'bindings[0].match'],
    [{ agent: 'loom', match: { metadata: {} } }, 'bindings[0].match'],
    [{ agent: '', match: { user: 'u' } }, 'bindings[0].agent'],
    [{ agent: 'loom', match: { user: '' } }, 'bindings[0].match.user'],
  ])('need an agent and something to match: %j', (one, path) => {
    expect(faultAt({ bindings: [one] })).toEqual([path])
  })
})
