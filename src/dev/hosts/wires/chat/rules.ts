import { HostRefusal, type HostError } from '../../wire.ts'
import type { ChatMessage } from './messages.ts'

const DEVELOPER_HOSTS = new Set(['openai', 'azure', 'openrouter', 'xai', 'groq'])
/** OpenAI's models that count what they think into the limit, and so renamed it. */
const REASONING_MODEL = /^(?:gpt-5|o\d)/
const MESSAGE_FIELDS = new Set(
  'role content name refusal audio annotations function_call tool_calls tool_call_id'.split(' '),
)

/**
 * What OpenAI and its followers refuse though its shape is right.
 *
 * @throws HostRefusal
 */
export function checkChat(
  request: { model: string; max_tokens?: number | null | undefined; messages: readonly ChatMessage[] },
  host: string,
): void {
  const { model, max_tokens: maxTokens, messages } = request
  if (host === 'openai' && maxTokens != null && REASONING_MODEL.test(model)) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    refuse({ message, param: 'max_tokens', code: 'unsupported_parameter' })
  }
  messages.forEach((message, index) => {
    if (message.role === 'developer' && !DEVELOPER_HOSTS.has(host)) {
      refuse({
        message: `developer is not one of ['system', 'assistant', 'user', 'tool', 'function'] - 'messages.${index}.role'`,
      })
    }
    if (host === 'openai') checkFields(message, index)
    checkContent(message, index)
  })
  checkToolMessages(messages)
}

function checkFields(message: ChatMessage, index: number): void {
  const unknown = Object.keys(message).find((key) => !MESSAGE_FIELDS.has(key))
  if (unknown === undefined) return
  const param = `messages[${index}].${unknown}`
  refuse({ message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' })
}

function checkContent({ role, content, tool_calls: calls }: ChatMessage, index: number): void {
  const param = `messages.[${index}].content`
  if (content == null && !(role === 'assistant' && calls)) {
    refuse({ message: "Invalid value for 'content': expected a string, got null.", param })
  }
  const media = Array.isArray(content) ? content.find((part) => part.type !== 'text') : undefined
  if (role === 'tool' && media) {
    const message =
      media.type === 'image_url'
        ? "Invalid 'messages'. Image URLs are only allowed for messages with role 'user', but this message with role 'tool' contains an image URL."
        : `Invalid value: '${media.type}'. Supported values are: 'text'.`
    refuse({ message, param: `messages[${index}]`, code: 'invalid_value' })
  }
}

/** Every tool message answers a call of the assistant's message before it, and every call is answered. */
function checkToolMessages(messages: readonly ChatMessage[]): void {
  let open: readonly string[] = []
  let asked = 0
  messages.forEach((message, index) => {
    if (message.role !== 'tool') {
      checkAnswered(open, asked)
      open = (message.tool_calls ?? []).map((call) => call.id)
      asked = index
      return
    }
    const id = message.tool_call_id ?? ''
    if (!open.includes(id)) {
      refuse({
        message:
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        param: `messages.[${index}].role`,
      })
    }
    open = open.filter((other) => other !== id)
  })
  checkAnswered(open, asked)
}

function checkAnswered(open: readonly string[], asked: number): void {
  if (open.length === 0) return
  const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(', ')}`
  refuse({ message, param: `messages.[${asked + 1}].role` })
}

function refuse(error: Omit<HostError, 'status'>): never {
  throw new HostRefusal({ status: 400, ...error })
}
