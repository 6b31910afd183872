import type { LocalOffers } from '../catalog/extend.ts'
import type { EmbeddingModel } from './model.ts'
import { embeddingModelCalled } from './select.ts'

/**
 * A model of the operator's own servers, by its id `server/model`; null when there is none. Which of them make vectors
 * only their servers know: they are asked for by name or not at all.
 */
export function localEmbeddingModel(name: string, servers: readonly LocalOffers[]): EmbeddingModel | null {
  for (const server of servers) {
    const model = server.models.find(({ id }) => `${server.id}/${id}`.toLowerCase() === name.toLowerCase())
    if (model) return embeddingModel(server, model)
  }
  return null
}

function embeddingModel(server: LocalOffers, model: LocalOffers['models'][number]): EmbeddingModel {
  const like = embeddingModelCalled(model.like ?? '')
  const source = { url: server.base_url, date: like?.source.date ?? '1970-01-01' }
  const price = model.price && { input: Math.round(model.price.prompt * 1e6), output: 0, source }
  return {
    id: `${server.id}/${model.id}`,
    name: model.id,
    released: like?.released ?? '1970-01-01',
    aliases: [],
    tokenFamily: like?.tokenFamily ?? 'other',
    openWeights: like?.openWeights ?? true,
    dimensions: like?.dimensions ?? null,
    maxDimensions: like?.maxDimensions ?? null,
    maxInputTokens: model.context_window,
    source,
    offers: [{ host: server.id, hostModelId: model.id, price: price ?? null }],
  }
}
