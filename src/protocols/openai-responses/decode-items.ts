import type { AssistantPart, ContentPart, Message, Seal } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { AUDIO_TYPES, mediaSource } from '../media.ts'
import { readSeal } from '../../core/sealed-thoughts.ts'
import { hostItemId } from './item-ids.ts'
import type { BodyPart, ConversationItem } from './item-schema.ts'

/** An item of the conversation, null where only hosts of this protocol understand it, and the field it stands in. */
export type PlacedItem = { item: ConversationItem | null; path: string }

/**
 * Items as messages: a model's thoughts, words and calls in a row are one turn of its own. `onlyHere` names what the
 * messages cannot say.
 *
 * @throws AppError naming the part that is no media
 */
export function readItems(items: readonly PlacedItem[]): { messages: Message[]; onlyHere: string[] } {
  const messages: Message[] = []
  const onlyHere = new Set<string>()
  let turn: AssistantPart[] | null = null
  for (const { item, path } of items) {
    if (!item) {
      onlyHere.add(path)
    } else if (isInput(item)) {
      turn = null
      messages.push(inputMessage(item, path, onlyHere))
    } else {
      const parts = assistantParts(item)
      if (turn) turn.push(...parts)
      else if (parts.length > 0) messages.push({ role: 'assistant', content: (turn = parts) })
    }
  }
  return { messages, onlyHere: [...onlyHere] }
}

type InputMessage = Extract<ConversationItem, { role: 'system' | 'developer' | 'user' } | { output: unknown }>
type ModelItem = Exclude<ConversationItem, InputMessage>

function isInput(item: ConversationItem): item is InputMessage {
  return 'output' in item || (item.type === 'message' && item.role !== 'assistant')
}

function inputMessage(item: InputMessage, path: string, onlyHere: Set<string>): Message {
  if ('output' in item) {
    const content = toParts(item.output, `${path}.output`, onlyHere)
    return { role: 'tool', toolCallId: item.call_id, content }
  }
  return { role: item.role, content: toParts(item.content, `${path}.content`, onlyHere) }
}

function toParts(content: string | readonly BodyPart[], path: string, onlyHere: Set<string>): ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.flatMap((part, index) => {
    const read = toPart(part, `${path}[${index}]`)
    if (!read) onlyHere.add(`${path}[${index}].file_id`)
    return read ?? []
  })
}

/** Null for a file that only its host knows. */
function toPart(part: BodyPart, path: string): ContentPart | null {
  switch (part.type) {
    case 'input_text':
      return { type: 'text', text: part.text }
    case 'input_image': {
      if (!part.image_url) return null
      const source = mediaSource(part.image_url, `${path}.image_url`)
      return { type: 'image', source, ...present({ detail: detailOf(part.detail) }) }
    }
    case 'input_file': {
      const { file_data, file_url, filename } = part
      const source = file_data
        ? mediaSource(file_data, `${path}.file_data`)
        : file_url && mediaSource(file_url, `${path}.file_url`)
      return source ? { type: 'file', source, ...present({ filename }) } : null
    }
    case 'input_audio': {
      const { data, format } = part.input_audio
      return { type: 'audio', source: { mediaType: AUDIO_TYPES[format], base64: data } }
    }
  }
}

/** `original` asks for every pixel, which other hosts call `high`. */
function detailOf(detail: Extract<BodyPart, { type: 'input_image' }>['detail']) {
  return detail === 'original' ? 'high' : detail
}

function assistantParts(item: ModelItem): AssistantPart[] {
  switch (item.type) {
    case 'message':
      return saidParts(item.content)
    case 'reasoning': {
      const seal = sealOf(item)
      const text = textOf(item)
      return text !== '' || seal ? [{ type: 'reasoning', text, ...present({ seal }) }] : []
    }
    case 'function_call':
      return [{ type: 'tool-call', id: item.call_id, name: item.name, argumentsJson: item.arguments }]
    case 'custom_tool_call': {
      const { call_id, name, input } = item
      return [{ type: 'tool-call', id: call_id, name, argumentsJson: input, custom: true }]
    }
  }
}

function saidParts(content: Extract<ModelItem, { type: 'message' }>['content']): AssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return content.map((part) =>
    part.type === 'output_text' ? { type: 'text', text: part.text } : { type: 'refusal', text: part.refusal },
  )
}

type ReasoningItem = Extract<ModelItem, { type: 'reasoning' }>

/** The thought itself, where the host gave it, else its summary. */
function textOf({ content, summary }: ReasoningItem): string {
  const texts = content && content.length > 0 ? content : (summary ?? [])
  return texts.map(({ text }) => text).join('\n\n')
}

function sealOf({ id, encrypted_content }: ReasoningItem): Seal | null {
  if (!encrypted_content) return null
  const own = { format: 'openai', kind: 'encrypted', ...present({ id: id ? hostItemId(id) : null }) } as const
  return readSeal(encrypted_content, own)
}
