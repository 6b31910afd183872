import * as z from 'zod'
import { chanceOf } from './chance.ts'
import type { JsonObject } from './json.ts'
import { estimateTokens } from './tokens.ts'

const DEFAULT_DIMENSIONS = 256

/** A request of OpenAI's embeddings. */
export const embeddingBody = z.object({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((input) => [input].flat()),
  dimensions: z.int().min(1).max(4096).nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
})

/** An embeddings request, read. */
export type EmbeddingBody = z.output<typeof embeddingBody>

/** OpenAI's embeddings body. Texts that share words get similar vectors, of length 1. */
export function embeddingsBody({ model, input, ...options }: EmbeddingBody): JsonObject {
  const tokens = estimateTokens(input.join(''))
  const data = input.map((text, index) => {
    const vector = embed(text, options.dimensions ?? DEFAULT_DIMENSIONS)
    const packed =
      options.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector]
    return { object: 'embedding', index, embedding: packed }
  })
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } }
}

/** Each word, and each Han character, adds to one dimension chosen by its hash, up or down. */
function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  const words = text.toLowerCase().match(/\p{Script=Han}|[\p{L}\d]+/gu) ?? [text]
  for (const word of words) {
    const at = Math.floor(chanceOf(word) * dimensions)
    vector[at] = (vector[at] ?? 0) + (chanceOf(`${word} sign`) < 0.5 ? -1 : 1)
  }
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}
