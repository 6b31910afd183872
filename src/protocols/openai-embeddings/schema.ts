import * as z from 'zod'
import { type EmbeddingInputs, VECTOR_ENCODINGS } from '../../core/embedding.ts'
import { modelName } from '../name-fields.ts'
import { routingFields } from '../routing-fields.ts'

/** The most inputs of one request, as at OpenAI. */
const MAX_INPUTS = 2_048
const MAX_DIMENSIONS = 16_384
const EXPECTED = 'expected text, a list of texts, or tokens as a list or lists of numbers'

type Fault = { message: string; path: number[] }

/** Reads by hand: a body has room for millions of tokens, too many for a schema each. */
function readInputs(input: unknown): EmbeddingInputs | Fault {
  if (typeof input === 'string') return readTexts([input], [])
  if (!Array.isArray(input)) return { message: EXPECTED, path: [] }
  if (input.length === 0) return { message: 'expected at least one input', path: [] }
  if (isTokens(input)) return { kind: 'tokens', tokens: [input] }
  if (input.length > MAX_INPUTS) return { message: `at most ${MAX_INPUTS} inputs`, path: [] }
  return typeof input[0] === 'string' ? readTexts(input) : readTokens(input)
}

/** @param path where a fault is told; absent: at the text itself */
function readTexts(input: readonly unknown[], path?: number[]): EmbeddingInputs | Fault {
  const texts: string[] = []
  for (const [index, text] of input.entries()) {
    if (typeof text !== 'string') return { message: 'expected text, as before', path: path ?? [index] }
    if (text === '') return { message: 'expected text that is not empty', path: path ?? [index] }
    texts.push(text)
  }
  return { kind: 'texts', texts }
}

function readTokens(input: readonly unknown[]): EmbeddingInputs | Fault {
  const tokens: number[][] = []
  for (const [index, list] of input.entries()) {
    if (!isTokens(list)) return { message: EXPECTED, path: [index] }
    tokens.push(list)
  }
  return { kind: 'tokens', tokens }
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => Number.isInteger(one) && one >= 0)
}

/** What `readInputs` takes, as JSON Schema, for descriptions. */
const TEXT = { type: 'string', minLength: 1 }
const TOKENS = { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1 }
const listOf = (items: object) => ({ type: 'array', items, minItems: 1, maxItems: MAX_INPUTS })

const inputs = z
  .unknown()
  .meta({ anyOf: [TEXT, listOf(TEXT), TOKENS, listOf(TOKENS)] })
  .optional()
  .transform((input, context): EmbeddingInputs => {
    const read = readInputs(input)
    if ('kind' in read) return read
    context.issues.push({ code: 'custom', ...read, input })
    return z.NEVER
  })

const noOtherModel = z
  .null({ error: 'not taken here: vectors of different models cannot be compared; ask for one' })
  .optional()

/** The body of `POST /v1/embeddings`: OpenAI's, OpenRouter's routing fields, and whatever else was sent. */
export const embeddingBody = z.looseObject({
  ...routingFields,
  models: noOtherModel,
  fallbacks: noOtherModel,
  context_window_fallbacks: noOtherModel,
  content_policy_fallbacks: noOtherModel,
  model: modelName,
  input: inputs,
  encoding_format: z.enum(VECTOR_ENCODINGS).nullish(),
  dimensions: z.int().min(1).max(MAX_DIMENSIONS).nullish(),
  user: z.string().nullish(),
})
