import type { Sampling } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { refuseChoices } from '../collaboration-fields.ts'
import type { Inbound } from '../inbound.ts'
import { invalidField } from '../invalid-field.ts'
import { routingPreferences } from '../routing-fields.ts'
import { completionReply } from './reply.ts'
import { type CompletionBody, completionBody } from './schema.ts'

/**
 * Reads the body of `POST /v1/completions`. The prompt becomes a user's message: no host that chats continues a text.
 *
 * @param body parsed JSON
 * @throws AppError `invalid_request` naming the field
 */
export function decodeCompletionRequest(body: unknown): Inbound {
  const result = completionBody.safeParse(body)
  if (!result.success) throw invalidField(result.error)
  const parsed = result.data
  const prompt = typeof parsed.prompt === 'string' ? parsed.prompt : parsed.prompt[0]
  const routing = routingPreferences(parsed)
  refuseChoices(parsed.n, routing)
  return {
    chat: {
      ...present({ user: parsed.user, metadata: parsed.metadata }),
      messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
      tools: [],
      output: { type: 'text' },
      sampling: sampling(parsed),
      reasoning: {},
      native: null,
    },
    routing,
    stream: parsed.stream ?? false,
    reply: completionReply({
      prefix: parsed.echo ? prompt : '',
      includeUsage: parsed.stream_options?.include_usage ?? false,
    }),
  }
}

function sampling(body: CompletionBody): Sampling {
  const { logprobs, n, stop } = body
  return present({
    temperature: body.temperature,
    topP: body.top_p,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
    seed: body.seed,
    stop: typeof stop === 'string' ? [stop] : stop,
    maxOutputTokens: body.max_tokens,
    logprobs: typeof logprobs === 'number' ? true : undefined,
    topLogprobs: logprobs,
    choices: n === 1 ? undefined : n,
  })
}
