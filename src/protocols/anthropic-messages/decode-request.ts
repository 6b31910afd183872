import type {
  ChatRequest,
  OutputFormat,
  ReasoningEffort,
  ReasoningWish,
  Sampling,
  ToolChoice,
} from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { effortOfBudget } from '../../core/thinking.ts'
import type { Inbound } from '../inbound.ts'
import { invalidField } from '../invalid-field.ts'
import { routingPreferences } from '../routing-fields.ts'
import { cacheOf, toMessages, toTexts } from './decode-messages.ts'
import type { ThinkingShown } from './encode-answer.ts'
import { isFunction, nativeRequest } from './native-request.ts'
import { messagesReply } from './reply.ts'
import { countTokensBody, type FunctionTool, type MessagesBody, messagesBody } from './schema.ts'

/**
 * Reads the body of `POST /v1/messages`.
 *
 * @param body parsed JSON
 * @param headers the request's; `anthropic-beta` goes to Anthropic's own hosts
 * @throws AppError `invalid_request` naming the field
 */
export function decodeMessagesRequest(body: unknown, headers: Headers): Inbound {
  const { data, error } = messagesBody.safeParse(body)
  if (error) throw invalidField(error)
  return inbound(body, data, headers)
}

/**
 * Reads the body of `POST /v1/messages/count_tokens`: a conversation that nobody answers.
 *
 * @param body parsed JSON
 * @throws AppError `invalid_request` naming the field
 */
export function decodeCountTokens(body: unknown, headers: Headers): Inbound {
  const { data, error } = countTokensBody.safeParse(body)
  if (error) throw invalidField(error)
  return inbound(body, data, headers)
}

function inbound(raw: unknown, body: MessagesBody, headers: Headers): Inbound {
  const thinking = thinkingShown(body)
  return {
    chat: { ...chatRequest(body, thinking), native: nativeRequest(raw, body, headers) },
    routing: routingPreferences(body),
    stream: body.stream ?? false,
    reply: messagesReply({ thinking }),
  }
}

function chatRequest(body: MessagesBody, thinking: ThinkingShown): Omit<ChatRequest, 'native'> {
  const tools = (body.tools ?? []).filter(isFunction)
  return {
    ...present({
      toolChoice: toolChoice(body.tool_choice, tools),
      parallelToolCalls: parallelToolCalls(body.tool_choice),
      user: body.metadata?.user_id ?? body.user,
    }),
    messages: [...instructions(body.system), ...body.messages.flatMap(toMessages)],
    tools: tools.map(({ name, description, input_schema: parameters, strict, cache_control }) =>
      present({ name, description, parameters, strict, cache: cacheOf(cache_control) }),
    ),
    output: outputFormat(body),
    sampling: sampling(body),
    reasoning: reasoningWish(body, thinking),
  }
}

function instructions(system: MessagesBody['system']) {
  return system
    ? [{ role: 'system' as const, content: toTexts(system) }].filter(({ content }) => content.length > 0)
    : []
}

type BodyToolChoice = MessagesBody['tool_choice']

/** Undefined also where the choice is one of Anthropic's own tools, which other hosts do not have. */
function toolChoice(choice: BodyToolChoice, tools: readonly FunctionTool[]): ToolChoice | undefined {
  switch (choice?.type) {
    case 'auto':
    case 'none':
      return choice.type
    case 'any':
      return tools.length > 0 ? 'required' : undefined
    case 'tool':
      return tools.some(({ name }) => name === choice.name) ? { name: choice.name } : undefined
    case undefined:
      return undefined
  }
}

function parallelToolCalls(choice: BodyToolChoice): boolean | undefined {
  if (!choice || choice.type === 'none' || choice.disable_parallel_tool_use == null) return undefined
  return !choice.disable_parallel_tool_use
}

function outputFormat({ output_config, output_format }: MessagesBody): OutputFormat {
  const format = output_config?.format ?? output_format
  return format ? { type: 'json_schema', name: 'output', schema: format.schema } : { type: 'text' }
}

function sampling(body: MessagesBody): Sampling {
  return present({
    temperature: body.temperature,
    topP: body.top_p,
    topK: body.top_k || undefined,
    stop: body.stop_sequences?.length ? body.stop_sequences : undefined,
    maxOutputTokens: body.max_tokens,
  })
}

function thinkingShown({ thinking }: MessagesBody): ThinkingShown {
  switch (thinking?.type) {
    case 'enabled':
    case 'adaptive':
      return thinking.display === 'omitted' ? 'sealed' : 'shown'
    case 'between_tools':
      return 'shown'
    case 'disabled':
    case undefined:
      return 'none'
  }
}

/** An effort that is named wins over one that is counted. */
function reasoningWish({ thinking, output_config }: MessagesBody, shown: ThinkingShown): ReasoningWish {
  const budgetTokens = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined
  return present({
    effort: thinking?.type === 'disabled' ? 'none' : (namedEffort(output_config) ?? meantEffort(thinking)),
    budgetTokens,
    shown: thinking ? shown === 'shown' : undefined,
  })
}

function namedEffort(config: MessagesBody['output_config']): ReasoningEffort | undefined {
  const effort = config?.effort ?? undefined
  return effort === 'max' ? 'xhigh' : effort
}

/** `adaptive` leaves it to the model. What is to think at all is not told `minimal`, which many models take for none. */
function meantEffort(thinking: MessagesBody['thinking']): ReasoningEffort | undefined {
  if (thinking?.type === 'between_tools') return 'low'
  if (thinking?.type !== 'enabled') return undefined
  const effort = effortOfBudget(thinking.budget_tokens)
  return effort === 'minimal' ? 'low' : effort
}
