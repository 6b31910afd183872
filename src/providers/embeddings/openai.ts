import * as z from 'zod'
import type { EmbeddingRequest, Vector } from '../../core/embedding.ts'
import { present } from '../../core/present.ts'
import type { Embedded, EmbeddingFormat } from './format.ts'

/** Where hosts that speak OpenAI's embeddings differ. */
export type EmbeddingDialect = {
  maxInputs: number
  takesTokens: boolean
  /** Whether it is asked for base64, a fourth of the bytes of numbers; others send numbers. */
  base64: boolean
  /** What it calls the length of the vectors; null where it cannot be told. */
  dimensionsField: 'dimensions' | 'output_dimension' | null
  /** Whether it takes `user`. */
  user: boolean
}

/** OpenAI's `/embeddings`, in a compatible host's dialect. */
export function openaiEmbeddings(dialect: EmbeddingDialect): EmbeddingFormat {
  return {
    maxInputs: dialect.maxInputs,
    takesTokens: dialect.takesTokens,
    encode: (request, hostModelId) => ({
      path: '/embeddings',
      headers: {},
      body: encodeBody(request, hostModelId, dialect),
    }),
    unsupported: ({ dimensions, user }) => [
      ...(dimensions !== undefined && !dialect.dimensionsField ? ['dimensions'] : []),
      ...(user !== undefined && !dialect.user ? ['user'] : []),
    ],
    decode,
  }
}

function encodeBody(request: EmbeddingRequest, hostModelId: string, dialect: EmbeddingDialect): object {
  const { inputs, dimensions, encoding, user, extra } = request
  return {
    ...extra,
    ...present({
      [dialect.dimensionsField ?? 'dimensions']: dialect.dimensionsField ? dimensions : undefined,
      encoding_format: dialect.base64 ? encoding : undefined,
      user: dialect.user ? user : undefined,
    }),
    model: hostModelId,
    input: inputs.kind === 'texts' ? inputs.texts : inputs.tokens,
  }
}

/** Looked at by hand: an answer may hold millions of numbers. */
const isVector = (value: unknown): boolean =>
  typeof value === 'string'
    ? value !== ''
    : Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number')

const answer = z.object({
  data: z.array(z.object({ index: z.int().nullish(), embedding: z.custom<Vector>(isVector) })),
  usage: z
    .object({ prompt_tokens: z.int().nonnegative().nullish(), total_tokens: z.int().nonnegative().nullish() })
    .nullish()
    .catch(null),
})

function decode(body: unknown): Embedded {
  const { data, usage } = answer.parse(body)
  const places = data.map(({ index, embedding }, place) => ({ at: index ?? place, embedding }))
  return {
    vectors: places.toSorted((a, b) => a.at - b.at).map(({ embedding }) => embedding),
    inputTokens: usage?.prompt_tokens ?? usage?.total_tokens ?? null,
  }
}
