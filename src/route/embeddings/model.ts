import type { TokenFamily } from '../../core/demand.ts'
import type { Price, Source } from '../catalog/model.ts'

/** One host selling one embedding model. `price: null` means unknown, not free; its `output` is never used. */
export type EmbeddingOffer = { host: string; hostModelId: string; price: Price | null }

/** Facts about one model that turns text into vectors. Vectors of two models cannot be compared. */
export type EmbeddingModel = {
  /** `vendor/name`; stable, and no chat model's id. */
  id: string
  name: string
  /** ISO date of the public release. */
  released: string
  /** Other names callers use for exactly this model, without vendor prefix. */
  aliases: readonly string[]
  tokenFamily: TokenFamily
  openWeights: boolean
  /** How long its vectors are when nothing is asked for; null where nobody has said. */
  dimensions: number | null
  /** The longest it can be asked for; null where their length is fixed, or not known. */
  maxDimensions: number | null
  /** Of a single input. */
  maxInputTokens: number
  /** Source of the lengths and limits. */
  source: Source
  /** The vendor's own first. */
  offers: readonly EmbeddingOffer[]
}
