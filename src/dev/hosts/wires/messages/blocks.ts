import * as z from 'zod'
import { isBase64, kindOf, mediaOf } from '../../media.ts'
import type { Media } from '../../question.ts'

const cached = {
  cache_control: z.object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() }).nullish(),
}
const base64 = z.string().refine(isBase64, 'Input should be valid base64')
const imageType = z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])
const url = z.strictObject({
  type: z.literal('url'),
  url: z.string().regex(/^https?:\/\//, 'Only HTTPS URLs are supported.'),
})
const fileId = z.strictObject({ type: z.literal('file'), file_id: z.string() })

const text = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  citations: z.unknown().optional(),
  ...cached,
})
const image = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('base64'), media_type: imageType, data: base64 }),
    url,
    fileId,
  ]),
  ...cached,
})
const documentBlock = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('base64'), media_type: z.literal('application/pdf'), data: base64 }),
    z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() }),
    z.strictObject({
      type: z.literal('content'),
      content: z.union([z.string(), z.array(z.union([text, image]))]),
    }),
    url,
    fileId,
  ]),
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: z.unknown().optional(),
  ...cached,
})
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/, "String should match pattern '^[a-zA-Z0-9_-]+$'"),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
  caller: z.unknown().optional(),
  ...cached,
})
const resultContent = z.discriminatedUnion('type', [text, image, documentBlock])
const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(resultContent)]).nullish(),
  is_error: z.boolean().nullish(),
  ...cached,
})
const thinking = z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() })
const redactedThinking = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() })

/** A content block of Anthropic's Messages; fields it does not have are refused. */
export const contentBlock = z.discriminatedUnion('type', [
  text,
  image,
  documentBlock,
  toolUse,
  toolResult,
  thinking,
  redactedThinking,
])
/** A content block, read. */
export type ContentBlock = z.output<typeof contentBlock>

/** The system prompt's blocks. */
export const textBlock = text

/** What a block says, and what it shows. */
export function blockContent(block: ContentBlock): { text: string; media: readonly Media[] } {
  switch (block.type) {
    case 'text':
      return { text: block.text, media: [] }
    case 'image':
      return { text: '', media: [imageMedia(block)] }
    case 'document':
      return documentContent(block)
    case 'tool_use':
      return { text: JSON.stringify(block), media: [] }
    case 'tool_result':
      return resultOf(block)
    case 'thinking':
      return { text: block.thinking, media: [] }
    case 'redacted_thinking':
      return { text: '', media: [] }
  }
}

function imageMedia({ source }: z.output<typeof image>): Media {
  return source.type === 'base64' ? mediaOf('image', source.media_type, source.data) : mediaOf('image', null)
}

function documentContent({ source }: z.output<typeof documentBlock>): {
  text: string
  media: readonly Media[]
} {
  switch (source.type) {
    case 'text':
      return { text: source.data, media: [] }
    case 'base64':
      return { text: '', media: [mediaOf(kindOf(source.media_type), source.media_type, source.data)] }
    case 'content':
      return typeof source.content === 'string'
        ? { text: source.content, media: [] }
        : together(source.content)
    case 'url':
    case 'file':
      return { text: '', media: [mediaOf('file', null)] }
  }
}

function resultOf({ content, is_error: failed }: z.output<typeof toolResult>) {
  const said = typeof content === 'string' ? { text: content, media: [] } : together(content ?? [])
  return failed ? { ...said, text: `(error) ${said.text}` } : said
}

function together(blocks: readonly ContentBlock[]): { text: string; media: readonly Media[] } {
  const contents = blocks.map(blockContent)
  return {
    text: contents.map((each) => each.text).join(''),
    media: contents.flatMap((each) => each.media),
  }
}
