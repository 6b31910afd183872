import type {
  AssistantPart,
  ContentPart,
  MediaSource,
  Message,
  SealFormat,
  ToolCall,
} from '../../core/chat.ts'
import { toolCallsOf } from '../../core/chat.ts'
import { present } from '../../core/present.ts'

/**
 * A conversation as input items. Instructions are messages among the others, not the one `instructions` text: so they
 * keep their place, their role and their number.
 *
 * @param seals whose sealed thoughts the model takes back; other thoughts stay behind
 */
export function inputItems(messages: readonly Message[], seals: SealFormat | null): object[] {
  const customCalls = new Set(messages.flatMap(customCallIds))
  return messages.flatMap((message): object[] => {
    switch (message.role) {
      case 'system':
      case 'developer':
      case 'user':
        return [{ type: 'message', role: message.role, content: encodeContent(message.content) }]
      case 'assistant':
        return assistantItems(message.content, seals)
      case 'tool': {
        const { toolCallId, content, isError } = message
        const type = customCalls.has(toolCallId) ? 'custom_tool_call_output' : 'function_call_output'
        return [
          { type, call_id: toolCallId, output: encodeContent(isError ? [FAILED, ...content] : content) },
        ]
      }
    }
  })
}

function customCallIds(message: Message): string[] {
  if (message.role !== 'assistant') return []
  return toolCallsOf(message.content).flatMap(({ custom, id }) => (custom ? [id] : []))
}

/** The format has no field for a tool that failed, so its result says so. */
const FAILED: ContentPart = { type: 'text', text: 'The tool failed:' }

/** Plain text where that is all there is: every host takes it, not every host takes parts. */
function encodeContent(content: readonly ContentPart[]): string | object[] {
  if (!content.every((part) => part.type === 'text')) return content.map(encodePart)
  return content.map(({ text }) => text).join('\n')
}

function encodePart(part: ContentPart): object {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text }
    case 'image':
      return { type: 'input_image', image_url: urlOf(part.source), ...present({ detail: part.detail }) }
    case 'audio': {
      if ('url' in part.source) return { type: 'input_file', file_url: part.source.url }
      const format = part.source.mediaType === 'audio/mpeg' ? 'mp3' : 'wav'
      return { type: 'input_audio', input_audio: { data: part.source.base64, format } }
    }
    case 'file':
      if ('url' in part.source) return { type: 'input_file', file_url: part.source.url }
      return {
        type: 'input_file',
        file_data: urlOf(part.source),
        filename: part.filename ?? nameFor(part.source),
      }
  }
}

function urlOf(source: MediaSource): string {
  return 'url' in source ? source.url : `data:${source.mediaType};base64,${source.base64}`
}

/** OpenAI takes no file without a name. */
function nameFor({ mediaType }: { mediaType: string }): string {
  return mediaType === 'application/pdf' ? 'document.pdf' : 'document'
}

type Item = { type: 'message' | 'reasoning' | 'function_call' | 'custom_tool_call'; [field: string]: unknown }

/** Thoughts that nothing follows stay behind too: OpenAI refuses them. */
function assistantItems(parts: readonly AssistantPart[], seals: SealFormat | null): Item[] {
  const items: Item[] = []
  let said: object[] | null = null
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'refusal') {
      if (part.text === '') continue
      if (!said) items.push({ type: 'message', role: 'assistant', content: (said = []) })
      said.push(encodeSaid(part))
      continue
    }
    const item = part.type === 'tool-call' ? encodeCall(part) : encodeThought(part, seals)
    if (!item) continue
    items.push(item)
    said = null
  }
  return items.slice(0, items.findLastIndex(({ type }) => type !== 'reasoning') + 1)
}

function encodeSaid({ type, text }: Extract<AssistantPart, { type: 'text' | 'refusal' }>): object {
  return type === 'text' ? { type: 'output_text', text } : { type: 'refusal', refusal: text }
}

function encodeCall({ id, name, argumentsJson, custom }: ToolCall): Item {
  return custom
    ? { type: 'custom_tool_call', call_id: id, name, input: argumentsJson }
    : { type: 'function_call', call_id: id, name, arguments: argumentsJson }
}

function encodeThought(
  { text, seal }: Extract<AssistantPart, { type: 'reasoning' }>,
  seals: SealFormat | null,
): Item | null {
  if (!seal || seal.format !== seals || seal.kind !== 'encrypted') return null
  return {
    type: 'reasoning',
    ...present({ id: seal.id }),
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content: seal.data,
  }
}
