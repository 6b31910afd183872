import { describe, expect, it } from 'vitest'
import type { EmbeddingInputs } from '../../../src/core/embedding.ts'
import type { ProviderPreferences } from '../../../src/core/routing.ts'
import { HOSTS } from '../../../src/providers/hosts.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { BALANCED } from '../../../src/route/decision.ts'
import { EMBEDDING_CATALOG } from '../../../src/route/embeddings/catalog.ts'
import { localEmbeddingModel } from '../../../src/route/embeddings/local.ts'
import { type EmbeddingPlanInput, planEmbedding } from '../../../src/route/embeddings/plan.ts'
import { selectEmbeddingModel } from '../../../src/route/embeddings/select.ts'
import { openBreakers, preferences } from './builders.ts'

const namesOf = (models: readonly { id: string; aliases: readonly string[] }[]) =>
  models.flatMap(({ id, aliases }) => [id, id.slice(id.indexOf('/') + 1), ...aliases])

describe('the catalog of embedding models', () => {
  it('gives every name to one model, and none that a chat model has', () => {
    const names = namesOf(EMBEDDING_CATALOG)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    const chatNames = new Set(namesOf(CATALOG))
    expect(names.filter((name) => chatNames.has(name))).toEqual([])
  })

  it('offers each model, at hosts that we know, for a price', () => {
    const known = new Set(HOSTS.map(({ id }) => id))
    for (const { id, offers } of EMBEDDING_CATALOG) {
      expect(offers.length, id).toBeGreaterThan(0)
      expect(
        offers.filter(({ host, price }) => !known.has(host) || !price || price.input <= 0),
        id,
      ).toEqual([])
    }
  })
})

describe('selectEmbeddingModel', () => {
  it.each([
    ['openai/text-embedding-3-large', 'openai/text-embedding-3-large'],
    ['Text-Embedding-3-Large', 'openai/text-embedding-3-large'],
    ['codestral-embed-2505', 'mistral/codestral-embed'],
    ['mistral/codestral-embed-2505', 'mistral/codestral-embed'],
    ['auto', 'openai/text-embedding-3-small'],
    ['switchyard/auto', 'openai/text-embedding-3-small'],
  ])('%s is %s', (name, id) => {
    expect(selectEmbeddingModel(name).id).toBe(id)
  })

  it('knows no chat model', () => {
    expect(() => selectEmbeddingModel('gpt-4.1-mini')).toThrow(
      expect.objectContaining({ code: 'model_not_found', param: 'model' }),
    )
  })
})

const TEXT: EmbeddingInputs = { kind: 'texts', texts: ['Hello'] }
const TOKENS: EmbeddingInputs = { kind: 'tokens', tokens: [[1]] }
const HOST = { keepsInputs: false, takesTokens: true, region: null }

type World = { inputs?: EmbeddingInputs; dimensions?: number } & Partial<Omit<EmbeddingPlanInput, 'request'>>

function plan(name: string, provider: ProviderPreferences = {}, world: World = {}) {
  const { inputs = TEXT, dimensions, ...rest } = world
  return planEmbedding({
    request: { inputs, encoding: 'float', extra: {}, ...(dimensions !== undefined && { dimensions }) },
    model: selectEmbeddingModel(name),
    preferences: preferences({ model: name, provider }),
    policy: BALANCED,
    hosts: new Map(HOSTS.map(({ id }) => [id, HOST])),
    live: new Map(),
    draw: 0,
    ...rest,
  })
}

const hostsOf = (...args: Parameters<typeof plan>) => plan(...args).offers.map(({ host }) => host)
const excludedOf = (...args: Parameters<typeof plan>) =>
  plan(...args).excluded.map(({ offer, excludedBy }) => [offer.host, excludedBy])

describe('localEmbeddingModel', () => {
  const model = { id: 'bge:latest', context_window: 512, max_output_tokens: 1, tools: false }
  const models = [model, { ...model, id: 'mine', like: 'baai/bge-m3' }]
  const servers = [{ id: 'shed', base_url: 'http://shed/v1', models }]

  it('is any model of a server of one’s own, as long as nobody says what it is', () => {
    const found = localEmbeddingModel('Shed/bge:latest', servers)
    expect(found).toMatchObject({ id: 'shed/bge:latest', dimensions: null, maxInputTokens: 512 })
    expect(found?.offers).toEqual([{ host: 'shed', hostModelId: 'bge:latest', price: null }])
    expect(localEmbeddingModel('shed/other', servers)).toBeNull()
    expect(localEmbeddingModel('bge:latest', servers)).toBeNull()
  })

  it('shares the lengths of the model it is like', () => {
    const like = localEmbeddingModel('shed/mine', servers)
    expect(like).toMatchObject({ dimensions: 1_024, maxDimensions: null })
    const wanting = (dimensions: number) => ({
      hosts: new Map([['shed', HOST]]),
      dimensions,
      ...(like && { model: like }),
    })
    expect(hostsOf('bge-m3', {}, wanting(1_024))).toEqual(['shed'])
    expect(() => plan('bge-m3', {}, wanting(256))).toThrow('has only 1024')
  })
})

describe('planEmbedding', () => {
  it('tries the hosts of the one model, the cheapest first, the vendor before its equals', () => {
    expect(hostsOf('bge-m3')).toEqual(['openrouter', 'workers-ai'])
    expect(hostsOf('auto')).toEqual(['openai', 'openrouter'])
  })

  it('follows the caller’s order and bounds', () => {
    expect(hostsOf('auto', { order: ['openrouter'] })).toEqual(['openrouter', 'openai'])
    expect(hostsOf('auto', { only: ['openrouter'] })).toEqual(['openrouter'])
    expect(hostsOf('auto', { ignore: ['openai'] })).toEqual(['openrouter'])
    expect(hostsOf('auto', { allowFallbacks: false })).toEqual(['openai'])
    expect(hostsOf('auto', { order: ['openrouter'], allowFallbacks: false })).toEqual(['openrouter'])
    expect(hostsOf('bge-m3', { maxPrice: { prompt: 0.011 } })).toEqual(['openrouter'])
  })

  it('says why a host was left out', () => {
    expect(excludedOf('auto', { only: ['openai'] })).toEqual([['openrouter', 'provider_preferences']])
    const keeping = new Map([
      ['openai', HOST],
      ['openrouter', { ...HOST, keepsInputs: true }],
    ])
    expect(excludedOf('auto', { dataCollection: 'deny' }, { hosts: keeping })).toEqual([
      ['openrouter', 'data_policy'],
    ])
    expect(excludedOf('auto', {}, { hosts: new Map([['openrouter', HOST]]) })).toEqual([
      ['openai', 'no_live_host'],
    ])
    const textOnly = new Map([
      ['openai', HOST],
      ['openrouter', { ...HOST, takesTokens: false }],
    ])
    expect(excludedOf('auto', {}, { inputs: TOKENS, hosts: textOnly })).toEqual([['openrouter', 'protocol']])
  })

  it('passes by a host that fails, unless there is no other', () => {
    const [openai, openrouter] = ['openai', 'openrouter'].map(
      (host) => `${host}/openai/text-embedding-3-small`,
    )
    expect(hostsOf('auto', {}, { live: openBreakers(openai ?? '') })).toEqual(['openrouter'])
    const both = openBreakers(openai ?? '', openrouter ?? '')
    expect(hostsOf('auto', {}, { live: both })).toEqual(['openai', 'openrouter'])
  })

  it('refuses lengths that the model does not have', () => {
    expect(hostsOf('auto', {}, { dimensions: 256 })).toEqual(['openai', 'openrouter'])
    expect(hostsOf('text-embedding-ada-002', {}, { dimensions: 1_536 })).toHaveLength(2)
    const refused = expect.objectContaining({ code: 'invalid_request', param: 'dimensions' })
    expect(() => plan('auto', {}, { dimensions: 3_072 })).toThrow(refused)
    expect(() => plan('text-embedding-ada-002', {}, { dimensions: 256 })).toThrow(refused)
  })

  it('refuses tokens for models that number them otherwise', () => {
    expect(hostsOf('auto', {}, { inputs: TOKENS })).toEqual(['openai', 'openrouter'])
    expect(() => plan('bge-m3', {}, { inputs: TOKENS })).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'input' }),
    )
  })

  it('says so when no host is live, or none may be used', () => {
    expect(() => plan('auto', {}, { hosts: new Map() })).toThrow(
      expect.objectContaining({ code: 'no_live_host' }),
    )
    expect(() => plan('auto', { only: ['mistral'] })).toThrow(
      expect.objectContaining({
        code: 'no_eligible_model',
        message: expect.stringContaining('provider_preferences (openai)'),
      }),
    )
  })
})
