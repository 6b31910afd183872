import { outsideUrlFault } from '../core/outside-url.ts'

const MAX_REDIRECTS = 3

/** `allowLoopback`: see `outsideUrlFault`. */
export type OutsideLimits = {
  /** Over everything: connecting, redirects, the whole body. */
  timeoutMs: number
  /** More of a body is not read. */
  maxBytes: number
  allowLoopback: boolean
  /** How many redirects are followed; a few where nothing is said. */
  maxRedirects?: number
  /** Aborted when nobody wants the answer any more. */
  signal?: AbortSignal
  /** Whether what was read so far will do: the rest of the body is left. */
  isEnough?: (text: string, headers: Headers) => boolean
}

/**
 * What became of a call. `whole`: false when the body went on after `text`. `refused`: we never asked there. `aborted`: the
 * caller's signal.
 */
export type OutsideAnswer =
  | { kind: 'answered'; status: number; text: string; whole: boolean; headers: Headers }
  | { kind: 'failed'; reason: 'refused' | 'timeout' | 'aborted' | 'unreachable'; message: string }

/** One call; its headers hold all that proves who calls. */
export type OutsideCall = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers: Readonly<Record<string, string>>
  body?: string
}

/**
 * Calls an address that a tenant has named. It is checked by `outsideUrlFault`, and so is each address that it redirects
 * to. A redirect is followed while it asks for the same call: GET anywhere, but without the headers once the origin is
 * another; other calls only within their origin. Other redirects are the answer themselves.
 *
 * Names are resolved by the platform: a Worker cannot look whether one leads to a private address, and need not, since
 * the platform connects Workers to public addresses only.
 */
export async function callOutside(
  url: string,
  call: OutsideCall,
  limits: OutsideLimits,
): Promise<OutsideAnswer> {
  const { timeoutMs, allowLoopback, maxRedirects = MAX_REDIRECTS } = limits
  const ended = AbortSignal.timeout(timeoutMs)
  const signal = limits.signal ? AbortSignal.any([ended, limits.signal]) : ended
  let next = { url, call }
  try {
    for (let redirects = 0; ; redirects += 1) {
      const fault = outsideUrlFault(next.url, { allowLoopback })
      if (fault !== null) return { kind: 'failed', reason: 'refused', message: fault }
      const response = await fetch(next.url, { ...next.call, redirect: 'manual', signal })
      const hop = redirects < maxRedirects ? hopOf(response, next) : null
      if (!hop) return await answerOf(response, limits)
      await response.body?.cancel()
      next = hop
    }
  } catch (cause) {
    if (limits.signal?.aborted) return { kind: 'failed', reason: 'aborted', message: 'it was taken back' }
    if (ended.aborted) return { kind: 'failed', reason: 'timeout', message: `no answer in ${timeoutMs} ms` }
    return { kind: 'failed', reason: 'unreachable', message: String(cause) }
  }
}

/** Where a response leads, and what is asked there; null when it is an answer. */
function hopOf(
  { status, headers }: Response,
  { url, call }: { url: string; call: OutsideCall },
): { url: string; call: OutsideCall } | null {
  const location = headers.get('location')
  const target = location === null ? null : URL.parse(location, url)
  if (!target) return null
  const isSameOrigin = target.origin === new URL(url).origin
  if (call.method !== 'GET') {
    return isSameOrigin && (status === 307 || status === 308) ? { url: target.href, call } : null
  }
  const isRedirect = [301, 302, 303, 307, 308].includes(status)
  return isRedirect ? { url: target.href, call: isSameOrigin ? call : { ...call, headers: {} } } : null
}

async function answerOf(
  { status, body, headers }: Response,
  { maxBytes, isEnough }: OutsideLimits,
): Promise<OutsideAnswer> {
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  const answered = (text: string, whole: boolean) =>
    ({ kind: 'answered', status, text, whole, headers }) as const
  let text = ''
  let left = maxBytes
  try {
    for (;;) {
      const piece = await reader?.read()
      if (!piece || piece.done) return answered(text + decoder.decode(), true)
      text += decoder.decode(piece.value.subarray(0, left), { stream: true })
      left -= piece.value.length
      if (left < 0) return answered(text, false)
      if (isEnough?.(text, headers)) return answered(text, true)
    }
  } finally {
    await reader?.cancel().catch(() => undefined)
  }
}
