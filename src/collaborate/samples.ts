import type { Answer } from '../core/answer.ts'
import { isRecord } from '../core/canonical-json.ts'
import type { ChatEvent, ChatRequest, NativeRequest } from '../core/chat.ts'
import { withLastWords } from './last-words.ts'
import { spokenIn } from './quoted.ts'

/** Room for a final answer, in tokens: in words; as JSON; and for a model that thinks before it. */
const SHORT_TOKENS = 128
const JSON_TOKENS = 512
export const THINKING_SAMPLE_TOKENS = 2_048

/** A question this long is about its text, and dear to ask again; in UTF-16 units. */
const MAX_QUESTION_CHARS = 4_000

const ONLY_THE_ANSWER =
  'Give only the final answer: the number, the choice, the name or the few words that are asked for. No explanation, no ' +
  'steps, no other words. Answer in the language of the question.'

/**
 * The same question once more, for an answer to compare a draft with: only its end, at the host's default temperature,
 * for samples must be able to differ. JSON is asked for as it is.
 *
 * @param atMost in tokens, thoughts included: `THINKING_SAMPLE_TOKENS` for who thinks
 */
export function shortSampleRequest(
  request: ChatRequest,
  atMost = request.output.type === 'text' ? SHORT_TOKENS : JSON_TOKENS,
): ChatRequest {
  const { messages, output, sampling } = request
  return {
    ...request,
    messages: output.type === 'text' ? withLastWords(messages, ONLY_THE_ANSWER) : messages,
    sampling: { maxOutputTokens: Math.min(atMost, sampling.maxOutputTokens ?? atMost) },
    native: null,
  }
}

/** Whether short samples can say anything of a draft: one answer without tools, to a question that is short or wants JSON. */
export function mayBeSampled({ tools, messages, output, sampling, native }: ChatRequest): boolean {
  if (tools.length > 0 || (sampling.choices ?? 1) > 1 || (native?.onlyHere.length ?? 0) > 0) return false
  const question = messages.findLast(({ role }) => role === 'user')
  return output.type !== 'text' || (question !== undefined && spokenIn(question).length <= MAX_QUESTION_CHARS)
}

/** What hosts write for a token so unlikely that they do not know (OpenAI: -9999), as a natural logarithm. */
const UNKNOWN_LOGPROB = -9_000

/** Mean natural logarithm of the probability of an answer's tokens; null where its host told none. */
export function meanLogprobOf({ choices }: Answer): number | null {
  const known = choices[0].logprobs.flatMap((entry) => {
    const logprob = isRecord(entry) ? entry['logprob'] : null
    return typeof logprob === 'number' && logprob > UNKNOWN_LOGPROB ? [Math.min(logprob, 0)] : []
  })
  if (known.length === 0) return null
  return known.reduce((sum, logprob) => sum + logprob, 0) / known.length
}

/** Asks for the probabilities of the answer's tokens, also in the caller's own words; as it was where it does already. */
export function withLogprobs(request: ChatRequest): ChatRequest {
  if (request.sampling.logprobs) return request
  const native = request.native && { ...request.native, body: bodyWithLogprobs(request.native) }
  return { ...request, sampling: { ...request.sampling, logprobs: true }, native }
}

function bodyWithLogprobs({ format, body }: NativeRequest): NativeRequest['body'] {
  if (format === 'openai-chat') return { ...body, logprobs: true }
  if (format !== 'openai-responses') return body
  const { include } = body
  return { ...body, include: [...(Array.isArray(include) ? include : []), 'message.output_text.logprobs'] }
}

/**
 * The same events for a caller who did not ask for probabilities. Relayed ones are read, as they hold them too, and the
 * host's own words at the end are left out.
 */
export function withoutLogprobs(event: ChatEvent): readonly ChatEvent[] {
  if (event.type === 'relay') return event.read().flatMap(withoutLogprobs)
  if (event.type === 'text-delta') {
    const { logprobs: _unasked, ...said } = event
    return [said]
  }
  if (event.type !== 'answer-end') return [event]
  const { native: _holdsThem, ...end } = event
  return [end]
}
