import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { type OfferFacts, withFacts, withLocalModels } from '../../../src/route/catalog/extend.ts'
import { factsFrom, type ModelsDevModel } from '../../../src/route/catalog/models-dev.ts'
import { route } from '../../../src/route/route.ts'
import { first, model, offer, preferences, priced, routingInput } from './builders.ts'

const NOW = Date.UTC(2026, 10, 23)
const KNOWN = [model('v/known', { offers: [offer('openai', { price: priced(1, 4) })] })]

/** The facts that models.dev's row of the one known offer gives. */
function factsOf(row: ModelsDevModel, catalog = KNOWN): OfferFacts[] {
  return factsFrom({ openai: { models: { 'openai-name': row } } }, catalog, NOW)
}

const cost = (input: number, output: number, rest: object = {}) => ({ cost: { input, output, ...rest } })

const fact = (rest: Partial<OfferFacts> = {}): OfferFacts => ({
  host: 'openai',
  hostModelId: 'openai-name',
  inputPrice: 2_000_000,
  outputPrice: 8_000_000,
  cachedInputPrice: null,
  cacheWritePrice: null,
  contextWindow: null,
  maxOutputTokens: null,
  readAt: NOW,
  ...rest,
})

/** What models.dev calls the hosts it names otherwise. */
const NAMES: Record<string, string> = {
  together: 'togetherai',
  fireworks: 'fireworks-ai',
  'workers-ai': 'cloudflare-workers-ai',
  qwen: 'alibaba',
  moonshot: 'moonshotai',
  bedrock: 'amazon-bedrock',
  vertex: 'google-vertex-anthropic',
}

describe('factsFrom', () => {
  it('reads prices and limits', () => {
    const row = {
      ...cost(1.25, 5.5, { cache_read: 0.125, cache_write: 1.5 }),
      limit: { context: 64_000, output: 4_096 },
    }
    expect(factsOf(row)).toEqual([
      {
        host: 'openai',
        hostModelId: 'openai-name',
        inputPrice: 1_250_000,
        outputPrice: 5_500_000,
        cachedInputPrice: 125_000,
        cacheWritePrice: 1_500_000,
        contextWindow: 64_000,
        maxOutputTokens: 4_096,
        readAt: NOW,
      },
    ])
  })

  it.each([
    ['missing', {}],
    ['half missing', { cost: { input: 1 } }],
    ['zero', cost(0, 4)],
    ['negative', cost(1, -4)],
    ['infinite', cost(Infinity, 4)],
    ['not a number', cost(1, NaN)],
    ['ten times dearer', cost(10.1, 4)],
    ['ten times cheaper', cost(1, 0.39)],
    ['too small to be counted', cost(1e-9, 4)],
  ])('takes no fact from a price that is %s', (_name, row) => {
    expect(factsOf(row)).toEqual([])
  })

  it('believes any price within ten times the known one, and no other', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 100, noNaN: true }), (factor) => {
        fc.pre(Math.abs(factor - 10) > 1e-3 && Math.abs(factor - 0.1) > 1e-3)
        expect(factsOf(cost(factor, 4))).toHaveLength(factor > 0.1 && factor < 10 ? 1 : 0)
      }),
    )
  })

  it('never makes a model free, also one whose price was unknown', () => {
    const unknown = [model('v/unknown', { offers: [offer('openai', { price: null })] })]
    expect(factsOf(cost(1e-9, 1e-9), unknown)).toEqual([])
    expect(factsOf(cost(0.3, 0.5), unknown)).toMatchObject([{ inputPrice: 300_000 }])
  })

  it.each([
    { cache_read: 1.5 },
    { cache_read: 0 },
    { cache_read: -1 },
    { cache_write: 0 },
    { cache_write: 11 },
  ])('leaves out what is impossible of %j', (rest) => {
    expect(factsOf(cost(1, 4, rest))).toMatchObject([{ cachedInputPrice: null, cacheWritePrice: null }])
  })

  it.each([{ context: 0, output: -1 }, { context: 1.5, output: NaN }, { context: 9_999, output: 1 }, {}])(
    'leaves out limits that are impossible: %j',
    (limit) => {
      expect(factsOf({ ...cost(1, 4), limit })).toMatchObject([
        { contextWindow: null, maxOutputTokens: null },
      ])
    },
  )

  it('knows nothing of offers that are not listed', () => {
    expect(factsFrom({}, KNOWN, NOW)).toEqual([])
    expect(factsFrom({ openai: {}, other: { models: { 'openai-name': cost(1, 4) } } }, KNOWN, NOW)).toEqual(
      [],
    )
  })

  it('finds every offer of the catalog under the name that models.dev has for its host', () => {
    const offers = CATALOG.flatMap((one) => one.offers)
    const listed = new Map<string, Record<string, ModelsDevModel>>()
    for (const { host, hostModelId, price } of offers) {
      const name = NAMES[host] ?? host
      const row = cost((price?.input ?? 1e6) / 1e6, (price?.output ?? 1e6) / 1e6)
      listed.set(name, { ...listed.get(name), [hostModelId]: row })
    }
    const modelsDev = Object.fromEntries([...listed].map(([name, models]) => [name, { models }]))
    const found = factsFrom(modelsDev, CATALOG, NOW)
    expect(found.map(({ host, hostModelId }) => `${host} ${hostModelId}`)).toEqual(
      offers.map(({ host, hostModelId }) => `${host} ${hostModelId}`),
    )
    expect(Object.keys(NAMES).filter((host) => !offers.some((one) => one.host === host))).toEqual([])
  })
})

describe('withFacts', () => {
  const price = priced(1, 4, { cachedInput: 100_000, tiers: [{ aboveInputTokens: 9, input: 2, output: 3 }] })
  const catalog = [
    model('v/a', { offers: [offer('openai', { price, contextWindow: 50_000 }), offer('two')] }),
    model('v/b'),
  ]
  const renewed = (rest: Partial<OfferFacts>) => first(first(withFacts(catalog, [fact(rest)])).offers)

  it('renews the price and limits of the offer and says where from', () => {
    expect(
      renewed({ cachedInputPrice: 200_000, contextWindow: 60_000, maxOutputTokens: 4_000 }),
    ).toMatchObject({
      host: 'openai',
      price: {
        input: 2_000_000,
        output: 8_000_000,
        cachedInput: 200_000,
        source: { url: 'https://models.dev/api.json', date: '2026-11-23' },
      },
      contextWindow: 60_000,
      maxOutputTokens: 4_000,
    })
  })

  it('keeps what the facts leave open', () => {
    expect(renewed({})).toMatchObject({
      price: { cachedInput: 100_000, tiers: price.tiers },
      contextWindow: 50_000,
    })
    expect(renewed({})).not.toHaveProperty('maxOutputTokens')
  })

  it('never has a cached token cost more than a fresh one', () => {
    expect(renewed({ inputPrice: 90_000 }).price).toMatchObject({ input: 90_000, cachedInput: 90_000 })
  })

  it('changes no other offer, and neither adds nor removes any', () => {
    const [a, b] = withFacts(catalog, [fact(), fact({ host: 'nobody' }), fact({ hostModelId: 'other' })])
    expect(a?.offers[1]).toBe(catalog[0]?.offers[1])
    expect(a?.offers).toHaveLength(2)
    expect(b).toEqual(catalog[1])
    expect(withFacts(catalog, [])).toBe(catalog)
  })
})

describe('withLocalModels', () => {
  const local = { id: 'Qwen-Coder', context_window: 32_000, max_output_tokens: 4_000, tools: true }
  const serve = (
    ...models: (typeof local & { like?: string; price?: { prompt: number; completion: number } })[]
  ) => withLocalModels(KNOWN, [{ id: 'studio', base_url: 'http://localhost:1234/v1', models }])

  it('adds the models of a server beside the catalog', () => {
    const [known, added] = serve({ ...local, price: { prompt: 0.1, completion: 0.29 } })
    expect(known).toBe(KNOWN[0])
    expect(added).toMatchObject({
      id: 'studio/Qwen-Coder',
      contextWindow: 32_000,
      maxOutputTokens: 4_000,
      tools: true,
      reasoning: { kind: 'none' },
      scores: [],
      offers: [{ host: 'studio', hostModelId: 'Qwen-Coder', price: { input: 100_000, output: 290_000 } }],
    })
  })

  it('shares the abilities of the model it is like, not its prices or limits', () => {
    const [, added] = serve({ ...local, like: 'v/known' })
    expect(added).toMatchObject({
      inputModalities: KNOWN[0]?.inputModalities,
      structuredOutput: 'json_schema',
    })
    expect(added).toMatchObject({ contextWindow: 32_000, offers: [{ price: null }] })
  })

  it('takes what a model is said to do over what it is like', () => {
    const said = {
      ...local,
      like: 'v/known',
      input_modalities: ['image' as const],
      structured_output: 'json_object' as const,
      reasoning_efforts: ['high' as const, 'low' as const],
    }
    const server = { id: 'studio', base_url: 'http://localhost:1234/v1', models: [said] }
    expect(withLocalModels(KNOWN, [server])[1]).toMatchObject({
      inputModalities: ['text', 'image'],
      structuredOutput: 'json_object',
      reasoning: { kind: 'effort', efforts: ['low', 'high'] },
    })
  })

  it('lets them be asked for by id and by bare name', () => {
    for (const name of ['studio/qwen-coder', 'Qwen-Coder']) {
      const decision = route(routingInput(serve(local), { preferences: preferences({ model: name }) }))
      expect(decision.plan).toMatchObject([{ candidate: { offer: { host: 'studio' } } }])
    }
  })
})
