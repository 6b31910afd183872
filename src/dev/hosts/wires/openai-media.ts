import { dataUrl, imageAt, isBase64, mediaOf } from '../media.ts'
import type { Media } from '../question.ts'
import { HostRefusal } from '../wire.ts'

const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/jpg', 'image/gif', 'image/webp'])
const AUDIO_FORMATS = new Set(['wav', 'mp3'])

/**
 * An image of a message or of a tool's result.
 *
 * @throws HostRefusal for a data URL that holds no image OpenAI reads
 */
export function openaiImage(url: string, detail: string | null | undefined, param: string): Media {
  const data = dataUrl(url)
  if (data === null && !/^https?:\/\//.test(url)) {
    const message = `Invalid '${param}'. Expected a valid URL, but got a value with an invalid format.`
    throw new HostRefusal({ status: 400, message, param, code: 'invalid_value' })
  }
  if (data && (!IMAGE_TYPES.has(data.mediaType) || !isBase64(data.base64))) {
    const message =
      "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp']."
    throw new HostRefusal({ status: 400, message, code: 'invalid_image_format' })
  }
  return imageAt(url, detail)
}

/** @throws HostRefusal for a format that OpenAI does not hear, or data that is not base64 */
export function openaiAudio({ data, format }: { data: string; format: string }, param: string): Media {
  if (!AUDIO_FORMATS.has(format)) {
    const message = `Invalid value: '${format}'. Supported values are: 'wav' and 'mp3'.`
    throw new HostRefusal({ status: 400, message, param: `${param}.format`, code: 'invalid_value' })
  }
  if (!isBase64(data)) {
    const message = `Invalid '${param}.data'. Expected a base64-encoded string.`
    throw new HostRefusal({ status: 400, message, param: `${param}.data`, code: 'invalid_value' })
  }
  return mediaOf('audio', `audio/${format}`, data)
}

/** @throws HostRefusal for a document that is not sent as a data URL */
export function openaiFile(fileData: string | null | undefined, param: string): Media {
  if (!fileData) return mediaOf('file', null)
  const data = dataUrl(fileData)
  if (data && isBase64(data.base64)) return mediaOf('file', data.mediaType, data.base64)
  const message = `Invalid '${param}'. Expected a base64-encoded data URL with an application/pdf MIME type (e.g. 'data:application/pdf;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without the 'data:' prefix.`
  throw new HostRefusal({ status: 400, message, param, code: 'invalid_value' })
}
