import * as z from 'zod'
import { present } from '../../core/present.ts'
import type { EmbeddingFormat } from './format.ts'

const answer = z.object({
  embeddings: z.array(z.object({ values: z.array(z.number()).min(1) })),
  usageMetadata: z.object({ promptTokenCount: z.int().nonnegative().nullish() }).nullish().catch(null),
})

/** Google's `batchEmbedContents`, which takes texts only. */
export const googleEmbeddings: EmbeddingFormat = {
  maxInputs: 100,
  takesTokens: false,
  encode({ inputs, dimensions }, hostModelId) {
    const model = `models/${hostModelId}`
    const texts = inputs.kind === 'texts' ? inputs.texts : []
    const requests = texts.map((text) => ({
      model,
      content: { parts: [{ text }] },
      ...present({ outputDimensionality: dimensions }),
    }))
    return {
      path: `/models/${encodeURIComponent(hostModelId)}:batchEmbedContents`,
      headers: {},
      body: { requests },
    }
  },
  unsupported: ({ user, extra }) => [...Object.keys(present({ user })), ...Object.keys(extra)],
  decode(body) {
    const { embeddings, usageMetadata } = answer.parse(body)
    return {
      vectors: embeddings.map(({ values }) => values),
      inputTokens: usageMetadata?.promptTokenCount ?? null,
    }
  },
}
