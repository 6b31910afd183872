import type { FuzzRequest, Protocol } from './bodies.ts'
import { isObject } from './json.ts'
import { judgeStream } from './judge-stream.ts'

/** What came back. */
export type Reply = { status: number; contentType: string; body: string }

/** Why no answer came, without what differs between bodies, and the id of the host's call where it was the host. */
type Refusal = { by: 'us' } | { by: 'host'; requestId: string | null }

/** What is to be said of a reply. `violation`: a promise that it breaks. `said`: why no answer came. */
export type Verdict = { violation: string | null; said: string | null; refusal: Refusal | null }

const FINE: Verdict = { violation: null, said: null, refusal: null }
const CLIENT_ERRORS = new Set([400, 404, 413, 415, 422])
/** Failures that are a host's, by our codes. */
const HOST_CODES = new Set([
  'provider_rejected',
  'provider_failed',
  'provider_auth',
  'rate_limited',
  'timeout',
  'context_window',
  'content_policy',
])

/** Holds a reply against what every client may rely on. Who leaves hosts no time, or no money, gets no answer. */
export function judge(request: FuzzRequest, reply: Reply): Verdict {
  const verdict = judgeAlone(request, reply)
  const isOwnDoing = OWN_BOUNDS.some(
    ({ field, words }) => field.test(request.body) && words.test(verdict.said ?? ''),
  )
  return isOwnDoing ? { ...verdict, violation: null, refusal: { by: 'us' } } : verdict
}

/** Bounds that a caller may set, and the words of an answer that did not keep within them. */
const OWN_BOUNDS = [
  { field: /"(?:timeouts|max_total_ms)"/, words: /\b(?:connect|ttft|idle|total) timeout\b/ },
  { field: /"round_timeout_ms"/, words: /\bround timeout\b/ },
  { field: /"max_cost_usd"/, words: /: max_cost_usd/ },
]

function judgeAlone(request: FuzzRequest, reply: Reply): Verdict {
  if (reply.status >= 300 || reply.status < 200) return judgeError(request, reply)
  if (reply.contentType.startsWith('text/event-stream')) {
    const { problem, error } = judgeStream(request.protocol, reply.body)
    if (problem) return broken(`stream: ${problem}`)
    return error === null ? FINE : ofError(error, null)
  }
  if (wantsStream(request)) return broken('a stream was asked for, something else came')
  return broken(wholeProblem(request.protocol, reply.body))
}

function broken(violation: string | null): Verdict {
  return { ...FINE, violation }
}

function wantsStream({ protocol, body }: FuzzRequest): boolean {
  if (['count', 'embeddings', 'route'].includes(protocol)) return false
  const sent = parsed(body.replace(/^\uFEFF/, ''))
  return isObject(sent) && sent['stream'] === true
}

const OBJECTS: Readonly<Record<Protocol, (body: { [key: string]: unknown }) => boolean>> = {
  chat: (body) => body['object'] === 'chat.completion' && isFilled(body['choices']),
  responses: (body) => body['object'] === 'response' && Array.isArray(body['output']),
  messages: (body) => body['type'] === 'message' && Array.isArray(body['content']),
  count: (body) => Number.isInteger(body['input_tokens']),
  completions: (body) => body['object'] === 'text_completion' && isFilled(body['choices']),
  embeddings: (body) => body['object'] === 'list' && isFilled(body['data']),
  route: (body) => body['object'] === 'routing.decision' && isFilled(body['candidates']),
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0
}

function wholeProblem(protocol: Protocol, text: string): string | null {
  const body = parsed(text)
  if (!isObject(body)) return 'the body of a 2xx is not a JSON object'
  return OBJECTS[protocol](body) ? null : `the body of a 2xx is not the object of ${protocol}`
}

function judgeError({ protocol }: FuzzRequest, { status, body: text }: Reply): Verdict {
  const body = parsed(text)
  const error = isObject(body) ? body['error'] : undefined
  if (!isObject(body) || !isObject(error)) return broken(`${status} without the shape of an error`)
  if ((protocol === 'messages' || protocol === 'count') && body['type'] !== 'error') {
    return broken(`${status} not in Anthropic's shape of an error`)
  }
  const { message, type, param } = error
  if (typeof message !== 'string' || message === '') return broken(`${status} without a message`)
  if (typeof type !== 'string' || type === '') return broken(`${status} without a type`)
  const isOurs = !('provider' in error)
  const namesField = /^Invalid '.*':/s.test(message)
  if (isOurs && status === 400 && namesField && (typeof param !== 'string' || param === '')) {
    return broken('400 that names a field, without param')
  }
  return ofError(error, status)
}

/** @param status null inside a stream, which had said 200 */
function ofError(error: { [key: string]: unknown }, status: number | null): Verdict {
  const code = String(error['code'])
  const message = String(error['message'])
  const provider = isObject(error['provider']) ? error['provider'] : {}
  const requestId = typeof provider['request_id'] === 'string' ? provider['request_id'] : null
  const isHosts = HOST_CODES.has(code) && 'provider' in error
  const said = `${code}: ${kindOf(message)}`
  const known = isHosts || (status !== null && CLIENT_ERRORS.has(status))
  const violation = known ? null : `${status === null ? 'in a stream' : String(status)} ${said}`
  return { violation, said, refusal: isHosts ? { by: 'host', requestId } : { by: 'us' } }
}

/** A message without what differs between bodies. */
export function kindOf(message: string): string {
  return message
    .replaceAll(/(['"`])(?:(?!\1).)*\1/gs, (quoted) =>
      /^.[\w.\-[\]]{1,60}.$/.test(quoted) ? quoted.replaceAll(/\d+/g, 'N') : '…',
    )
    .replaceAll(/\d+/g, 'N')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 160)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
