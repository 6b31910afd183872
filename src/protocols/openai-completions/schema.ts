import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { modelName } from '../name-fields.ts'
import { metadata, routingFields } from '../routing-fields.ts'

/** What the endpoint's successor cannot say either, or only says with several requests. */
const refused = (error: string) => z.null({ error }).optional()

/** As JSON Schema, for descriptions. */
const TEXT = { type: 'string', minLength: 1 }

function isOnePrompt(prompt: unknown): boolean {
  const text: unknown = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt
  return typeof text === 'string' && text !== ''
}

/** The body of `POST /v1/completions`: OpenAI's, and OpenRouter's routing fields. */
export const completionBody = z.looseObject({
  ...routingFields,
  model: modelName,
  prompt: z
    .custom<string | readonly [string]>(isOnePrompt, {
      error: 'expected one prompt, as text; send a request for each of several, and text instead of tokens',
    })
    .meta({ anyOf: [TEXT, { type: 'array', items: TEXT, minItems: 1, maxItems: 1 }] }),
  suffix: refused('models that chat cannot fill a gap in a text; leave it out'),
  logit_bias: refused('not supported, since token ids differ between models; leave it out'),
  best_of: z
    .literal(1, { error: 'only 1 is supported; ask for several answers with n and choose among them' })
    .nullish(),
  echo: z.boolean().nullish(),
  logprobs: z.int().min(0).max(5).nullish(),
  n: z.int().min(1).max(LIMITS.choices).nullish(),
  max_tokens: z.int().min(1).max(LIMITS.maxOutputTokens).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(LIMITS.stopSequences)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  user: z.string().nullish(),
  metadata: metadata.nullish(),
})

export type CompletionBody = z.infer<typeof completionBody>

/** One token's chance, as hosts that chat tell it; the rest of it has no place here. */
export const tokenChance = z.object({
  token: z.string(),
  logprob: z.number(),
  top_logprobs: z
    .array(z.object({ token: z.string(), logprob: z.number() }))
    .nullish()
    .catch(null),
})
