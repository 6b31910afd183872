import * as z from 'zod'
import {
  type AssistantPart,
  type ChatRequest,
  type ContentPart,
  type MediaSource,
  type Message,
  type ToolCall,
  toolCallsOf,
} from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { nativeOf } from '../adapter.ts'
import type { Dialect } from './dialect.ts'

/**
 * Tool results of this format hold text only: other media follow the results in a message of the user's, named after
 * the call they came from.
 */
export function withoutToolMedia(messages: readonly Message[]): Message[] {
  const written: Message[] = []
  let media: ContentPart[] = []
  const flush = () => {
    if (media.length > 0) written.push({ role: 'user', content: media })
    media = []
  }
  for (const message of messages) {
    if (message.role !== 'tool') {
      flush()
      written.push(message)
      continue
    }
    const text = message.content.filter((part) => part.type === 'text')
    const others = message.content.filter((part) => part.type !== 'text')
    written.push(others.length === 0 ? message : { ...message, content: [...text, note(others.length)] })
    if (others.length > 0) media.push(label(message.toolCallId), ...others)
  }
  flush()
  return written
}

function note(count: number): ContentPart {
  return { type: 'text', text: `[${count} attachment${count > 1 ? 's' : ''} in the next user message]` }
}

function label(toolCallId: string): ContentPart {
  return { type: 'text', text: `Attached to the result of tool call ${toolCallId}:` }
}

const callersMessages = z.array(z.object({ content: z.unknown().optional() })).catch([])

/** What users say, in the caller's words, where only this format has words for it: files that a host keeps. */
export function ownContents(request: ChatRequest): ReadonlyMap<Message, unknown> {
  const native = nativeOf(request, 'openai-chat')
  if (!native || native.onlyHere.length === 0) return new Map()
  const own = callersMessages.parse(native.body['messages'])
  return new Map(
    request.messages.flatMap((message, index) =>
      message.role === 'user' ? [[message, own[index]?.content] as const] : [],
    ),
  )
}

export function encodeMessage(message: Message, dialect: Dialect): object {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: dialect.developerRole ? message.role : 'system', content: textOf(message.content) }
    case 'user':
      return { role: 'user', content: encodeContent(message.content), ...present({ name: message.name }) }
    case 'assistant':
      return encodeAssistant(message.content, dialect)
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: textOf(message.content) }
  }
}

/** Thoughts stay behind: no host of this format takes them back. */
function encodeAssistant(parts: readonly AssistantPart[], dialect: Dialect): object {
  const said = parts.filter((part) => part.type === 'text' || part.type === 'refusal')
  const calls = toolCallsOf(parts).map((call) => encodeCall(call, dialect))
  const content = said.length > 0 ? said.map(({ text }) => text).join('\n') : null
  return {
    role: 'assistant',
    content: content === null && calls.length === 0 ? '' : content,
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

/** Hosts that know functions only get the text of a custom call as its one argument. */
function encodeCall({ id, name, argumentsJson, custom }: ToolCall, { isOpenai }: Dialect): object {
  if (custom && isOpenai) return { id, type: 'custom', custom: { name, input: argumentsJson } }
  const args = custom ? JSON.stringify({ input: argumentsJson }) : argumentsJson
  return { id, type: 'function', function: { name, arguments: args } }
}

/** Plain text where that is all there is: every host takes it, not every host takes parts. */
function encodeContent(content: readonly ContentPart[]): string | object[] {
  return content.every((part) => part.type === 'text') ? textOf(content) : content.map(encodePart)
}

function textOf(content: readonly ContentPart[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}

function encodePart(part: ContentPart): object {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image':
      return {
        type: 'image_url',
        image_url: { url: urlOf(part.source), ...present({ detail: part.detail }) },
      }
    case 'audio': {
      const inline = 'base64' in part.source ? part.source : { base64: '', mediaType: '' }
      const format = inline.mediaType === 'audio/mpeg' ? 'mp3' : 'wav'
      return { type: 'input_audio', input_audio: { data: inline.base64, format } }
    }
    case 'file':
      return {
        type: 'file',
        file: { file_data: urlOf(part.source), ...present({ filename: part.filename }) },
      }
  }
}

function urlOf(source: MediaSource): string {
  return 'url' in source ? source.url : `data:${source.mediaType};base64,${source.base64}`
}
