import type { Media, MediaKind, Question } from './question.ts'
import { estimateTokens } from './tokens.ts'

/** What media cost as input: hosts differ, none is cheaper than this. */
const LEAST_TOKENS: Readonly<Record<MediaKind, number>> = { image: 258, audio: 32, video: 263, file: 258 }
const LOW_DETAIL_TOKENS = 85
const BYTES_PER_AUDIO_TOKEN = 1000
const BASE64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2,3}={0,2})?$/
const DATA_URL = /^data:([^;,]+);base64,(.*)$/s

/** Media by type, with their bytes in base64 where they came with the request. */
export function mediaOf(kind: MediaKind, mediaType: string | null, base64 = ''): Media {
  const long = kind === 'audio' ? Math.ceil(base64.length / BYTES_PER_AUDIO_TOKEN) : 0
  return { kind, mediaType, tokens: Math.max(LEAST_TOKENS[kind], long) }
}

/** An image by URL, which may hold the image itself. */
export function imageAt(url: string, detail?: string | null): Media {
  const image = mediaOf('image', dataUrl(url)?.mediaType ?? null)
  return detail === 'low' ? { ...image, tokens: LOW_DETAIL_TOKENS } : image
}

/** The parts of a data URL, or null for another URL. */
export function dataUrl(url: string): { mediaType: string; base64: string } | null {
  const [, mediaType, base64] = DATA_URL.exec(url) ?? []
  return mediaType === undefined || base64 === undefined ? null : { mediaType, base64 }
}

/** Whether a text is base64, with either alphabet, and not empty. */
export function isBase64(text: string): boolean {
  return text.length > 0 && BASE64.test(text)
}

/** What kind a media type is; documents when nothing else. */
export function kindOf(mediaType: string | null | undefined): MediaKind {
  const [family] = (mediaType ?? '').split('/')
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file'
}

/** The tokens of a conversation's media, by kind. */
export function mediaTokens({ turns }: Question): Readonly<Record<MediaKind, number>> {
  const tokens = { image: 0, audio: 0, video: 0, file: 0 }
  for (const media of turns.flatMap((turn) => turn.media ?? [])) tokens[media.kind] += media.tokens
  return tokens
}

/** How a model says what it was sent, e.g. `1 image (image/png) and 1 file (by reference)`; empty for nothing. */
export function mediaNoticed({ turns }: Question): string {
  const all = turns.flatMap((turn) => turn.media ?? [])
  const kinds = [...new Set(all.map((media) => media.kind))].map((kind) => {
    const types = all.filter((media) => media.kind === kind).map((media) => media.mediaType ?? 'by reference')
    const noun = types.length === 1 ? kind : `${kind}s`
    return `${types.length} ${noun} (${types.join(', ')})`
  })
  return kinds.join(' and ')
}

/** Input tokens of text and media together. */
export function inputTokens(text: string, question: Question): number {
  const media = Object.values(mediaTokens(question)).reduce((sum, tokens) => sum + tokens, 0)
  return estimateTokens(text) + 3 + media
}
