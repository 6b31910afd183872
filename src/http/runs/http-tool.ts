import * as z from 'zod'
import { parsed } from '../../collaborate/read-json.ts'
import { present } from '../../core/present.ts'
import { HTTP_METHODS, TOOL_LIMITS } from '../../core/tools.ts'
import type { HttpCall } from '../../runs/tools/http-call.ts'
import { callOutside, type OutsideLimits } from '../../webhooks/call-outside.ts'
import { failedResult, type ToolResult } from './tool-result.ts'

/** Headers of an answer that say what to make of it, or what to do next. */
const TOLD_HEADERS = ['content-type', 'etag', 'last-modified', 'link', 'location', 'retry-after']
/** What belongs to connections, and to who stands between. */
const FORBIDDEN_HEADERS =
  /^(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive|expect|cdn-loop|via|forwarded|(?:proxy|cf|x-forwarded|sec)-.*|x-real-ip)$/i
const MAX_URL_CHARS = 2_048
const MAX_BODY_CHARS = 256 * 1024
const TOLD_CHARS = 1_000

/** How a call is made. `isOnce`: it may not be made again where nobody knows what came of it. */
export type ToolCallHow = {
  limits: Pick<OutsideLimits, 'timeoutMs' | 'allowLoopback' | 'signal'>
  isOnce: boolean
  /** The same for the same call, however often it is made; null where it may be made again. */
  idempotencyKey: string | null
  /** Strikes out secrets. */
  hide: (text: string) => string
}

/** What a tool's host answered. `body`: JSON where it is JSON, else text. */
type HttpAnswer = { status: number; headers: Record<string, string>; body: unknown; truncated?: true }

const requestArguments = z.strictObject({
  method: z.enum(HTTP_METHODS).nullish(),
  url: z.string().max(MAX_URL_CHARS),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z][\w-]*$/),
      z.string().regex(/^[\t\x20-\x7e]*$/, 'expected printable ASCII'),
    )
    .nullish(),
  body: z.unknown().optional(),
})

/** What a model is told of `http_request`. @param allow as in `ToolsConfig` */
export function httpRequestDefinition(allow: readonly string[]) {
  return {
    description: `Asks a web server. Redirects are not followed. Hosts that may be asked: ${allow.join(', ') || 'none'}.`,
    parameters: {
      type: 'object',
      properties: {
        method: { type: 'string', enum: HTTP_METHODS, description: 'GET where nothing is said.' },
        url: { type: 'string', description: 'An https URL.' },
        headers: { type: 'object', additionalProperties: { type: 'string' } },
        body: { description: 'A text as it is; anything else is sent as JSON.' },
      },
      required: ['url'],
      additionalProperties: false,
    },
  }
}

/** Makes the call that arguments of `http_request` ask for, where its host may be asked. */
export async function requestHttp(
  given: unknown,
  allow: readonly string[],
  how: ToolCallHow,
): Promise<ToolResult> {
  const { data, error } = requestArguments.safeParse(given)
  if (!data) {
    const { path = [], message = '' } = error?.issues[0] ?? {}
    return failedResult('invalid_arguments', `Invalid 'arguments.${path.join('.')}': ${message}`)
  }
  const host = URL.parse(data.url)?.host ?? ''
  if (!allow.some((allowed) => isAllowed(host, allowed))) {
    const message = `Invalid 'arguments.url': '${host.slice(0, 100)}' is not among the hosts that may be asked`
    return failedResult('host_not_allowed', message)
  }
  const named = Object.entries(data.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  const headers = Object.fromEntries(named)
  const forbidden = Object.keys(headers).find((name) => FORBIDDEN_HEADERS.test(name))
  if (forbidden !== undefined) {
    return failedResult('invalid_arguments', `Invalid 'arguments.headers': '${forbidden}' cannot be set`)
  }
  const { method, body: said } = data
  const body =
    said === undefined || said === null ? null : typeof said === 'string' ? said : JSON.stringify(said)
  if (body !== null && (method ?? 'GET') === 'GET') {
    return failedResult('invalid_arguments', "Invalid 'arguments.body': GET has no body")
  }
  const type = body !== null && typeof said !== 'string' ? { 'content-type': 'application/json' } : {}
  return callHttpTool({ method: method ?? 'GET', url: data.url, headers: { ...type, ...headers }, body }, how)
}

function isAllowed(host: string, allowed: string): boolean {
  return allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed
}

/** Calls a host over HTTP. Redirects are not followed: they are answers. Whatever is not 2xx has failed. */
export async function callHttpTool(call: HttpCall, how: ToolCallHow): Promise<ToolResult<HttpAnswer>> {
  const { isOnce, idempotencyKey, hide } = how
  const { method, url, body } = call
  if ((body?.length ?? 0) > MAX_BODY_CHARS) {
    return failedResult('invalid_arguments', `What is sent has more than ${MAX_BODY_CHARS} characters`)
  }
  const ours = { 'user-agent': 'switchyard', ...present({ 'idempotency-key': idempotencyKey }) }
  const called = await callOutside(
    url,
    { method, headers: { ...ours, ...call.headers }, ...present({ body }) },
    { ...how.limits, maxBytes: TOOL_LIMITS.answerBytes, maxRedirects: 0 },
  )
  if (called.kind === 'failed') {
    const message = hide(called.message)
    if (called.reason === 'refused') return failedResult('host_not_allowed', `Not asked: ${message}`)
    const reason = called.reason === 'timeout' ? 'timeout' : 'error'
    if (isOnce) return { status: 'unknown', reason, message }
    return { ...failedResult(`tool_${called.reason}`, message), reason, isFinal: false }
  }
  const { status, text, whole, headers } = called
  const shown = hide(text)
  const answer: HttpAnswer = {
    status,
    headers: Object.fromEntries(
      TOLD_HEADERS.flatMap((name) => {
        const value = headers.get(name)
        return value === null ? [] : [[name, hide(value)]]
      }),
    ),
    body: (whole ? parsed(shown) : undefined) ?? shown,
    ...(!whole && { truncated: true }),
  }
  if (status >= 200 && status < 300) return { status: 'succeeded', output: answer }
  const message = `Answered ${status}: ${shown.slice(0, TOLD_CHARS)}`
  // Whoever stands between may have passed it on.
  if (isOnce && status >= 500 && status !== 501 && status !== 503) {
    return { status: 'unknown', reason: 'error', message }
  }
  const isFinal = status < 500 && status !== 408 && status !== 425 && status !== 429
  return { ...failedResult('tool_http_error', message), isFinal, output: answer }
}
