import type { AssistantPart, CacheMarker, ContentPart, Message } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { AUDIO_TYPES, mediaSource } from '../media.ts'
import { readDetails } from './reasoning-details.ts'
import type { BodyMessage, BodyToolCall } from './schema.ts'

/** @throws AppError naming the part that is no media */
export function toMessage(message: BodyMessage, index: number): Message {
  const path = `messages[${index}].content`
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: message.role, content: toParts(message.content, path) }
    case 'user':
      return { role: 'user', content: toParts(message.content, path), ...present({ name: message.name }) }
    case 'assistant':
      return { role: 'assistant', content: assistantParts(message) }
    case 'tool':
      return { role: 'tool', toolCallId: message.tool_call_id, content: toParts(message.content, path) }
  }
}

type AssistantMessage = Extract<BodyMessage, { role: 'assistant' }>

/** Thoughts first, then what was said, then the calls, each behind the seal that belongs to it. */
function assistantParts(message: AssistantMessage): AssistantPart[] {
  const { content, refusal, tool_calls, reasoning } = message
  const { thoughts, callSeals } = readDetails(message.reasoning_details ?? [])
  return [
    ...(thoughts.length === 0 && reasoning ? [{ type: 'reasoning' as const, text: reasoning }] : thoughts),
    ...saidParts(content ?? []),
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...(tool_calls ?? []).flatMap((call): AssistantPart[] => {
      const seal = callSeals.get(call.id) ?? googleSeal(call)
      const part = { type: 'tool-call' as const, ...toToolCall(call) }
      return seal ? [{ type: 'reasoning', text: '', seal }, part] : [part]
    }),
  ]
}

function saidParts(content: NonNullable<AssistantMessage['content']>): AssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return content.map((part) =>
    part.type === 'text'
      ? { type: 'text', text: part.text, ...present({ cache: cacheOf(part.cache_control) }) }
      : { type: 'refusal', text: part.refusal },
  )
}

function toToolCall(call: BodyToolCall) {
  if ('custom' in call) {
    const { name, input } = call.custom
    return { id: call.id, name, argumentsJson: input, custom: true as const }
  }
  return { id: call.id, name: call.function.name, argumentsJson: call.function.arguments }
}

function googleSeal(call: BodyToolCall) {
  const data = 'custom' in call ? undefined : call.extra_content?.google?.thought_signature
  return data === undefined ? null : { format: 'google' as const, kind: 'signature' as const, data }
}

type BodyContent = Exclude<Exclude<BodyMessage, { role: 'assistant' }>['content'], null>
type BodyPart = Exclude<BodyContent, string>[number]

function toParts(content: BodyContent, path: string): ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.flatMap((part, index) => toPart(part, `${path}[${index}]`) ?? [])
}

/** Null for a file that only its host knows. */
function toPart(part: BodyPart, path: string): ContentPart | null {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...present({ cache: cacheOf(part.cache_control) }) }
    case 'image_url': {
      const { url, detail } = part.image_url
      const source = mediaSource(url, `${path}.image_url.url`)
      return { type: 'image', source, ...present({ detail, cache: cacheOf(part.cache_control) }) }
    }
    case 'input_audio': {
      const { data, format } = part.input_audio
      return { type: 'audio', source: { mediaType: AUDIO_TYPES[format], base64: data } }
    }
    case 'file': {
      const { file_data, filename } = part.file
      if (!file_data) return null
      const source = mediaSource(file_data, `${path}.file.file_data`)
      return { type: 'file', source, ...present({ filename }) }
    }
  }
}

type BodyMarker = { ttl?: '5m' | '1h' | null | undefined } | null | undefined

/** A marker as ours; undefined where there is none. */
export function cacheOf(marker: BodyMarker): CacheMarker | undefined {
  return marker ? present({ ttl: marker.ttl }) : undefined
}
