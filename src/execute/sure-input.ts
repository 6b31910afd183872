import type { ChatRequest, ContentPart, Message } from '../core/chat.ts'
import type { TokenFamily } from '../core/demand.ts'

/** What hosts put around a request, around each message, and before tools (Anthropic: up to some 700), in tokens. */
const AROUND_REQUEST = 64
const AROUND_MESSAGE = 16
const AROUND_TOOLS = 1_000
/**
 * An image, in tokens. OpenAI's smallest models count most: 2,833 and 5,667 for each of at most 8 tiles (vision guide,
 * gpt-4o-mini). Others stay below this by far: Anthropic 1,600 and 4,784 in high resolution, Google 258 a tile.
 */
const IMAGE = { openai: 50_000, others: 8_000 }
/** Speech takes at least this much, in bytes per second (Opus at 6 kbit/s), and at most so many tokens (Google: 32). */
const AUDIO_BYTES_PER_SECOND = 750
const AUDIO_PER_SECOND = 32

const encoder = new TextEncoder()

/**
 * More tokens than the input of a request can be for a model that takes it. Texts: no tokenizer of the models in the
 * catalog makes more tokens than there are bytes. Documents, and what is only linked, may fill the whole context.
 *
 * @returns for each model, with the request read once for all: `contextWindow` is what its host refuses to exceed, in tokens
 */
export function sureInputTokens({
  messages,
  tools,
  output,
  native,
}: ChatRequest): (model: { contextWindow: number; tokenFamily: TokenFamily }) => number {
  const media = messages.flatMap(mediaOf)
  if (media.some(isBoundless)) return ({ contextWindow }) => contextWindow
  const text = JSON.stringify([native?.body ?? messages, tools, output], withoutBytes)
  const sum =
    AROUND_REQUEST +
    AROUND_MESSAGE * messages.length +
    (tools.length > 0 ? AROUND_TOOLS : 0) +
    encoder.encode(text).byteLength
  return ({ contextWindow, tokenFamily }) =>
    Math.min(
      contextWindow,
      media.reduce((tokens, part) => tokens + mediaTokens(part, tokenFamily), sum),
    )
}

/** Inline media are counted as what they are; in bodies of hosts' own formats they count as texts, which is more. */
function withoutBytes(key: string, value: unknown): unknown {
  return key === 'base64' ? undefined : value
}

function mediaOf({ role, content }: Message): readonly ContentPart[] {
  return role === 'assistant' ? [] : content.filter(({ type }) => type !== 'text')
}

function isBoundless(part: ContentPart): boolean {
  return part.type === 'file' || (part.type === 'audio' && !('base64' in part.source))
}

function mediaTokens(part: ContentPart, family: TokenFamily): number {
  if (part.type === 'image') return family === 'openai' ? IMAGE.openai : IMAGE.others
  if (part.type !== 'audio' || !('base64' in part.source)) return 0
  const seconds = (part.source.base64.length * 0.75) / AUDIO_BYTES_PER_SECOND
  return Math.ceil(seconds * AUDIO_PER_SECOND)
}
