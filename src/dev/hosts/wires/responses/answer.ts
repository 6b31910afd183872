import type { JsonObject } from '../../json.ts'
import type { Answer, TokenUsage } from '../../question.ts'
import type { Frame, Issue } from '../../wire.ts'
import { outputItems, type ItemForm, type OutputItem } from './output.ts'
import type { ResponsesRequest } from './request.ts'

/** The status of a response and how it got there. */
type Outcome = {
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  output: readonly JsonObject[]
}

/** What of a request changes the form of its items: what it includes. */
export function itemForm({ include, top_logprobs: top }: ResponsesRequest): ItemForm {
  const wantsOdds = include?.includes('message.output_text.logprobs') ?? false
  return {
    encryptsReasoning: include?.includes('reasoning.encrypted_content') ?? false,
    topLogprobs: wantsOdds || top != null ? (top ?? 0) : null,
  }
}

/** A whole `response`. */
export function responseOf(answer: Answer, issue: Issue, request: ResponsesRequest): JsonObject {
  const output = outputItems(answer, issue.id, itemForm(request)).map(({ done }) => done)
  return responseBody(answer, issue, request, { status: statusOf(answer), output })
}

/** The events of a stream, numbered. */
export function responseEvents(answer: Answer, issue: Issue, request: ResponsesRequest): readonly Frame[] {
  const items = outputItems(answer, issue.id, itemForm(request))
  const begun = responseBody(answer, issue, request, { status: 'in_progress', output: [] })
  const whole = responseOf(answer, issue, request)
  const events = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...items.flatMap(itemEvents),
    { type: `response.${statusOf(answer)}`, response: whole },
  ]
  return events.map(({ type, ...rest }, sequence) => {
    return { event: type, data: { type, sequence_number: sequence, ...rest } }
  })
}

function itemEvents({ begun, done, steps }: OutputItem, index: number) {
  const place = { item_id: begun['id'], output_index: index }
  return [
    { type: 'response.output_item.added', output_index: index, item: begun },
    ...steps.map((step) => ({ ...step, type: String(step['type']), ...place })),
    { type: 'response.output_item.done', output_index: index, item: done },
  ]
}

function statusOf({ finish, failure }: Answer): 'completed' | 'incomplete' | 'failed' {
  if (failure) return 'failed'
  return finish === 'length' || finish === 'content_filter' ? 'incomplete' : 'completed'
}

function responseBody(answer: Answer, issue: Issue, request: ResponsesRequest, outcome: Outcome): JsonObject {
  const { status, output } = outcome
  const reason = answer.finish === 'content_filter' ? 'content_filter' : 'max_output_tokens'
  const finished = status === 'completed' || status === 'incomplete'
  const spent = finished && answer.usage ? responsesUsage(answer.usage) : null
  return {
    id: `resp_${issue.id}`,
    object: 'response',
    created_at: issue.createdAt,
    completed_at: status === 'completed' ? issue.createdAt : null,
    status,
    error: status === 'failed' ? { code: 'server_error', message: answer.failure?.message } : null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    output,
    usage: spent,
    ...echoOf(request),
  }
}

/** What a response repeats of its request. */
function echoOf(request: ResponsesRequest): JsonObject {
  return {
    background: false,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: null,
    metadata: request.metadata ?? {},
    model: request.model,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: {
      format: request.text?.format ?? { type: 'text' },
      verbosity: request.text?.verbosity ?? 'medium',
    },
    tool_choice: request.tool_choice ?? 'auto',
    tools: (request.tools ?? []).map((tool) => ({ strict: true, description: null, ...tool })),
    top_logprobs: request.top_logprobs ?? 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    user: request.user ?? null,
  }
}

function responsesUsage(usage: TokenUsage): JsonObject {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}
