import { describe, expect, it } from 'vitest'
import { NO_CONFIG, type TenantConfig } from '../../../src/core/tenant-config.ts'
import { prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { rulesFor, withRules } from '../../../src/route/tenant-rules.ts'
import { model, preferences } from './builders.ts'

const CATALOG = prepareCatalog([
  model('v/a', { aliases: ['alpha'] }),
  model('v/b'),
  model('v/c'),
  model('v/d'),
])
const POOL = { strategy: 'priority', shares: new Map() } as const

const CONFIG: TenantConfig = {
  ...NO_CONFIG,
  fallbacks: new Map([
    ['alpha', ['b', 'gone', 'auto:floor']],
    ['gone', ['a']],
    ['d', []],
  ]),
  defaultFallbacks: ['gone', 'c'],
  fallbacksFor: { contextWindow: new Map([['a', ['c']]]), contentPolicy: new Map([['a', ['d', 'gone']]]) },
  pools: new Map([
    ['*', POOL],
    ['a', POOL],
    ['gone', POOL],
  ]),
}
const RULES = rulesFor(CONFIG, CATALOG)
const ruled = (name: string, rest = {}) =>
  withRules(preferences({ model: name, ...rest }), null, RULES, CATALOG)

describe('rulesFor', () => {
  it('finds rules by model id, without what the catalog has no longer', () => {
    expect(RULES).toEqual({
      ...NO_CONFIG,
      fallbacks: new Map([
        ['v/a', ['b', 'auto:floor']],
        ['v/d', []],
      ]),
      defaultFallbacks: ['c'],
      fallbacksFor: {
        contextWindow: new Map([['v/a', ['c']]]),
        contentPolicy: new Map([['v/a', ['d']]]),
      },
      pools: new Map([
        ['v/a', POOL],
        ['*', POOL],
      ]),
    })
  })
})

describe('withRules', () => {
  it("adds the model's own fallbacks after the request's", () => {
    const own = { models: ['d'], fallbacksFor: { contextWindow: ['b'], contentPolicy: [] } }
    expect(ruled('ALPHA', own)).toMatchObject({
      models: ['d', 'b', 'auto:floor'],
      fallbacksFor: { contextWindow: ['b', 'c'], contentPolicy: ['d'] },
    })
  })

  it('adds the default ones to models without their own, and to those chosen among all', () => {
    expect(ruled('b').models).toEqual(['c'])
    expect(ruled('auto').models).toEqual(['c'])
    expect(ruled('d').models).toEqual([])
    expect(ruled('b').fallbacksFor).toEqual({ contextWindow: [], contentPolicy: [] })
  })

  it('adds nothing where the tenant says nothing', () => {
    const asked = preferences({ model: 'a', models: ['b'], fallbacksFrom: 0 })
    expect(withRules(asked, null, NO_CONFIG, CATALOG)).toEqual(asked)
  })

  it('adds those of the model that is taken in place of the one asked for', () => {
    const asked = preferences({ model: 'auto' })
    expect(withRules(asked, 'a', RULES, CATALOG).models).toEqual(ruled('a').models)
  })

  it('refuses an unknown model', () => {
    expect(() => ruled('gone')).toThrow(expect.objectContaining({ code: 'model_not_found', param: 'model' }))
  })
})
