import type { NativeRequest, ToolChoice, ToolDefinition } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { routingFields } from '../routing-fields.ts'
import { type ResolvedItem, toNativeItem } from './input-items.ts'
import { type ResponsesBody, responsesBody } from './schema.ts'

type BodyTool = NonNullable<ResponsesBody['tools']>[number]
type FunctionTool = Extract<BodyTool, { type: 'function' }>
type BodyChoice = NonNullable<ResponsesBody['tool_choice']>

/** The tools that every host can be given, and the choice among them. */
export function toolsOf({ tools, tool_choice }: ResponsesBody): {
  tools: ToolDefinition[]
  toolChoice?: ToolChoice | undefined
} {
  const functions = (tools ?? []).filter(isFunction).map(toTool)
  const choice = functions.length > 0 && tool_choice ? toToolChoice(tool_choice) : null
  return { tools: functions, ...present({ toolChoice: choice }) }
}

function isFunction(tool: BodyTool): tool is FunctionTool {
  return tool.type === 'function'
}

function toTool({ name, description, parameters, strict }: FunctionTool): ToolDefinition {
  return { name, ...present({ description, parameters, strict }) }
}

/** Null for a choice that only hosts of this protocol understand. */
function toToolChoice(choice: BodyChoice): ToolChoice | null {
  if (typeof choice === 'string') return choice
  return isFunctionChoice(choice) ? { name: choice.name } : null
}

function isFunctionChoice(choice: BodyChoice): choice is Extract<BodyChoice, { type: 'function' }> {
  return typeof choice === 'object' && choice.type === 'function'
}

/** Addressed to us, or written anew for each host. */
const OUR_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(routingFields),
  'model',
  'input',
  'stream',
  'store',
  'background',
  'previous_response_id',
  'metadata',
  'conversation',
  'prompt',
])

/** The request for hosts of this protocol, who remember nothing: the whole conversation is its input. */
export function nativeRequest(
  body: ResponsesBody,
  items: readonly ResolvedItem[],
  onlyHere: readonly string[],
): NativeRequest {
  const kept = Object.entries(present(body)).filter(([name]) => !OUR_FIELDS.has(name))
  return {
    format: 'openai-responses',
    body: { ...Object.fromEntries(kept), input: items.flatMap((item) => toNativeItem(item) ?? []) },
    headers: {},
    droppedElsewhere: droppedElsewhere(body),
    onlyHere,
  }
}

/** Fields we read, and yet have no word for: they shape how OpenAI answers, not what. */
const UNTRANSLATED: ReadonlySet<string> = new Set(['max_tool_calls', 'prompt_cache_key', 'service_tier'])
const TRANSLATED: ReadonlySet<string> = new Set(Object.keys(responsesBody.shape)).difference(UNTRANSLATED)

function droppedElsewhere({
  tools,
  tool_choice,
  text,
  reasoning,
  truncation,
  ...body
}: ResponsesBody): string[] {
  const choice = tool_choice && toToolChoice(tool_choice) === null
  return [
    ...namesBeyond(body, (name) => TRANSLATED.has(name)),
    ...(truncation === 'auto' ? ['truncation'] : []),
    ...(tools ?? []).flatMap((tool, index) => (isFunction(tool) ? [] : `tools[${index}]`)),
    ...(choice ? ['tool_choice'] : []),
    ...namesBeyond(text ?? {}, (name) => name === 'format').map((name) => `text.${name}`),
    ...namesBeyond(reasoning ?? {}, (name) => /^(effort|summary|generate_summary)$/.test(name)).map(
      (name) => `reasoning.${name}`,
    ),
  ]
}

/** Names of the fields that are set and not among those understood. */
function namesBeyond(fields: object, understood: (name: string) => boolean): string[] {
  return Object.keys(present(fields)).filter((name) => !understood(name))
}
