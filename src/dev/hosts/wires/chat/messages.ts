import * as z from 'zod'
import type { Media, Turn } from '../../question.ts'
import { HostRefusal } from '../../wire.ts'
import { openaiAudio, openaiFile, openaiImage } from '../openai-media.ts'

const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  image_url: z
    .union([
      z.string().transform((url) => ({ url, detail: null })),
      z.looseObject({ url: z.string(), detail: z.string().nullish() }),
    ])
    .optional(),
  input_audio: z.looseObject({ data: z.string(), format: z.string() }).optional(),
  file: z
    .looseObject({
      file_data: z.string().nullish(),
      file_id: z.string().nullish(),
      filename: z.string().nullish(),
    })
    .optional(),
})
type Part = z.output<typeof part>

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string(), arguments: z.string() }),
})

/** One message as OpenAI's Chat format has it. */
export const chatMessage = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(part)]).nullish(),
  tool_calls: z.array(toolCall).min(1).nullish(),
  tool_call_id: z.string().optional(),
})
/** A message of the Chat format, read. */
export type ChatMessage = z.output<typeof chatMessage>

const ROLES = {
  developer: 'system',
  system: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
} as const

/** @throws HostRefusal for parts that the host does not take in this place */
export function chatTurn(
  { role, content, tool_calls: calls }: ChatMessage,
  index: number,
  host: string,
): Turn {
  const parts = typeof content === 'string' ? [] : (content ?? [])
  const pieces = parts.map((each, at) => readPart(each, `messages[${index}].content[${at}]`, host))
  const said = typeof content === 'string' ? content : pieces.map(({ text }) => text).join('')
  return {
    role: ROLES[role],
    text: said + (calls ? JSON.stringify(calls) : ''),
    media: pieces.flatMap(({ media }) => media ?? []),
    ...(calls ? { calls: calls.map((call) => call.function.name) } : {}),
  }
}

function readPart(each: Part, place: string, host: string): { text: string; media?: Media } {
  if (each.type === 'text') return { text: each.text ?? '' }
  if (each.type === 'refusal') return { text: each.refusal ?? '' }
  if (each.image_url) {
    const { url, detail } = each.image_url
    return { text: '', media: openaiImage(url, detail, `${place}.image_url.url`) }
  }
  if (each.input_audio) return { text: '', media: openaiAudio(each.input_audio, `${place}.input_audio`) }
  if (each.file) return { text: '', media: openaiFile(each.file.file_data, `${place}.file.file_data`) }
  if (host !== 'openai') return { text: `[${each.type}]` }
  const message = `Invalid value: '${each.type}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.`
  throw new HostRefusal({ status: 400, message, param: `${place}.type`, code: 'invalid_value' })
}
