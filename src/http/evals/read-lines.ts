import { AppError } from '../../core/errors.ts'
import { chunksOf, MAX_BODY_BYTES } from '../read-body.ts'

/** The longest line, in bytes. */
export const MAX_LINE_BYTES = 1024 * 1024

const TYPES = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|json-lines)\b/i
const LINE_FEED = 10

/** `number` counts from 1, empty lines too; `text` is null where the line is too long. */
export type Line = { number: number; text: string | null }

/**
 * The lines of a body, empty ones left out. All of it is received before the first is given: an upload that is too large
 * leaves nothing behind.
 *
 * @throws AppError `unsupported_media_type` or `request_too_large`
 */
export async function readLines(request: Request): Promise<Iterable<Line>> {
  const type = request.headers.get('content-type') ?? ''
  if (!TYPES.test(type)) {
    throw new AppError(
      'unsupported_media_type',
      `Send one JSON object a line as application/x-ndjson, not '${type.slice(0, 100)}'`,
    )
  }
  return linesIn(await readBytes(request))
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(request, tooLarge)) chunks.push(chunk)
  const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

function tooLarge(): AppError {
  return new AppError(
    'request_too_large',
    `The upload is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB: send it in parts`,
  )
}

function* linesIn(bytes: Uint8Array): Iterable<Line> {
  const decoder = new TextDecoder()
  let number = 0
  let start = 0
  while (start < bytes.length) {
    const feed = bytes.indexOf(LINE_FEED, start)
    const end = feed < 0 ? bytes.length : feed
    const line = bytes.subarray(start, end)
    start = end + 1
    number += 1
    const text = line.length > MAX_LINE_BYTES ? null : decoder.decode(line)
    if (text === null || text.trim() !== '') yield { number, text }
  }
}
