import type { EmbeddingRequest, Vector } from '../../core/embedding.ts'
import type { HostRequest } from '../adapter.ts'

/** What a host sent: vectors in the order of the inputs. `inputTokens` is null where it counts none. */
export type Embedded = { vectors: readonly Vector[]; inputTokens: number | null }

/** A wire format for embeddings: data and pure functions. */
export type EmbeddingFormat = {
  /** The most inputs of one call; more are sent in several. */
  maxInputs: number
  /** Whether inputs may be tokens. */
  takesTokens: boolean
  encode(request: EmbeddingRequest, hostModelId: string): HostRequest
  /** Parameters this format cannot carry, by their name at OpenAI; they are dropped and the caller is told. */
  unsupported(request: EmbeddingRequest): readonly string[]
  /** @throws on a body that is not the host's format */
  decode(body: unknown): Embedded
}
