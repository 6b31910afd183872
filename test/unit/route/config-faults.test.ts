import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NamesInConfig } from '../../../src/core/tenant-config.ts'
import { nameFaults } from '../../../src/route/config-faults.ts'
import { prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { model, offer } from './builders.ts'

const CATALOG = prepareCatalog([
  model('v/a', { aliases: ['alpha'], offers: [offer('one'), offer('two')] }),
  model('v/b', { offers: [offer('two')] }),
  model('v/c'),
  model('v/d'),
  model('w/same'),
  model('x/same'),
])

const NOTHING: NamesInConfig = {
  fallbacks: new Map(),
  defaultFallbacks: [],
  fallbacksFor: { contextWindow: new Map(), contentPolicy: new Map() },
  deployments: new Map(),
  aliases: new Map(),
  routes: new Set(),
  directed: [],
}
const listed = (lists: Record<string, string[]>) => new Map(Object.entries(lists))
const faultsIn = (names: Partial<NamesInConfig>) => nameFaults({ ...NOTHING, ...names }, CATALOG)
const of = (lists: Record<string, string[]>) => faultsIn({ fallbacks: listed(lists) })
const pools = (hosts: Record<string, string[]>) => faultsIn({ deployments: listed(hosts) })
const one = (path: string, code: string, words = '') => [
  { path, code, message: expect.stringContaining(words) },
]

describe('nameFaults', () => {
  it('finds nothing wrong with models and hosts that are there', () => {
    expect(
      faultsIn({
        fallbacks: listed({ alpha: ['v/b', 'C', 'd:floor', 'auto'], 'v/b': ['c', 'd'], c: [] }),
        defaultFallbacks: ['auto:best', 'd', 'switchyard/panel'],
        fallbacksFor: { contextWindow: listed({ a: ['b'] }), contentPolicy: listed({ b: ['a'] }) },
        deployments: listed({ '*': ['one', 'two'], a: ['two', 'one'], b: [] }),
      }),
    ).toEqual([])
  })

  it.each([
    [{ nope: ['a'] }, one('fallbacks.nope', 'unknown_model', "'nope' does not exist")],
    [{ a: ['b', 'v/nope'] }, one('fallbacks.a[1]', 'unknown_model', 'v/nope')],
    [{ a: ['same'] }, one('fallbacks.a[0]', 'ambiguous_model', 'w/same, x/same')],
    [{ auto: ['a'] }, one('fallbacks.auto', 'virtual_model')],
    [{ 'switchyard/panel': ['a'] }, one('fallbacks["switchyard/panel"]', 'virtual_model')],
    [{ 'v/a': ['b'], alpha: ['c'] }, one('fallbacks.alpha', 'duplicate_model', 'v/a')],
    [{ 'v/a': ['b', 'alpha'] }, one('fallbacks["v/a"][1]', 'self_fallback', "'v/a'")],
    [{ a: ['b'], b: ['v/a'] }, one('fallbacks.b[0]', 'cycle', 'v/a → v/b → v/a')],
    [{ d: ['a'], a: ['b'], b: ['c'], c: ['b'] }, one('fallbacks.c[0]', 'cycle', ': v/b → v/c → v/b')],
  ])('tells what is wrong in %j', (lists, faults) => {
    expect(of(lists)).toEqual(faults)
  })

  it.each([
    [{ '*': ['three'] }, one('pools["*"].deployments[0].host', 'unknown_host', 'three')],
    [{ b: ['two', 'one'] }, one('pools.b.deployments[1].host', 'host_without_model', "'one'")],
    [{ a: ['two', 'two'] }, one('pools.a.deployments[1].host', 'duplicate_host')],
    [{ nope: ['two'] }, one('pools.nope', 'unknown_model')],
    [{ auto: ['two'] }, one('pools.auto', 'virtual_model')],
  ])('tells what is wrong with the pools %j', (hosts, faults) => {
    expect(pools(hosts)).toEqual(faults)
  })

  it('looks at each list by itself, and tells all faults', () => {
    const circle = listed({ a: ['b'], b: ['a', 'nope'] })
    const faults = faultsIn({
      fallbacks: circle,
      defaultFallbacks: ['nope'],
      fallbacksFor: { contextWindow: circle, contentPolicy: listed({ a: ['b'] }) },
    })
    expect(faults.map(({ path, code }) => `${code} ${path}`)).toEqual([
      'unknown_model fallbacks.b[1]',
      'cycle fallbacks.b[0]',
      'unknown_model default_fallbacks[0]',
      'unknown_model context_window_fallbacks.b[1]',
      'cycle context_window_fallbacks.b[0]',
    ])
  })

  it('passes over what is no text', () => {
    expect(of({ a: ['', 'b'] })).toEqual([])
    expect(pools({ a: ['', ''] })).toEqual([])
  })

  it('finds a circle wherever one can be walked, and only there', () => {
    const ids = ['v/a', 'v/b', 'v/c', 'v/d']
    const lists = fc.dictionary(fc.constantFrom(...ids), fc.subarray(ids), { noNullPrototype: true })
    fc.assert(
      fc.property(lists, (fallbacks) => {
        let left = Object.keys(fallbacks)
        // Who leads nowhere, or only to such, is on no circle.
        for (let size = -1; size !== left.length;) {
          size = left.length
          left = left.filter((id) => fallbacks[id]?.some((to) => left.includes(to)))
        }
        expect(of(fallbacks).length > 0).toBe(left.length > 0)
      }),
    )
  })
})

describe('names of aliases, and in directions', () => {
  it.each([
    [{ mine: 'a' }, []],
    [{ mine: 'auto:best' }, []],
    [{ mine: 'switchyard/panel:floor' }, []],
    [{ mine: 'route/desk' }, []],
    [{ mine: 'Route/Desk' }, []],
    [{ mine: 'gone' }, one('aliases.mine', 'unknown_model', "'gone'")],
    [{ mine: 'same' }, one('aliases.mine', 'ambiguous_model')],
    [{ mine: 'route/shop' }, one('aliases.mine', 'unknown_route', "'shop'")],
    [{ mine: 'a', other: 'mine' }, one('aliases.other', 'unknown_model')],
    [{ 'route/x': 'a' }, one('aliases["route/x"]', 'reserved_name')],
  ])('%j', (aliases, faults) => {
    const names = new Map(Object.entries<string>(aliases))
    expect(faultsIn({ aliases: names, routes: new Set(['desk']) })).toEqual(faults)
  })

  it('tells where an unknown model is named', () => {
    const directed = [
      { path: ['rules', 0, 'then', 'model'], model: 'gone' },
      { path: ['policy', 'models', 1], model: 'alpha' },
    ]
    expect(faultsIn({ directed })).toEqual(one('rules[0].then.model', 'unknown_model', "'gone'"))
  })
})
