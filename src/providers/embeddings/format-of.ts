import type { WireFormat } from '../../core/chat.ts'
import type { Host } from '../hosts.ts'
import type { EmbeddingFormat } from './format.ts'
import { googleEmbeddings } from './google.ts'
import { type EmbeddingDialect, openaiEmbeddings } from './openai.ts'

const PLAIN: EmbeddingDialect = {
  maxInputs: 2_048,
  takesTokens: false,
  base64: false,
  dimensionsField: 'dimensions',
  user: false,
}
const plain = openaiEmbeddings(PLAIN)
const whole = openaiEmbeddings({ ...PLAIN, takesTokens: true, base64: true, user: true })

/** Hosts of OpenAI's format that differ from the plain one; their limits are those of their own documentation. */
const BY_HOST: ReadonlyMap<string, EmbeddingFormat> = new Map([
  ['openai', whole],
  ['openrouter', whole],
  ['mistral', openaiEmbeddings({ ...PLAIN, maxInputs: 256, dimensionsField: 'output_dimension' })],
  ['qwen', openaiEmbeddings({ ...PLAIN, maxInputs: 10 })],
  ['cohere', openaiEmbeddings({ ...PLAIN, maxInputs: 96, dimensionsField: null })],
  ['workers-ai', openaiEmbeddings({ ...PLAIN, maxInputs: 100, dimensionsField: null })],
])

/** How a host is asked for embeddings; null when it speaks no format that has them. */
export function embeddingFormatOf({ id, formats }: Host): EmbeddingFormat | null {
  const speaks = (wanted: WireFormat) => formats.some(({ format }) => format === wanted)
  if (speaks('google-generate-content')) return googleEmbeddings
  return speaks('openai-chat') ? (BY_HOST.get(id) ?? plain) : null
}
