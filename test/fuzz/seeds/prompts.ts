import { EMBEDDING_CATALOG } from '../../../src/route/embeddings/catalog.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Random } from '../random.ts'
import { anyOf, modelOf, nameOf, optional, routingOf, textOf } from './shared.ts'

/** A body of `POST /v1/completions` that is right. */
export function completionSeed(random: Random): JsonObject {
  return {
    model: modelOf(random),
    prompt: random.chance(0.8) ? textOf(random) : [textOf(random)],
    ...(random.chance(0.5) && { stream: random.chance(0.8) }),
    ...optional(random, 0.12, {
      max_tokens: () => 1 + random.int(500),
      temperature: () => random.int(21) / 10,
      top_p: () => random.int(11) / 10,
      n: () => 1 + random.int(3),
      best_of: () => 1,
      echo: () => random.chance(0.7),
      logprobs: () => random.int(6),
      presence_penalty: () => random.int(5) - 2,
      frequency_penalty: () => random.int(5) - 2,
      seed: () => random.int(1_000),
      stop: () => random.pick<Json>(['END', ['a', 'b']]),
      stream_options: () => ({ include_usage: true }),
      user: () => nameOf(random),
      suffix: () => null,
    }),
    ...routingOf(random),
  }
}

const EMBEDDERS = EMBEDDING_CATALOG.map(({ id }) => id)

/** A body of `POST /v1/embeddings` that is right. */
export function embeddingSeed(random: Random): JsonObject {
  const texts = () => Array.from({ length: 1 + random.int(4) }, () => textOf(random))
  const tokens = () => Array.from({ length: 1 + random.int(4) }, () => random.int(50_000))
  return {
    model: random.chance(0.4) ? 'auto' : anyOf(random, EMBEDDERS),
    input: random.pick<() => Json>([() => textOf(random), texts, tokens, () => [tokens(), tokens()]])(),
    ...optional(random, 0.2, {
      encoding_format: () => random.pick(['float', 'base64']),
      dimensions: () => random.pick([1, 64, 256, 512, 16_384]),
      user: () => nameOf(random),
      task: () => 'query',
    }),
  }
}
