import type { AssistantPart, ContentPart, MediaSource, Message } from '../../core/chat.ts'
import { toolCallsOf } from '../../core/chat.ts'
import { type Turn, type TurnMessage, turnStart } from '../turns.ts'
import type { GeminiModel } from './gemini-models.ts'

/** Stands for the signature that Gemini wants and another maker's call does not have: documented by Google. */
const NO_SIGNATURE = 'skip_thought_signature_validator'

/** Google's function responses name the function, not only the call: call id → function name. */
function toolNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    for (const { id, name } of toolCallsOf(message.content)) names.set(id, name)
  }
  return names
}

export function encodeTurns(turns: readonly TurnMessage[], model: GeminiModel): Turn<'user' | 'model'>[] {
  const names = toolNames(turns)
  const start = turnStart(turns)
  return turns.map((message, at) => {
    switch (message.role) {
      case 'tool':
        return { role: 'user', parts: encodeResult(message, names, model) }
      case 'assistant':
        return { role: 'model', parts: encodeAnswer(message.content, model.signsCalls && at >= start) }
      case 'user':
        return { role: 'user', parts: message.content.map(encodePart) }
    }
  })
}

/** What the model said; its signatures stand on the parts that follow them. */
function encodeAnswer(content: readonly AssistantPart[], mustBeSigned: boolean): object[] {
  const parts: object[] = []
  let signature: string | undefined
  let called = false
  const take = () => {
    const taken = signature === undefined ? {} : { thoughtSignature: signature }
    signature = undefined
    return taken
  }
  for (const part of content) {
    switch (part.type) {
      case 'reasoning':
        if (!part.seal) break
        if (signature !== undefined) parts.push({ text: '', ...take() })
        signature = part.seal.data
        break
      case 'text':
      case 'refusal':
        parts.push({ text: part.text, ...take() })
        break
      case 'tool-call': {
        const stand = mustBeSigned && !called ? { thoughtSignature: NO_SIGNATURE } : {}
        parts.push({ functionCall: functionCall(part), ...stand, ...take() })
        called = true
      }
    }
  }
  return signature === undefined ? parts : [...parts, { text: '', ...take() }]
}

function functionCall({
  id,
  name,
  argumentsJson,
  custom,
}: Extract<AssistantPart, { type: 'tool-call' }>): object {
  const args = custom ? { input: argumentsJson } : jsonObject(argumentsJson || '{}', 'invalid_json')
  return { id, name, args }
}

/** Before Gemini 3 media stand beside the result, not in it. */
function encodeResult(
  message: Extract<TurnMessage, { role: 'tool' }>,
  names: ReadonlyMap<string, string>,
  model: GeminiModel,
): object[] {
  const { toolCallId: id, isError } = message
  const text = message.content.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n')
  const media = message.content.filter((part) => part.type !== 'text').map(encodePart)
  const within = model.signsCalls && media.length > 0
  const functionResponse = {
    id,
    name: names.get(id) ?? id,
    response: isError ? { error: text } : jsonObject(text, 'output'),
    ...(within && { parts: media }),
  }
  return [{ functionResponse }, ...(within ? [] : media)]
}

/** Google wants an object; anything else is wrapped under a name. */
function jsonObject(text: string, name: string): object {
  const value = jsonOrText(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { [name]: value }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function encodePart(part: ContentPart): object {
  return part.type === 'text' ? { text: part.text } : encodeSource(part.source)
}

function encodeSource(source: MediaSource): object {
  return 'url' in source
    ? { fileData: { fileUri: source.url } }
    : { inlineData: { mimeType: source.mediaType, data: source.base64 } }
}
