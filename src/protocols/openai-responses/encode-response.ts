import type { Answer } from '../../core/answer.ts'
import type { FinishReason } from '../../core/chat.ts'
import type { ErrorBody } from '../../core/errors.ts'
import { present } from '../../core/present.ts'
import { type AnswerClosing, type AnswerHead, memberFields } from '../inbound.ts'
import { outputItems, type ThoughtOptions } from './output-items.ts'
import type { ResponsesBody } from './schema.ts'

/** What a request of OpenAI Responses says about the form of its answer. */
export type ResponseForm = {
  /** The request, whose parameters the response repeats. */
  body: ResponsesBody
  thoughts: ThoughtOptions
}

/** A response that has no answer (yet). */
export type PendingStatus = 'queued' | 'in_progress' | 'cancelled'

/** OpenAI's `response` object of a whole answer. */
export function encodeResponse(
  head: AnswerHead,
  { choices: [choice] }: Answer,
  closing: AnswerClosing,
  { body, thoughts }: ResponseForm,
): object {
  const reason = incompleteReason(closing.reason)
  const status = reason ? 'incomplete' : 'completed'
  return {
    ...responseFields(head, body),
    status,
    incomplete_details: reason && { reason },
    output: outputItems(head.id, choice, status, thoughts),
    usage: usageFields(closing),
    ...present({ switchyard: closing.metadata }),
  }
}

/** OpenAI's `response` object while there is no answer, or none is wanted any more. */
export function encodePending(head: AnswerHead, status: PendingStatus, { body }: ResponseForm): object {
  return { ...responseFields(head, body), status }
}

/** OpenAI's `response` object of an answer that did not come, or broke off after `answer`. */
export function encodeFailure(
  head: AnswerHead,
  error: ErrorBody,
  { body, thoughts }: ResponseForm,
  answer?: Answer,
): object {
  return {
    ...responseFields(head, body),
    status: 'failed',
    error: {
      code: errorCode(error.code),
      message: error.message,
      ...present({ param: error.param, provider: error.provider }),
    },
    output: answer ? outputItems(head.id, answer.choices[0], 'incomplete', thoughts) : [],
  }
}

function incompleteReason(reason: FinishReason): 'max_output_tokens' | 'content_filter' | null {
  switch (reason) {
    case 'length':
      return 'max_output_tokens'
    case 'content_filter':
      return 'content_filter'
    case 'stop':
    case 'tool_calls':
      return null
  }
}

/** OpenAI's codes, and the one its clients know a full context window by. What is no fault of the request is the server's. */
function errorCode(code: string): string {
  switch (code) {
    case 'rate_limited':
    case 'rate_limit_exceeded':
      return 'rate_limit_exceeded'
    case 'context_window':
      return 'context_length_exceeded'
    case 'content_policy':
    case 'provider_rejected':
    case 'invalid_request':
    case 'no_eligible_model':
    case 'blocked_by_rule':
      return 'invalid_prompt'
    default:
      return 'server_error'
  }
}

/** What a response repeats of its request, and everything else that is nothing yet. */
export function responseFields({ id, createdAt, model, simulated }: AnswerHead, body: ResponsesBody) {
  const { reasoning } = body
  return {
    id,
    object: 'response',
    created_at: Math.floor(createdAt / 1_000),
    completed_at: null,
    status: 'in_progress',
    background: body.background ?? false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: {
      effort: reasoning?.effort ?? null,
      summary: reasoning?.summary ?? reasoning?.generate_summary ?? null,
    },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: body.service_tier ?? null,
    store: body.store ?? true,
    temperature: body.temperature ?? null,
    text: { ...body.text, format: body.text?.format ?? { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? null,
    truncation: body.truncation ?? 'disabled',
    usage: null,
    user: body.user ?? null,
    metadata: body.metadata ?? {},
    // Asked of nobody, and yet every response has them.
    access_programs: null,
    frequency_penalty: null,
    presence_penalty: null,
    ...(simulated && { system_fingerprint: 'simulated' }),
  }
}

/** OpenAI's usage object, with the cost in USD as OpenRouter reports it. */
export function usageFields(closing: AnswerClosing) {
  const { usage, costUsd } = closing
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
    cost: costUsd,
    ...memberFields(closing),
  }
}
