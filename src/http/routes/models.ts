import { Hono } from 'hono'
import { AppError } from '../../core/errors.ts'
import { offerKey } from '../../core/live.ts'
import { usdOf } from '../../core/money.ts'
import { type HostStanding, standingOf } from '../../providers/live-hosts.ts'
import type { CatalogModel, Offer, Price } from '../../route/catalog/model.ts'
import { EMBEDDING_CATALOG } from '../../route/embeddings/catalog.ts'
import type { EmbeddingModel, EmbeddingOffer } from '../../route/embeddings/model.ts'
import { embeddingModelCalled } from '../../route/embeddings/select.ts'
import { patternTest } from '../../route/filter.ts'
import type { PreparedCatalog } from '../../route/prepared-catalog.ts'
import { notForKey, VIRTUAL_MODELS } from '../../route/select.ts'
import type { ObservedOffer } from '../../stats/live-row.ts'
import { type AppContext, type AppEnv, backgroundOf, scopeOf } from '../context.ts'
import { liveCatalog } from '../live-catalog.ts'
import { liveOffers } from '../live-stats.ts'
import { AGENT, TEAM } from '../runs/team.ts'

/** What a virtual model stands for, for people reading the list. */
const VIRTUAL_DESCRIPTION: Readonly<Record<(typeof VIRTUAL_MODELS)[number], string>> = {
  auto: 'The best balance of quality and cost for each request',
  'auto:floor': 'The cheapest model that is good enough',
  'auto:nitro': 'The model expected to answer soonest',
  'auto:best': 'The model expected to answer best',
  'switchyard/cascade': 'Cheap models first, dearer ones until an answer can be trusted',
  'switchyard/panel': 'Several answers at once, of which one is made by vote, by a judge or by synthesis',
  'switchyard/fusion': 'Several answers at once, compared in a report and written as one',
}

export const modelRoutes = new Hono<AppEnv>()
  .get('/models', async (c) => {
    const catalog = catalogOf(c)
    const isAllowed = allowedTo(c)
    const models = [...catalog.models.values()].filter(isAllowed).map(modelReader(c, catalog))
    const embeddings = EMBEDDING_CATALOG.filter(isAllowed).map(embeddingReader(c))
    const virtual = [...VIRTUAL_MODELS.map(virtualBody), ...(await agentBodies(c))]
    const data = [...ownBodies(c), ...virtual, ...models, ...embeddings]
    return c.json({ object: 'list', data })
  })
  .get('/models/:id{.+}', async (c) => {
    const name = c.req.param('id')
    const own = ownBodies(c).find(({ id }) => id === name.toLowerCase())
    if (own) return c.json(own)
    const catalog = catalogOf(c)
    const folded = name.toLowerCase().replace(/^switchyard\/(?=auto)/, '')
    const virtual = VIRTUAL_MODELS.find((known) => known === folded)
    if (virtual) return c.json(virtualBody(virtual))
    const agent = AGENTS.test(name) && (await agentBodies(c)).find(({ id }) => id === name.toLowerCase())
    if (agent) return c.json(agent)
    const [id, ...others] = catalog.byName.get(name.toLowerCase()) ?? []
    const model = others.length === 0 ? catalog.models.get(id ?? '') : undefined
    if (model && allowedTo(c)(model)) return c.json(modelReader(c, catalog)(model))
    const embedding = embeddingModelCalled(name)
    if (embedding && allowedTo(c)(embedding)) return c.json(embeddingReader(c)(embedding))
    if (model ?? embedding) throw notForKey(name)
    throw new AppError('model_not_found', `The model '${name}' does not exist`, { param: 'model' })
  })

/** Whether the caller's key may use a model. */
function allowedTo(c: AppContext): (model: { id: string }) => boolean {
  const test = patternTest([c.var.caller.allowedModels])
  return ({ id }) => test(id)
}

function catalogOf(c: AppContext): PreparedCatalog {
  return liveCatalog(c.env, Date.now(), backgroundOf(c))
}

function virtualBody(id: (typeof VIRTUAL_MODELS)[number]) {
  const description = VIRTUAL_DESCRIPTION[id]
  return { id, object: 'model', created: 0, owned_by: 'switchyard', virtual: true, description }
}

const AGENTS = new RegExp(`^(?:${TEAM}$|${AGENT})`, 'i')

/** Agents of the tenant that are asked as models are, for keys that may: all together, and each that shows itself. */
async function agentBodies(c: AppContext) {
  const { tenantId, scopes } = c.var.caller
  if (!scopes.includes('agents')) return []
  const { nodes } = await c.env.GRAPH.getByName(tenantId).list()
  const named = { object: 'model', created: 0, virtual: true }
  const together = {
    id: TEAM,
    ...named,
    owned_by: 'switchyard',
    description: 'All agents together, on one goal',
  }
  return [
    together,
    ...nodes.flatMap(({ card: { id, description, visibility } }) =>
      visibility === 'tenant' ? [{ id: `${AGENT}${id}`, ...named, owned_by: 'tenant', description }] : [],
    ),
  ]
}

/** The tenant's own names: aliases, which may stand before models of the same name, and routes. */
function ownBodies(c: AppContext) {
  const { aliases, routes } = c.var.tenant.config.rules
  const named = { object: 'model', created: 0, owned_by: 'tenant', virtual: true }
  return [
    ...Array.from(aliases, ([id, target]) => ({ id, ...named, description: `Another name for ${target}` })),
    ...Array.from(routes.keys(), (name) => ({ id: `route/${name}`, ...named, description: 'A route' })),
  ]
}

type Health = HostStanding | 'breaker_open'

/** How well a host can serve a model now, best first. */
const HEALTH: readonly Health[] = ['live', 'simulated', 'breaker_open', 'off']

/** What the API tells of an offer, with its state at this moment. */
function offerReader(c: AppContext) {
  const hosts = c.var.tenant.hosts
  const live = liveOffers(scopeOf(c), Date.now())
  return ({ host, hostModelId, price }: Offer | EmbeddingOffer, modelId: string) => {
    const observed = live.get(offerKey(host, modelId))
    const health: Health = observed?.admitted === 0 ? 'breaker_open' : standingOf(hosts.get(host))
    return {
      provider: host,
      provider_model_id: hostModelId,
      health,
      pricing: price && pricingBody(price),
      live: observed ? liveBody(observed) : null,
    }
  }
}

/** What calls came to lately, in the last five to ten minutes of everybody in the caller's region. Times in Unix ms. */
function liveBody(offer: ObservedOffer) {
  return {
    requests: offer.requests,
    error_rate: offer.requests === 0 ? null : offer.failures / offer.requests,
    ttft_ms: offer.ttftMs,
    tokens_per_second: offer.tokensPerSecond,
    in_flight: offer.inFlight,
    breaker: { state: offer.breaker, open_until: offer.openUntil },
    last_errors: offer.lastErrors,
  }
}

function bestOf(providers: readonly { health: Health }[]): Health {
  return HEALTH.find((health) => providers.some((provider) => provider.health === health)) ?? 'off'
}

/** What the API tells of a model, with the state of its hosts at this moment. */
function modelReader(c: AppContext, { candidates }: PreparedCatalog) {
  const readOffer = offerReader(c)
  const abilities = new Map(candidates.map((candidate) => [candidate.model.id, candidate.abilities]))
  return (model: CatalogModel) => {
    const providers = model.offers.map((offer) => readOffer(offer, model.id))
    const cheapest = model.offers
      .flatMap(({ price }) => (price ? [price] : []))
      .toSorted((a, b) => a.input + a.output - b.input - b.output)[0]
    return {
      id: model.id,
      object: 'model',
      created: secondsOf(model.released),
      owned_by: model.id.split('/')[0],
      name: model.name,
      context_window: model.contextWindow,
      max_output_tokens: model.maxOutputTokens,
      modalities: { input: model.inputModalities, output: ['text'] },
      supports: {
        tools: model.tools,
        structured_output: model.structuredOutput,
        reasoning_efforts: model.reasoning.kind === 'effort' ? model.reasoning.efforts : [],
      },
      open_weights: model.openWeights,
      abilities: abilities.get(model.id),
      pricing: cheapest ? pricingBody(cheapest) : null,
      health: bestOf(providers),
      providers,
    }
  }
}

/** What the API tells of an embedding model. `max_dimensions` is null where the length of its vectors is fixed. */
function embeddingReader(c: AppContext) {
  const readOffer = offerReader(c)
  return (model: EmbeddingModel) => {
    const providers = model.offers.map((offer) => readOffer(offer, model.id))
    const [cheapest] = model.offers
      .flatMap(({ price }) => (price ? [price] : []))
      .toSorted((a, b) => a.input - b.input)
    return {
      id: model.id,
      object: 'model',
      created: secondsOf(model.released),
      owned_by: model.id.split('/')[0],
      name: model.name,
      context_window: model.maxInputTokens,
      modalities: { input: ['text'], output: ['embedding'] },
      dimensions: model.dimensions,
      max_dimensions: model.maxDimensions,
      open_weights: model.openWeights,
      pricing: cheapest ? pricingBody(cheapest) : null,
      health: bestOf(providers),
      providers,
    }
  }
}

/** An ISO date in Unix seconds, as OpenAI counts them. */
function secondsOf(date: string): number {
  return Math.floor(Date.parse(date) / 1_000)
}

/** USD per million tokens. */
function pricingBody(price: Price) {
  return {
    prompt: usdOf(price.input),
    completion: usdOf(price.output),
    cached_prompt: usdOf(price.cachedInput ?? price.input),
    source: price.source,
  }
}
