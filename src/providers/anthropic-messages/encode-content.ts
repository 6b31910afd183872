import { bytesOf } from '../../core/base64.ts'
import type { AssistantPart, CacheMarker, ContentPart, MediaSource } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import type { CallIds } from './call-ids.ts'

/** A content block as it is sent. */
export type Block = { type: string; cache_control?: object; [field: string]: unknown }

/** What a user or a tool says, as blocks: none for what Anthropic has no block for. */
export function encodeContent(part: ContentPart): Block[] {
  const cache = present({ cache_control: part.cache && cacheControl(part.cache) })
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text, ...cache }]
    case 'image':
      return [{ type: 'image', source: encodeSource(part.source), ...cache }]
    case 'file': {
      const source = documentSource(part.source)
      return source ? [{ type: 'document', source, ...present({ title: part.filename }), ...cache }] : []
    }
    case 'audio':
      return []
  }
}

/** A piece of the model's own turn; a thought must be sealed by Anthropic. */
export function encodeAssistantPart(part: AssistantPart, ids: CallIds): Block[] {
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const cache = 'cache' in part && part.cache ? { cache_control: cacheControl(part.cache) } : {}
      return [{ type: 'text', text: part.text, ...cache }]
    }
    case 'reasoning': {
      if (!part.seal) return []
      const { kind, data } = part.seal
      return kind === 'encrypted'
        ? [{ type: 'redacted_thinking', data }]
        : [{ type: 'thinking', thinking: part.text, signature: data }]
    }
    case 'tool-call': {
      const { id, name, argumentsJson, custom } = part
      const input = custom ? { input: argumentsJson } : jsonObject(argumentsJson)
      return [{ type: 'tool_use', id: ids.call(id), name, input }]
    }
  }
}

export function cacheControl({ ttl }: CacheMarker): object {
  return { type: 'ephemeral', ...present({ ttl }) }
}

/** Anthropic wants an object; what the model wrote otherwise is kept under a name. */
function jsonObject(json: string): object {
  try {
    const value: unknown = JSON.parse(json || '{}')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  return { invalid_json: json }
}

const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|javascript)(?:;|$))/

/** PDF goes as it is, text as text; Anthropic reads no other document. */
function documentSource(source: MediaSource): object | null {
  if ('url' in source || source.mediaType === 'application/pdf') return encodeSource(source)
  const data = TEXT_TYPES.test(source.mediaType) ? decodedText(source.base64) : null
  return data ? { type: 'text', media_type: 'text/plain', data } : null
}

/** Null for what is not base64. */
function decodedText(base64: string): string | null {
  try {
    return new TextDecoder().decode(bytesOf(base64))
  } catch {
    return null
  }
}

function encodeSource(source: MediaSource): object {
  return 'url' in source
    ? { type: 'url', url: source.url }
    : { type: 'base64', media_type: source.mediaType, data: source.base64 }
}
