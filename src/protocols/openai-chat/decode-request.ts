import type {
  ChatRequest,
  NativeRequest,
  OutputFormat,
  ReasoningWish,
  Sampling,
  ToolChoice,
} from '../../core/chat.ts'
import { AppError } from '../../core/errors.ts'
import { present } from '../../core/present.ts'
import { effortOfBudget } from '../../core/thinking.ts'
import { refuseChoices } from '../collaboration-fields.ts'
import type { Inbound } from '../inbound.ts'
import { invalidField } from '../invalid-field.ts'
import { routingFields, routingPreferences } from '../routing-fields.ts'
import { cacheOf, toMessage } from './decode-messages.ts'
import { chatReply } from './reply.ts'
import { type ChatBody, chatBody } from './schema.ts'

/**
 * Reads the body of `POST /v1/chat/completions`.
 *
 * @param body parsed JSON
 * @param headers clients that speak OpenRouter's dialect name themselves here; they expect usage without asking
 * @throws AppError `invalid_request` naming the field
 */
export function decodeChatRequest(body: unknown, headers: Headers = new Headers()): Inbound {
  const result = chatBody.safeParse(body)
  if (!result.success) throw invalidField(result.error)
  const parsed = result.data
  if (parsed.top_logprobs != null && parsed.logprobs !== true) {
    throw new AppError('invalid_request', "Invalid 'top_logprobs': it needs 'logprobs' to be true", {
      param: 'top_logprobs',
    })
  }
  const asked = parsed.stream_options?.include_usage ?? parsed.usage?.include
  const includeUsage = asked ?? (headers.has('x-title') || headers.has('http-referer'))
  const routing = routingPreferences(parsed)
  refuseChoices(parsed.n, routing)
  return {
    chat: chatRequest(parsed),
    routing,
    stream: parsed.stream ?? false,
    reply: chatReply({ includeUsage, showReasoning: parsed.reasoning?.exclude !== true }),
  }
}

function chatRequest(body: ChatBody): ChatRequest {
  return {
    ...present({
      toolChoice: toToolChoice(body.tool_choice),
      parallelToolCalls: body.parallel_tool_calls,
      user: body.user,
      metadata: body.metadata,
    }),
    messages: body.messages.map(toMessage),
    tools: (body.tools ?? []).flatMap((tool) => toTool(tool) ?? []),
    output: outputFormat(body.response_format),
    sampling: sampling(body),
    reasoning: reasoningWish(body),
    native: nativeRequest(body),
  }
}

type BodyTool = NonNullable<ChatBody['tools']>[number]

/** Null for a tool of a host's own. */
function toTool(tool: BodyTool) {
  if (!isFunction(tool)) return null
  const { name, description, parameters, strict } = tool.function
  return present({ name, description, parameters, strict, cache: cacheOf(tool.cache_control) })
}

function isFunction(tool: BodyTool): tool is Extract<BodyTool, { type: 'function' }> {
  return tool.type === 'function'
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(chatBody.shape))
/** Addressed to us, or written anew for each host. */
const OUR_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(routingFields),
  'model',
  'messages',
  'stream',
  'stream_options',
  'reasoning',
  'usage',
  'metadata',
  'modalities',
])

function nativeRequest(body: ChatBody): NativeRequest {
  const unknown = Object.keys(body).filter((name) => !KNOWN_FIELDS.has(name))
  const foreignTools = (body.tools ?? []).flatMap((tool, index) =>
    isFunction(tool) ? [] : `tools[${index}]`,
  )
  const foreignChoice = body.tool_choice && !toToolChoice(body.tool_choice) ? ['tool_choice'] : []
  const onlyHere = body.messages.flatMap(fileIds)
  return {
    format: 'openai-chat',
    body: {
      ...Object.fromEntries(Object.entries(body).filter(isForHosts)),
      ...present({ tools: body.tools?.map(nativeTool) }),
      ...(onlyHere.length > 0 && { messages: body.messages }),
    },
    headers: {},
    droppedElsewhere: [...unknown, ...foreignTools, ...foreignChoice],
    onlyHere,
  }
}

/** Null is another way to leave a field out, which not every host knows. */
function isForHosts([name, value]: [string, unknown]): boolean {
  return !OUR_FIELDS.has(name) && (value !== null || !KNOWN_FIELDS.has(name))
}

/** Hosts of this format refuse OpenRouter's marker. */
function nativeTool(tool: BodyTool): object {
  return isFunction(tool) ? { type: tool.type, function: tool.function } : tool
}

/** Files that only the host knows which they were uploaded to. */
function fileIds(message: ChatBody['messages'][number], index: number): string[] {
  if (message.role !== 'user' || typeof message.content === 'string') return []
  return message.content.flatMap((part, at) =>
    part.type === 'file' && !part.file.file_data ? `messages[${index}].content[${at}].file.file_id` : [],
  )
}

/** Undefined for a choice among a host's own tools. */
function toToolChoice(choice: ChatBody['tool_choice']): ToolChoice | undefined {
  if (typeof choice !== 'object' || choice === null) return choice ?? undefined
  return isFunctionChoice(choice) ? { name: choice.function.name } : undefined
}

type BodyChoice = Extract<NonNullable<ChatBody['tool_choice']>, object>

function isFunctionChoice(choice: BodyChoice): choice is Extract<BodyChoice, { type: 'function' }> {
  return choice.type === 'function'
}

function outputFormat(format: ChatBody['response_format']): OutputFormat {
  if (format?.type !== 'json_schema') return { type: format?.type ?? 'text' }
  const { name, schema, strict } = format.json_schema
  return { type: 'json_schema', name, schema, ...present({ strict }) }
}

function sampling(body: ChatBody): Sampling {
  return present({
    temperature: body.temperature,
    topP: body.top_p,
    topK: body.top_k,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
    seed: body.seed,
    stop: typeof body.stop === 'string' ? [body.stop] : body.stop,
    maxOutputTokens: body.max_completion_tokens ?? body.max_tokens,
    logprobs: body.logprobs,
    topLogprobs: body.top_logprobs,
    choices: body.n === 1 ? undefined : body.n,
  })
}

/** OpenAI's field wins over OpenRouter's object. Thoughts are shown where that object asks for them. */
function reasoningWish({ reasoning_effort, reasoning }: ChatBody): ReasoningWish {
  const budget = reasoning?.max_tokens ?? undefined
  const meant = reasoning?.enabled === false ? 'none' : budget && effortOfBudget(budget)
  return present({
    effort: reasoning_effort ?? reasoning?.effort ?? (meant || undefined),
    budgetTokens: budget,
    shown: reasoning ? reasoning.exclude !== true : undefined,
  })
}
