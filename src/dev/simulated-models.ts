import { TASK_TYPES } from '../core/demand.ts'
import { CATALOG } from '../route/catalog/index.ts'
import { EMBEDDING_CATALOG } from '../route/embeddings/catalog.ts'
import { prepareCatalog } from '../route/prepared-catalog.ts'
import type { SimulatedModel } from './hosts/server.ts'

/** Simulated models are this much faster than the real ones, so that trying things out is no test of patience. */
const HASTE = 4

/** Every offer of the catalogs as a simulated model: its abilities, its pace, the length of its vectors. */
export function simulatedModels(): SimulatedModel[] {
  return [...chatModels(), ...embeddingModels()]
}

function embeddingModels(): SimulatedModel[] {
  return EMBEDDING_CATALOG.flatMap(({ offers, dimensions }) =>
    offers.map(({ host, hostModelId }) => ({
      host,
      hostModelId,
      ability: 1,
      ttftMs: 50,
      tokensPerSecond: 10_000,
      ...(dimensions !== null && { dimensions }),
    })),
  )
}

function chatModels(): SimulatedModel[] {
  return prepareCatalog(CATALOG).candidates.map(({ model, offer, abilities, ttftMs, tokensPerSecond }) => ({
    host: offer.host,
    hostModelId: offer.hostModelId,
    ability: TASK_TYPES.reduce((sum, task) => sum + abilities[task], 0) / TASK_TYPES.length,
    ttftMs: ttftMs / HASTE,
    tokensPerSecond: tokensPerSecond * HASTE,
    tokenFamily: model.tokenFamily,
    reasoning: model.reasoning.kind !== 'none',
  }))
}
