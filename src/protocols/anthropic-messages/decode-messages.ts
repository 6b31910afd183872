import type { AssistantPart, CacheMarker, ContentPart, Message } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import type {
  AssistantBlock,
  BodyMessage,
  DocumentBlock,
  ImageBlock,
  TextBlock,
  ToolResult,
  UserBlock,
} from './schema.ts'

/** One message of the body: several where a user's turn brings results of tools, which then come first. */
export function toMessages(message: BodyMessage): Message[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: toTexts(message.content) }]
    case 'user':
      return userMessages(message.content)
    case 'assistant':
      return [{ role: 'assistant', content: assistantParts(message.content) }]
  }
}

/** Instructions, as text or blocks of text. */
export function toTexts(content: string | readonly TextBlock[]): ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(toText)
}

function userMessages(content: string | readonly UserBlock[]): Message[] {
  if (typeof content === 'string') return [{ role: 'user', content: toTexts(content) }]
  const results = content.flatMap((block) => (block.type === 'tool_result' ? [toResult(block)] : []))
  const said = content.flatMap((block) => (block.type === 'tool_result' ? [] : toParts(block)))
  return said.length > 0 || results.length === 0 ? [...results, { role: 'user', content: said }] : results
}

function toResult({ tool_use_id, content, is_error, cache_control }: ToolResult): Message {
  const parts = typeof content === 'string' ? toTexts(content) : (content ?? []).flatMap(toParts)
  return {
    role: 'tool',
    toolCallId: tool_use_id,
    content: markLast(parts, cacheOf(cache_control)),
    ...present({ isError: is_error || undefined }),
  }
}

/** A block as parts; none where only Anthropic can say it. */
function toParts(block: Exclude<UserBlock, ToolResult>): ContentPart[] {
  switch (block.type) {
    case 'text':
      return [toText(block)]
    case 'image':
      return toImage(block)
    case 'document':
      return toDocument(block)
    case 'only-here':
      return []
  }
}

function toText({ text, cache_control }: TextBlock) {
  return { type: 'text' as const, text, ...present({ cache: cacheOf(cache_control) }) }
}

function toImage({ source, cache_control }: ImageBlock): ContentPart[] {
  if (source.type === 'file') return []
  return [{ type: 'image', source: mediaOf(source), ...present({ cache: cacheOf(cache_control) }) }]
}

/** A document with what its caller says about it in front; its title is a file's name where there is a file. */
function toDocument({ source, title, context, cache_control }: DocumentBlock): ContentPart[] {
  const isFile = source.type === 'base64' || source.type === 'url'
  const heading = [isFile ? null : title, context].filter(Boolean).join('\n')
  const parts = [...(heading ? toTexts(heading) : []), ...documentParts(source, title)]
  return markLast(parts, cacheOf(cache_control))
}

function documentParts(source: DocumentBlock['source'], title: string | null | undefined): ContentPart[] {
  switch (source.type) {
    case 'base64':
    case 'url':
      return [{ type: 'file', source: mediaOf(source), ...present({ filename: title || undefined }) }]
    case 'text':
      return toTexts(source.data)
    case 'content':
      return typeof source.content === 'string' ? toTexts(source.content) : source.content.flatMap(toParts)
    case 'file':
      return []
  }
}

type BodySource = { type: 'base64'; media_type: string; data: string } | { type: 'url'; url: string }

function mediaOf(source: BodySource) {
  return source.type === 'url' ? { url: source.url } : { mediaType: source.media_type, base64: source.data }
}

function assistantParts(content: string | readonly AssistantBlock[]): AssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return content.flatMap((block) => toAssistantPart(block) ?? [])
}

function toAssistantPart(block: AssistantBlock): AssistantPart | null {
  switch (block.type) {
    case 'text':
      return toText(block)
    case 'thinking':
      return { type: 'reasoning', text: block.thinking, ...present({ seal: block.signature }) }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', seal: block.data }
    case 'tool_use':
      return {
        type: 'tool-call',
        id: block.id,
        name: block.name,
        argumentsJson: JSON.stringify(block.input),
      }
    case 'only-here':
      return null
  }
}

/** A marker on a block that became several parts, or none, ends with the last of them. */
function markLast(parts: readonly ContentPart[], cache: CacheMarker | undefined): ContentPart[] {
  return parts.map((part, at) => (cache && at === parts.length - 1 ? { ...part, cache } : part))
}

type BodyMarker = TextBlock['cache_control']

/** A marker as ours; undefined where there is none. */
export function cacheOf(marker: BodyMarker): CacheMarker | undefined {
  return marker ? present({ ttl: marker.ttl }) : undefined
}
