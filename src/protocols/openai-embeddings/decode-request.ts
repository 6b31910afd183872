import type { EmbeddingRequest } from '../../core/embedding.ts'
import { present } from '../../core/present.ts'
import type { RoutingPreferences } from '../../core/routing.ts'
import { invalidField } from '../invalid-field.ts'
import { routingPreferences } from '../routing-fields.ts'
import { embeddingBody } from './schema.ts'

/** What a caller asked: the inputs, and where they may go. */
export type InboundEmbedding = { request: EmbeddingRequest; routing: RoutingPreferences }

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(embeddingBody.shape))

/**
 * Reads the body of `POST /v1/embeddings`. Of the routing fields only `provider` has a choice to make here: a model's
 * vectors are the same wherever it is served, and no other model may stand in for it.
 *
 * @param body parsed JSON
 * @throws AppError `invalid_request` naming the field
 */
export function decodeEmbeddingRequest(body: unknown): InboundEmbedding {
  const result = embeddingBody.safeParse(body)
  if (!result.success) throw invalidField(result.error)
  const parsed = result.data
  return {
    request: {
      ...present({ dimensions: parsed.dimensions, user: parsed.user }),
      inputs: parsed.input,
      encoding: parsed.encoding_format ?? 'float',
      extra: Object.fromEntries(Object.entries(parsed).filter(([name]) => !KNOWN_FIELDS.has(name))),
    },
    routing: routingPreferences(parsed),
  }
}
