import * as z from 'zod'
import { deepestIssue } from '../invalid-field.ts'
import { LIMITS } from '../limits.ts'
import { jsonObject } from '../routing-fields.ts'

const text = z.string()
const mediaName = z.string().min(1).nullish()

const userPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input_text'), text }),
  z
    .object({
      type: z.literal('input_image'),
      image_url: mediaName,
      file_id: mediaName,
      detail: z.enum(['auto', 'low', 'high', 'original']).nullish(),
    })
    .refine(({ image_url, file_id }) => image_url || file_id, {
      error: 'expected image_url or file_id',
      path: ['image_url'],
    }),
  z
    .object({
      type: z.literal('input_file'),
      file_data: mediaName,
      file_url: mediaName,
      file_id: mediaName,
      filename: z.string().nullish(),
    })
    .refine(({ file_data, file_url, file_id }) => file_data || file_url || file_id, {
      error: 'expected file_data, file_url or file_id',
      path: ['file_data'],
    }),
  z.object({
    type: z.literal('input_audio'),
    input_audio: z.object({ data: z.string().min(1), format: z.enum(['wav', 'mp3']) }),
  }),
])
const assistantPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('output_text'), text }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
])

/** Text, or a list of so many parts at least. */
function contentOf<T extends z.ZodType>(part: T, min: 0 | 1) {
  return z.union([z.string(), z.array(part).min(min).max(LIMITS.partsPerMessage)])
}

const message = z.discriminatedUnion('role', [
  z.object({
    type: z.literal('message'),
    role: z.enum(['system', 'developer', 'user']),
    content: contentOf(userPart, 1),
  }),
  z.object({
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: contentOf(assistantPart, 0),
  }),
])

const toolName = z.string().min(1).max(LIMITS.toolNameChars)
const callId = z.string().min(1)
const texts = z.array(z.object({ text })).max(LIMITS.partsPerMessage).nullish()

const knownItem = z.discriminatedUnion('type', [
  message,
  z.object({ type: z.literal('function_call'), call_id: callId, name: toolName, arguments: z.string() }),
  z.object({ type: z.literal('custom_tool_call'), call_id: callId, name: toolName, input: z.string() }),
  z.object({
    type: z.enum(['function_call_output', 'custom_tool_call_output']),
    call_id: callId,
    output: contentOf(userPart, 0),
  }),
  z.object({
    type: z.literal('reasoning'),
    id: z.string().nullish(),
    summary: texts,
    content: texts,
    encrypted_content: z.string().nullish(),
  }),
  z.object({ type: z.literal('item_reference'), id: z.string().min(1) }),
])

const KNOWN_TYPES: ReadonlySet<unknown> = new Set([
  'message',
  'function_call',
  'custom_tool_call',
  'function_call_output',
  'custom_tool_call_output',
  'reasoning',
  'item_reference',
])

/** An item as its caller sent it, and what it says; null for kinds that only hosts of this protocol understand. */
export type SentItem = { sent: Record<string, unknown>; item: z.infer<typeof knownItem> | null }

/** An item of `input`. Messages and references may leave their type out. */
export const inputItem = jsonObject.transform((fields, context): SentItem => {
  const type = fields['type'] ?? ('role' in fields || !('id' in fields) ? 'message' : 'item_reference')
  const sent = { ...fields, type }
  if (typeof type === 'string' && type !== '' && !KNOWN_TYPES.has(type)) return { sent, item: null }
  const { data, error } = knownItem.safeParse(sent)
  if (data) return { sent, item: data }
  const { path, message: problem } = deepestIssue(error.issues)
  context.issues.push({ code: 'custom', message: problem, path, input: fields })
  return z.NEVER
})

/** An item that is there itself, not by reference. */
export type ConversationItem = Exclude<z.infer<typeof knownItem>, { type: 'item_reference' }>
export type BodyPart = z.infer<typeof userPart>
