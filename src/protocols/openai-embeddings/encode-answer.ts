import { type Vector, vectorAs, type VectorEncoding } from '../../core/embedding.ts'
import { present } from '../../core/present.ts'

/** What is told of an answer besides its vectors. `costUsd` is null when the price is unknown. */
export type EmbeddingHead = {
  model: string
  encoding: VectorEncoding
  inputTokens: number
  costUsd: number | null
  /** The decision, when the caller asked for it. */
  metadata?: unknown
}

/** OpenAI's list of embeddings, with the cost in USD as OpenRouter reports it. */
export function encodeEmbeddings(head: EmbeddingHead, vectors: readonly Vector[]): object {
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: vectorAs(head.encoding, vector),
    })),
    model: head.model,
    usage: { prompt_tokens: head.inputTokens, total_tokens: head.inputTokens, cost: head.costUsd },
    ...present({ switchyard: head.metadata }),
  }
}
