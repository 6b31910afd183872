import { describe, expect, it } from 'vitest'
import { REASONING_EFFORTS } from '../../../src/core/chat.ts'
import { MODALITIES } from '../../../src/core/demand.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { BENCHMARKS, type Source, type TokenPrices } from '../../../src/route/catalog/model.ts'

const LATEST = '2026-11-23'
const REQUIRED = [
  'openai/gpt-5.1',
  'openai/gpt-5-mini',
  'openai/gpt-5-nano',
  'openai/gpt-4.1-mini',
  'openai/gpt-4o-mini',
  'anthropic/claude-haiku-4.5',
  'anthropic/claude-sonnet-4.5',
  'google/gemini-2.5-flash',
  'google/gemini-2.5-pro',
  'google/gemini-2.5-flash-lite',
]

const offers = CATALOG.flatMap((model) => model.offers.map((offer) => ({ model, offer })))
const label = (hostModelId: string, host: string) => `${host} ${hostModelId}`

const offersOf = (id: string) => CATALOG.find((model) => model.id === id)?.offers ?? []

const isIsoDate = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)

const pricesOf = (model: (typeof offers)[number]): TokenPrices[] =>
  model.offer.price ? [model.offer.price, ...(model.offer.price.tiers ?? [])] : []

const everySource = (): Source[] =>
  CATALOG.flatMap((model) => [
    model.source,
    ...model.scores.map((score) => score.source),
    ...model.offers.flatMap((offer) => [
      ...(offer.price ? [offer.price.source] : []),
      ...(offer.speed ? [offer.speed.source] : []),
    ]),
  ])

describe('catalog size', () => {
  it('has at least 40 models on at least 8 hosts', () => {
    expect(CATALOG.length).toBeGreaterThanOrEqual(40)
    expect(new Set(offers.map(({ offer }) => offer.host)).size).toBeGreaterThanOrEqual(8)
  })

  it.each(REQUIRED)('has %s', (id) => {
    expect(CATALOG.some((model) => model.id === id)).toBe(true)
  })

  it('offers every model on at least one host', () => {
    expect(CATALOG.filter((model) => model.offers.length === 0).map((model) => model.id)).toEqual([])
  })
})

describe('catalog names', () => {
  it('has ids of the form vendor/name, each once', () => {
    const ids = CATALOG.map((model) => model.id)
    expect(ids.filter((id) => !/^[a-z0-9]+\/[a-z0-9][a-z0-9.-]*$/.test(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('never lets a bare name or alias mean two models', () => {
    const owner = new Map<string, string>()
    const clashes: string[] = []
    for (const model of CATALOG) {
      for (const name of new Set([model.id.slice(model.id.indexOf('/') + 1), ...model.aliases])) {
        const key = name.toLowerCase()
        if (owner.has(key) && owner.get(key) !== model.id)
          clashes.push(`${name}: ${owner.get(key)}, ${model.id}`)
        owner.set(key, model.id)
      }
    }
    expect(clashes).toEqual([])
  })

  it('has aliases without vendor prefix, each once per model', () => {
    const wrong = CATALOG.filter(
      (model) =>
        model.aliases.some((alias) => alias.includes('/')) ||
        new Set(model.aliases).size !== model.aliases.length,
    )
    expect(wrong.map((model) => model.id)).toEqual([])
  })

  it('lists one host model once', () => {
    const keys = offers.map(({ offer }) => label(offer.hostModelId, offer.host))
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
  })
})

describe('catalog prices', () => {
  it('are above zero', () => {
    const wrong = offers.filter((row) => pricesOf(row).some((price) => price.input <= 0 || price.output <= 0))
    expect(wrong.map(({ offer }) => label(offer.hostModelId, offer.host))).toEqual([])
  })

  it('charge a cached prefix at most as much as input', () => {
    const wrong = offers.filter((row) =>
      pricesOf(row).some(
        (price) =>
          price.cachedInput !== undefined && (price.cachedInput <= 0 || price.cachedInput > price.input),
      ),
    )
    expect(wrong.map(({ offer }) => label(offer.hostModelId, offer.host))).toEqual([])
  })

  it('charge output at least as much as input', () => {
    const wrong = offers.filter((row) => pricesOf(row).some((price) => price.output < price.input))
    expect(wrong.map(({ offer }) => label(offer.hostModelId, offer.host))).toEqual([])
  })

  it('lie below 200 USD per million tokens, in whole micro-USD', () => {
    const wrong = offers.filter((row) =>
      pricesOf(row).some((price) =>
        [price.input, price.output, price.cachedInput ?? 1, price.cacheWrite ?? 1].some(
          (value) => !Number.isInteger(value) || value < 1 || value > 200_000_000,
        ),
      ),
    )
    expect(wrong.map(({ offer }) => label(offer.hostModelId, offer.host))).toEqual([])
  })

  it('rise with the tiers, in order', () => {
    const wrong = offers.filter(({ offer }) => {
      const tiers = offer.price?.tiers ?? []
      return tiers.some((tier, index) => {
        const below = tiers[index - 1]
        return below
          ? tier.aboveInputTokens <= below.aboveInputTokens || tier.input < below.input
          : tier.aboveInputTokens <= 0 || tier.input < (offer.price?.input ?? 0)
      })
    })
    expect(wrong.map(({ offer }) => label(offer.hostModelId, offer.host))).toEqual([])
  })
})

describe('catalog offers of clouds', () => {
  it('sell every Claude at Bedrock and Vertex AI, and every model of OpenAI at Azure', () => {
    const makers: Record<string, string[]> = { anthropic: ['bedrock', 'vertex'], openai: ['azure'] }
    const missing = offers.flatMap(({ model, offer: { host } }) =>
      (makers[host] ?? []).filter((cloud) => !model.offers.some((other) => other.host === cloud)),
    )
    expect(missing).toEqual([])
  })

  it('are called what the cloud calls them, at the price of the maker', () => {
    const [maker, , bedrock, vertex] = offersOf('anthropic/claude-opus-4.5')
    expect(bedrock).toMatchObject({
      host: 'bedrock',
      hostModelId: 'global.anthropic.claude-opus-4-5-20251101-v1:0',
    })
    expect(vertex).toMatchObject({ host: 'vertex', hostModelId: 'claude-opus-4-5@20251101' })
    expect([bedrock?.price, vertex?.price]).toEqual([maker?.price, maker?.price])
    const azure = offersOf('openai/gpt-5.1').find(({ host }) => host === 'azure')
    expect(azure).toMatchObject({ hostModelId: 'gpt-5.1', price: offersOf('openai/gpt-5.1')[0]?.price })
  })

  it('have no speed that was measured elsewhere', () => {
    const clouds = offers.filter(({ offer }) => ['bedrock', 'vertex', 'azure'].includes(offer.host))
    expect(clouds.filter(({ offer }) => offer.speed)).toEqual([])
  })
})

describe('catalog limits', () => {
  it('keep max output within the context window', () => {
    const wrong = CATALOG.filter(
      (model) => model.maxOutputTokens <= 0 || model.maxOutputTokens > model.contextWindow,
    )
    expect(wrong.map((model) => model.id)).toEqual([])
  })

  it('are lower on an offer than on its model, where given', () => {
    const wrong = offers.filter(({ model, offer }) => {
      const context = offer.contextWindow ?? model.contextWindow
      const output = offer.maxOutputTokens ?? model.maxOutputTokens
      return (
        (offer.contextWindow !== undefined && context >= model.contextWindow) ||
        (offer.maxOutputTokens !== undefined && output >= model.maxOutputTokens) ||
        output > context
      )
    })
    expect(wrong.map(({ offer }) => label(offer.hostModelId, offer.host))).toEqual([])
  })
})

describe('catalog features', () => {
  it('read text, and list modalities in order', () => {
    const wrong = CATALOG.filter(({ inputModalities }) => {
      const ordered = MODALITIES.filter((modality) => inputModalities.includes(modality))
      return !inputModalities.includes('text') || ordered.join() !== inputModalities.join()
    })
    expect(wrong.map((model) => model.id)).toEqual([])
  })

  it('list reasoning efforts least first, never none of them', () => {
    const wrong = CATALOG.filter(({ reasoning }) => {
      if (reasoning.kind !== 'effort') return false
      const ordered = REASONING_EFFORTS.filter((effort) => reasoning.efforts.includes(effort))
      return reasoning.efforts.length === 0 || ordered.join() !== reasoning.efforts.join()
    })
    expect(wrong.map((model) => model.id)).toEqual([])
  })

  it('were released on a real day', () => {
    const wrong = CATALOG.filter((model) => !isIsoDate(model.released) || model.released > LATEST)
    expect(wrong.map((model) => model.id)).toEqual([])
  })

  it('have plausible speeds', () => {
    const wrong = offers.filter(
      ({ offer: { speed } }) =>
        speed && !(speed.ttftMs >= 10 && speed.ttftMs <= 60_000 && speed.tokensPerSecond >= 1),
    )
    expect(wrong.map(({ offer }) => label(offer.hostModelId, offer.host))).toEqual([])
  })
})

describe('catalog sources', () => {
  it('are https pages read on a day that has been', () => {
    const wrong = everySource().filter(
      (source) => !URL.canParse(source.url) || !source.url.startsWith('https://') || !isIsoDate(source.date),
    )
    expect(wrong).toEqual([])
    expect(everySource().filter((source) => source.date > LATEST)).toEqual([])
  })
})

describe('catalog scores', () => {
  it('lie in the range of their benchmark', () => {
    const wrong = CATALOG.flatMap((model) =>
      model.scores
        .filter(({ benchmark, value }) =>
          benchmark === 'arena_elo' ? value < 900 || value > 1700 : value <= 0 || value > 1,
        )
        .map((score) => `${model.id} ${score.benchmark} ${score.value}`),
    )
    expect(wrong).toEqual([])
  })

  it('use known benchmarks, each at most once per source and model', () => {
    const wrong = CATALOG.filter(({ scores }) => {
      const keys = scores.map((score) => `${score.benchmark} ${score.source.url} ${score.source.date}`)
      return (
        new Set(keys).size !== keys.length || scores.some((score) => !BENCHMARKS.includes(score.benchmark))
      )
    })
    expect(wrong.map((model) => model.id)).toEqual([])
  })

  it('exist at least twice for 70 % of the models', () => {
    const scored = CATALOG.filter((model) => model.scores.length >= 2)
    expect(scored.length / CATALOG.length).toBeGreaterThanOrEqual(0.7)
  })
})
