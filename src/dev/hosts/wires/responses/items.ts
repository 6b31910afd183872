import * as z from 'zod'
import type { Media, Turn } from '../../question.ts'
import { mediaOf } from '../../media.ts'
import { HostRefusal } from '../../wire.ts'
import { openaiAudio, openaiFile, openaiImage } from '../openai-media.ts'

const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  image_url: z.string().nullish(),
  file_id: z.string().nullish(),
  file_url: z.string().nullish(),
  file_data: z.string().nullish(),
  detail: z.string().nullish(),
  input_audio: z.looseObject({ data: z.string(), format: z.string() }).optional(),
})
type Part = z.output<typeof part>
const content = z.union([z.string(), z.array(part)])

const messageItem = z.looseObject({
  type: z.literal('message'),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content,
})
const functionCall = z.looseObject({
  type: z.literal('function_call'),
  id: z.string().nullish(),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
})
const functionCallOutput = z.looseObject({
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: content,
})
const reasoning = z.looseObject({
  type: z.literal('reasoning'),
  id: z.string().nullish(),
  summary: z.array(z.looseObject({ type: z.literal('summary_text'), text: z.string() })),
  encrypted_content: z.string().nullish(),
})
const reference = z.looseObject({ type: z.literal('item_reference'), id: z.string() })

/** An item of a Responses request's input. */
export const inputItem = z.preprocess(
  // A message may leave its type out.
  (item) =>
    typeof item === 'object' && item !== null && 'role' in item ? { type: 'message', ...item } : item,
  z.discriminatedUnion('type', [messageItem, functionCall, functionCallOutput, reasoning, reference]),
)
/** An input item, read. */
export type InputItem = z.output<typeof inputItem>

/** What an item says; reasoning and references say nothing anew. */
export function itemTurns(item: InputItem, index: number): readonly Turn[] {
  const place = `input[${index}]`
  switch (item.type) {
    case 'message': {
      const role = item.role === 'developer' ? 'system' : item.role
      const kind = item.role === 'assistant' ? 'output' : 'input'
      return [{ role, ...contentOf(item.content, `${place}.content`, kind) }]
    }
    case 'function_call': {
      const { name, arguments: args, call_id: id } = item
      return [{ role: 'assistant', text: JSON.stringify({ id, name, arguments: args }), calls: [name] }]
    }
    case 'function_call_output':
      return [{ role: 'tool', ...contentOf(item.output, `${place}.output`, 'input') }]
    case 'reasoning':
    case 'item_reference':
      return []
  }
}

function contentOf(said: string | readonly Part[], place: string, kind: 'input' | 'output') {
  if (typeof said === 'string') return { text: said, media: [] }
  const pieces = said.map((each, at) => {
    return kind === 'output' ? spokenPart(each, `${place}[${at}]`) : givenPart(each, `${place}[${at}]`)
  })
  return {
    text: pieces.map(({ text }) => text).join(''),
    media: pieces.flatMap(({ media }) => media ?? []),
  }
}

type Piece = { text: string; media?: Media }

function spokenPart(each: Part, place: string): Piece {
  if (each.type === 'output_text') return { text: each.text ?? '' }
  if (each.type === 'refusal') return { text: each.refusal ?? '' }
  return unknownPart(each, place, "'output_text' and 'refusal'")
}

function givenPart(each: Part, place: string): Piece {
  switch (each.type) {
    case 'input_text':
      return { text: each.text ?? '' }
    case 'input_image': {
      const image = each.image_url
        ? openaiImage(each.image_url, each.detail, `${place}.image_url`)
        : mediaOf('image', null)
      return { text: '', media: image }
    }
    case 'input_file':
      return { text: '', media: openaiFile(each.file_data, `${place}.file_data`) }
    case 'input_audio':
      if (each.input_audio) return { text: '', media: openaiAudio(each.input_audio, `${place}.input_audio`) }
      break
    default:
  }
  return unknownPart(each, place, "'input_text', 'input_image', 'input_audio', and 'input_file'")
}

function unknownPart({ type }: Part, place: string, supported: string): never {
  const message = `Invalid value: '${type}'. Supported values are: ${supported}.`
  throw new HostRefusal({ status: 400, message, param: place, code: 'invalid_value' })
}
