import type { MediaSource } from '../core/chat.ts'
import { AppError } from '../core/errors.ts'

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w.+-]+=[\w.+-]+)*;base64,/

/**
 * Media by http(s) URL, or inline as a base64 data URL.
 *
 * @param param the request field it stood in
 * @throws AppError `invalid_request` for anything else
 */
export function mediaSource(url: string, param: string): MediaSource {
  if (/^https?:\/\//i.test(url)) return { url }
  const head = DATA_URL.exec(url)
  if (!head?.[1]) {
    throw new AppError(
      'invalid_request',
      `Invalid '${param}': neither an http(s) URL nor a base64 data URL`,
      { param },
    )
  }
  return { mediaType: head[1], base64: url.slice(head[0].length) }
}

/** The media type of audio by the short names that OpenAI's protocols use. */
export const AUDIO_TYPES = { mp3: 'audio/mpeg', wav: 'audio/wav' } as const
