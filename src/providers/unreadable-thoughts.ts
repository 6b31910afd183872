import type { AssistantPart, ChatEvent, ChatRequest } from '../core/chat.ts'

/**
 * How hosts say that they cannot read a sealed thought: it was sealed for another account, model or conversation. Seen
 * at Anthropic (`signature`, "bound to a different conversation"), OpenAI (`encrypted_content`) and Google
 * (`thought_signature`).
 */
const UNREADABLE =
  /(?:invalid|verif\w+|decrypt\w*|missing|corrupt\w*)[^.]*(?:signature|encrypted[_ ]content)|(?:signature|encrypted[_ ]content)[^.]*(?:invalid|not valid|could not|cannot|verif)|bound to a different conversation/i

/** Whether a host refused a request for the sealed thoughts in it: without them it may take the rest. */
export function refusedThoughts(event: ChatEvent, { messages }: ChatRequest): boolean {
  if (event.type !== 'answer-error' || event.code !== 'provider_rejected') return false
  const sealed = messages.some(
    (message) => message.role === 'assistant' && message.content.some((part) => isThought(part) && part.seal),
  )
  return sealed && UNREADABLE.test(`${event.hostCode ?? ''} ${event.message}`)
}

/** The same request without any thoughts, in our words. Null where only the caller's own words can say it. */
export function withoutThoughts(request: ChatRequest): ChatRequest | null {
  if (request.native && request.native.onlyHere.length > 0) return null
  const messages = request.messages.map((message) =>
    message.role === 'assistant'
      ? { ...message, content: message.content.filter((part) => !isThought(part)) }
      : message,
  )
  return { ...request, messages, native: null }
}

function isThought(part: AssistantPart): part is AssistantPart & { type: 'reasoning' } {
  return part.type === 'reasoning'
}
