import { AppError } from '../core/errors.ts'

const MIB = 1024 * 1024

/** The largest request body, in bytes: room for a long context with a few inline images. */
export const MAX_BODY_BYTES = 16 * MIB

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i

function typeOf({ headers }: Request): string {
  return headers.get('content-type') ?? ''
}

/** How deep a body may be nested: beyond any real schema, and far from where a recursive reader's stack ends. */
const MAX_DEPTH = 500

/**
 * The JSON of a request's body.
 *
 * @param maxBytes up to `MAX_BODY_BYTES`
 * @throws AppError `unsupported_media_type`, `request_too_large`, `invalid_json`, or `invalid_request` where it is
 * nested too deep
 */
export async function readJsonBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<unknown> {
  const type = typeOf(request)
  if (!JSON_TYPE.test(type)) {
    throw new AppError(
      'unsupported_media_type',
      `Send the body as application/json, not '${type.slice(0, 100)}'`,
    )
  }
  const text = await readText(request, maxBytes)
  if (isDeeperThan(MAX_DEPTH, text)) {
    throw new AppError('invalid_request', `The body is nested more than ${MAX_DEPTH} levels deep`)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_json', `The body is not valid JSON: ${complaintOf(cause)}`)
  }
}

/** The same of a request that may come without a body, which then says nothing: {}. */
export async function readOptionalBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<unknown> {
  const { headers } = request
  const isAbsent = !headers.has('content-type') || headers.get('content-length') === '0'
  return isAbsent ? {} : readJsonBody(request, maxBytes)
}

/** What the parser says, without the piece of the body it quotes: answers and logs repeat nothing of a prompt. */
function complaintOf(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : 'cannot be parsed'
  return words.replace(/,? ?(?:\.\.\.)?"[\s\S]*$/, '').slice(0, 200)
}

/**
 * A body's text.
 *
 * @throws AppError `request_too_large`
 */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  // The quicker way; the platform warns where something else is read so.
  if (declared > 0 && declared <= maxBytes && JSON_TYPE.test(typeOf(request))) return request.text()
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunksOf(request, () => tooLarge(maxBytes), maxBytes)) {
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * A body of up to `maxBytes`, piece by piece. It may lie about its length or not tell it: bytes are counted as they come.
 *
 * @throws what `refusal` makes
 */
export async function* chunksOf(
  request: Request,
  refusal: () => AppError,
  maxBytes = MAX_BODY_BYTES,
): AsyncIterable<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw refusal()
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw refusal()
    yield chunk
  }
}

function tooLarge(maxBytes: number): AppError {
  const [amount, unit] = maxBytes < MIB ? [maxBytes / 1024, 'KiB'] : [maxBytes / MIB, 'MiB']
  return new AppError('request_too_large', `The body is larger than ${amount} ${unit}`)
}

/** Counts brackets outside of strings, which are leapt over: they may hold megabytes of an image. */
function isDeeperThan(levels: number, json: string): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at += 1) {
    const mark = json[at]
    if (mark === '"') at = endOfString(json, at)
    else if (mark === ']' || mark === '}') depth -= 1
    else if (mark === '[' || mark === '{') {
      depth += 1
      if (depth > levels) return true
    }
  }
  return false
}

/** Where the string that starts here ends, or the text where it does not. */
function endOfString(json: string, start: number): number {
  let end = start
  for (;;) {
    end = json.indexOf('"', end + 1)
    if (end === -1) return json.length
    let escapes = 0
    while (json[end - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return end
  }
}
