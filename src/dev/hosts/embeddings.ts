import * as z from 'zod'
import { chanceOf } from './chance.ts'
import type { JsonObject } from './json.ts'
import { estimateTokens } from './tokens.ts'

/** What texts, or tokens, are to become vectors. `dimensions` is null where the model's own length is wanted. */
export type EmbeddingBody = {
  model: string
  inputs: readonly string[]
  dimensions: number | null
  encoding: 'float' | 'base64'
}

const DEFAULT_DIMENSIONS = 256

const tokens = z.array(z.int().nonnegative()).min(1)
const dimensions = z.int().min(1).max(4096).nullish()

/** A request of OpenAI's embeddings; Mistral calls the length `output_dimension`. */
export const embeddingBody = z
  .object({
    model: z.string(),
    input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1), tokens, z.array(tokens).min(1)]),
    dimensions,
    output_dimension: dimensions,
    encoding_format: z.enum(['float', 'base64']).nullish(),
  })
  .transform((body): EmbeddingBody => ({
    model: body.model,
    inputs: inputsOf(body.input),
    dimensions: body.dimensions ?? body.output_dimension ?? null,
    encoding: body.encoding_format ?? 'float',
  }))

/** Tokens count as the text of their numbers. */
function inputsOf(input: string | readonly (string | number | readonly number[])[]): string[] {
  if (typeof input === 'string') return [input]
  if (input.every((entry) => typeof entry === 'number')) return [input.join(' ')]
  return input.map((entry) => (Array.isArray(entry) ? entry.join(' ') : String(entry)))
}

/** A request of Google's `batchEmbedContents` for one model. */
export const geminiEmbeddingBody = (model: string) =>
  z
    .object({
      requests: z
        .array(
          z.object({
            model: z.literal(`models/${model}`),
            content: z.object({ parts: z.array(z.object({ text: z.string().min(1) })).min(1) }),
            outputDimensionality: dimensions,
          }),
        )
        .min(1),
    })
    .transform(({ requests }): EmbeddingBody => ({
      model,
      inputs: requests.map(({ content }) => content.parts.map(({ text }) => text).join('')),
      dimensions: requests[0]?.outputDimensionality ?? null,
      encoding: 'float',
    }))

/** OpenAI's embeddings body. Texts that share words get similar vectors, of length 1. */
export function embeddingsBody({ model, inputs, ...options }: EmbeddingBody, ownLength?: number): JsonObject {
  const used = estimateTokens(inputs.join(''))
  const data = vectors(inputs, options.dimensions ?? ownLength).map((vector, index) => {
    const packed = options.encoding === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector]
    return { object: 'embedding', index, embedding: packed }
  })
  return { object: 'list', data, model, usage: { prompt_tokens: used, total_tokens: used } }
}

/** Google's embeddings body. */
export function geminiEmbeddingsBody(body: EmbeddingBody, ownLength?: number): JsonObject {
  const embeddings = vectors(body.inputs, body.dimensions ?? ownLength).map((vector) => ({
    values: [...vector],
  }))
  return { embeddings, usageMetadata: { promptTokenCount: estimateTokens(body.inputs.join('')) } }
}

function vectors(inputs: readonly string[], length: number = DEFAULT_DIMENSIONS): Float32Array[] {
  return inputs.map((text) => embed(text, length))
}

/** Each word, and each Han character, adds to one dimension chosen by its hash, up or down. */
function embed(text: string, length: number): Float32Array {
  const vector = new Float32Array(length)
  const words = text.toLowerCase().match(/\p{Script=Han}|[\p{L}\d]+/gu) ?? [text]
  for (const word of words) {
    const at = Math.floor(chanceOf(word) * length)
    vector[at] = (vector[at] ?? 0) + (chanceOf(`${word} sign`) < 0.5 ? -1 : 1)
  }
  const norm = Math.hypot(...vector) || 1
  return vector.map((value) => value / norm)
}
