import { describe, expect, it } from 'vitest'
import type { CollaborationWish } from '../../../../src/core/collaboration.ts'
import { prepareCatalog } from '../../../../src/route/prepared-catalog.ts'
import { BALANCED } from '../../../../src/route/decision.ts'
import { directedPolicy, directedPreferences } from '../../../../src/route/rules/apply.ts'
import { directionsFor } from '../../../../src/route/rules/directions-for.ts'
import { model, preferences } from '../builders.ts'
import { configOf, signals } from './signals.ts'

const CATALOG = prepareCatalog(['v/a', 'v/b', 'v/c'].map((id) => model(id)))
const ALWAYS = { signal: 'input_tokens', gte: 0 }
const layers = (policy: object, then: object) => ({ policy, rules: [{ id: 'it', when: ALWAYS, then }] })
const both = (policy: object, then: object) => layers({ collaboration: policy }, { collaboration: then })

function directed(document: object, asked: { model?: string; collaboration?: CollaborationWish } = {}) {
  const config = configOf(document)
  const own = preferences(asked)
  const found = directionsFor(config, signals({ model: own.model }))
  return {
    wish: directedPreferences(own, found, { config, catalog: CATALOG }).collaboration,
    policy: directedPolicy(BALANCED, found, CATALOG),
  }
}

describe('what several models are to do', () => {
  it('is what the request says, then the rule, then the policy, each part as a whole', () => {
    const document = both(
      {
        pattern: 'cascade',
        cascade: { threshold: 0.5 },
        panel: { size: 7, mixed: true },
        verify: { judge: 'a' },
      },
      { panel: { size: 3 }, verify: { max_retries: 1 } },
    )
    expect(directed(document).wish).toEqual({
      pattern: 'cascade',
      cascade: { threshold: 0.5 },
      panel: { size: 3 },
      verify: { maxRetries: 1 },
    })
    const own: CollaborationWish = { pattern: 'panel', panel: { report: true }, verify: { judge: 'v/b' } }
    expect(directed(document, { collaboration: own }).wish).toEqual({ ...own, cascade: { threshold: 0.5 } })
  })

  it('is nothing where nobody says anything', () => {
    expect(directed({}).wish).toBeUndefined()
    expect(directed(both({}, {}), { model: 'v/a' }).wish).toBeUndefined()
  })

  it('takes an empty wish for one that leaves the rest to others', () => {
    const asked = { collaboration: { verify: {} } }
    expect(directed({}, asked).wish).toEqual({ verify: {} })
    const document = both({ verify: { checks: ['arithmetic'] } }, { verify: {} })
    expect(directed(document, asked).wish).toEqual({ verify: { checks: [{ kind: 'arithmetic' }] } })
  })

  it.each<[says: string, document: object, asked: string, pattern: string | undefined]>([
    ['the name asked for', {}, 'switchyard/panel:floor', 'panel'],
    ['that name before the tenant', both({}, { pattern: 'single' }), 'Switchyard/Fusion', 'fusion'],
    ['an alias', { aliases: { smart: 'switchyard/cascade' } }, 'smart:best', 'cascade'],
    ['the model of a route', { routes: { desk: { model: 'switchyard/panel' } } }, 'route/desk', 'panel'],
    [
      'an alias of a route',
      { aliases: { d: 'route/x' }, routes: { x: { model: 'switchyard/fusion' } } },
      'd',
      'fusion',
    ],
    ['the model taken for auto', { policy: { model: 'switchyard/cascade' } }, 'auto', 'cascade'],
    ['no model that is not taken', { policy: { model: 'switchyard/cascade' } }, 'v/a', undefined],
    ['no model in place of a way of working', { policy: { model: 'v/a' } }, 'switchyard/panel', 'panel'],
    [
      'no name that another was taken for',
      { policy: { model: 'v/a', override: true } },
      'switchyard/panel',
      undefined,
    ],
    [
      'the rule before the policy',
      layers({ model: 'switchyard/panel' }, { collaboration: { pattern: 'cascade' } }),
      'auto',
      'cascade',
    ],
    [
      'the rule’s model before the policy',
      layers({ collaboration: { pattern: 'cascade' } }, { model: 'switchyard/panel' }),
      'auto',
      'panel',
    ],
  ])('goes by %s', (_, document, asked, pattern) => {
    expect(directed(document, { model: asked }).wish?.pattern).toBe(pattern)
  })

  it('reads the tenant’s own names where the request names models', () => {
    const wish: CollaborationWish = {
      cascade: { models: ['mine', 'v/a'], verifier: 'mine' },
      panel: { models: ['MINE'], judge: 'mine' },
      verify: { judge: 'mine' },
    }
    expect(directed({ aliases: { mine: 'v/b' } }, { collaboration: wish }).wish).toEqual({
      cascade: { models: ['v/b', 'v/a'], verifier: 'v/b' },
      panel: { models: ['v/b'], judge: 'v/b' },
      verify: { judge: 'v/b' },
    })
  })

  it('leaves out models of the tenant that are there no longer, and none that the request names', () => {
    const section = {
      cascade: { models: ['gone', 'a', 'b'], verifier: 'gone' },
      panel: { models: ['gone'], size: 2 },
      verify: { judge: 'gone' },
    }
    expect(directed(both(section, {})).wish).toEqual({
      cascade: { models: ['a', 'b'] },
      panel: { size: 2 },
      verify: {},
    })
    const asked = { collaboration: { verify: { judge: 'gone' } } }
    expect(directed({}, asked).wish).toEqual(asked.collaboration)
  })

  it('may be done unasked where the first who speaks of it lets it', () => {
    const lets = { unasked: { patterns: ['cascade'], min_gain: 0.1 } }
    expect(directed({}).policy.unasked).toEqual({})
    expect(directed(both(lets, { pattern: 'panel' })).policy.unasked).toEqual({
      patterns: ['cascade'],
      minGain: 0.1,
    })
    expect(directed(both(lets, { unasked: { patterns: [] } })).policy.unasked).toEqual({ patterns: [] })
  })
})
