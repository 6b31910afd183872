import * as z from 'zod'
import { parsed } from '../../collaborate/read-json.ts'
import { createEventReader, LAST_EVENT_END } from '../../providers/server-sent-events.ts'
import { callOutside, type OutsideLimits } from '../../webhooks/call-outside.ts'

/** The revision without sessions, which is tried first, and the last with them. */
const STATELESS = '2026-07-28'
const STATEFUL = '2025-11-25'
const CLIENT = { name: 'switchyard', version: '1' }
/** JSON-RPC errors of that revision's servers (header mismatch, missing capability, unsupported version). */
const STATELESS_ERRORS: readonly number[] = [-32_020, -32_021, -32_022]
/** JSON-RPC: the call itself is wrong, and would be again. */
const FINAL_ERRORS: ReadonlySet<number> = new Set([-32_600, -32_601, -32_602, ...STATELESS_ERRORS])

/** A call of an MCP server's tool. `headers`: what proves who calls. */
export type McpCall = {
  url: string
  tool: string
  arguments: Readonly<Record<string, unknown>>
  headers: Readonly<Record<string, string>>
}

/**
 * What became of a call. `failed`: the tool or its server says so; `isFinal`: it would fail again. `lost`: no answer came,
 * and where `wasAsked`, nobody knows whether the tool did its work.
 */
export type McpAnswer =
  | { kind: 'succeeded'; output: unknown }
  | { kind: 'failed'; code: string; message: string; isFinal: boolean }
  | { kind: 'lost'; reason: 'error' | 'timeout'; wasAsked: boolean; message: string }

type Lost = Extract<McpAnswer, { kind: 'lost' }>
type Reply = { kind: 'replied'; status: number; session: string | null; message: z.infer<typeof rpcReply> }
type Rpc = { id?: number; method: string; params?: object }

const rpcReply = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
})

/**
 * Calls a tool over streamable HTTP: without a handshake, as MCP 2026-07-28 has it; where the server does not know that,
 * in a session of 2025-11-25. Redirects are not followed.
 */
export async function callMcpTool(call: McpCall, limits: OutsideLimits): Promise<McpAnswer> {
  const first = await post(call, toolCall(call, true), statelessHeaders(call.tool), limits)
  if (first.kind === 'lost' || !wantsSession(first)) return answerOf(first)
  const params = { protocolVersion: STATEFUL, capabilities: {}, clientInfo: CLIENT }
  const opened = await post(call, { id: 1, method: 'initialize', params }, {}, limits)
  if (opened.kind === 'lost' || opened.message.result === undefined) return answerOf(first)
  const headers = {
    'mcp-protocol-version': STATEFUL,
    ...(opened.session !== null && { 'mcp-session-id': opened.session }),
  }
  await post(call, { method: 'notifications/initialized' }, headers, limits)
  return answerOf(await post(call, toolCall(call, false), headers, limits))
}

function toolCall({ tool, arguments: given }: McpCall, isStateless: boolean): Rpc {
  const about = {
    'io.modelcontextprotocol/protocolVersion': STATELESS,
    'io.modelcontextprotocol/clientInfo': CLIENT,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { name: tool, arguments: given, ...(isStateless && { _meta: about }) }
  return { id: 2, method: 'tools/call', params }
}

function statelessHeaders(tool: string): Record<string, string> {
  return { 'mcp-protocol-version': STATELESS, 'mcp-method': 'tools/call', 'mcp-name': tool }
}

/** A server of an earlier revision refuses what comes without a session, as HTTP has it, before it does anything. */
function wantsSession({ status, message: { error } }: Reply): boolean {
  if (error && STATELESS_ERRORS.includes(error.code)) return false
  return status === 400 || (error?.code === -32_000 && status > 400 && status < 500)
}

async function post(
  { url, headers }: McpCall,
  rpc: Rpc,
  more: Readonly<Record<string, string>>,
  limits: OutsideLimits,
): Promise<Reply | Lost> {
  const media = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const called = await callOutside(
    url,
    {
      method: 'POST',
      headers: { ...headers, ...media, ...more },
      body: JSON.stringify({ jsonrpc: '2.0', ...rpc }),
    },
    {
      ...limits,
      maxRedirects: 0,
      // Not every server ends its stream after the answer.
      isEnough: (text, answered) =>
        isStream(answered) && /\n\r?\n$/.test(text) && replyIn(text, rpc) !== null,
    },
  )
  if (called.kind === 'failed') {
    const reason = called.reason === 'timeout' ? 'timeout' : 'error'
    return { kind: 'lost', reason, wasAsked: called.reason !== 'refused', message: called.message }
  }
  const { status, text, headers: answered } = called
  const message = isStream(answered) ? replyIn(text, rpc) : (rpcReply.safeParse(parsed(text)).data ?? null)
  const session = answered.get('mcp-session-id')
  return { kind: 'replied', status, session, message: message ?? {} }
}

function isStream(headers: Headers): boolean {
  return headers.get('content-type')?.includes('text/event-stream') ?? false
}

/** The answer among the messages of a stream. */
function replyIn(text: string, { id }: Rpc): Reply['message'] | null {
  const replies = createEventReader()(text + LAST_EVENT_END).map(({ data }) =>
    rpcReply.safeParse(parsed(data)),
  )
  return replies.find(({ data }) => data?.id === id)?.data ?? null
}

const toolResult = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
  resultType: z.string().optional(),
})

function answerOf(reply: Reply | Lost): McpAnswer {
  if (reply.kind === 'lost') return reply
  const { status, message } = reply
  if (message.error) {
    const isFinal = FINAL_ERRORS.has(message.error.code)
    return failed('mcp_error', `${message.error.code}: ${message.error.message}`, isFinal)
  }
  const result = toolResult.safeParse(message.result).data
  if (!result) {
    const isFinal = status >= 400 && status < 500 && status !== 429
    return failed('mcp_error', `Answered ${status}, and no result of a tool`, isFinal)
  }
  if (result.resultType !== undefined && result.resultType !== 'complete')
    return failed('mcp_error', `The tool gives no result but '${result.resultType.slice(0, 100)}'`, true)
  const texts = result.content.flatMap(({ type, text }) =>
    type === 'text' && text !== undefined ? [text] : [],
  )
  if (result.isError) return failed('tool_error', texts.join('\n') || 'The tool failed', false)
  if (result.structuredContent !== undefined) return { kind: 'succeeded', output: result.structuredContent }
  if (texts.length < result.content.length) return { kind: 'succeeded', output: result.content }
  const text = texts.join('\n')
  return { kind: 'succeeded', output: parsed(text) ?? text }
}

function failed(code: string, message: string, isFinal: boolean): McpAnswer {
  return { kind: 'failed', code, message, isFinal }
}
