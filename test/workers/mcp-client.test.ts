import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { callMcpTool } from '../../src/http/runs/mcp-client.ts'
import { fakeHosts, type HostCall, streamOf, bytesOf } from './hosts.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const HOST = 'mcp.example.com'
const CALL = { url: `https://${HOST}/mcp`, tool: 'find', arguments: { q: '茶' }, headers: { 'x-key': 'k' } }
const LIMITS = { timeoutMs: 500, maxBytes: 10_000, allowLoopback: false }
const rpc = z.object({ id: z.number().optional(), method: z.string(), params: z.looseObject({}).optional() })

/** A server that answers a method with what is given for it. */
function serve(answers: Readonly<Record<string, (id: number, call: HostCall) => Response>>): HostCall[] {
  return fakeHosts({
    [HOST]: (call) => {
      const { id = 0, method } = rpc.parse(call.body)
      return answers[method]?.(id, call) ?? new Response(null, { status: 202 })
    },
  })
}

const result = (id: number, body: object) => Response.json({ jsonrpc: '2.0', id, result: body })
const error = (id: number | null, code: number, status: number) =>
  Response.json({ jsonrpc: '2.0', id, error: { code, message: 'No' } }, { status })
const text = (...texts: string[]) => ({ content: texts.map((each) => ({ type: 'text', text: each })) })

describe('callMcpTool', () => {
  it('asks without a handshake, and says which revision it speaks', async () => {
    const calls = serve({ 'tools/call': (id) => result(id, { ...text('好'), resultType: 'complete' }) })
    expect(await callMcpTool(CALL, LIMITS)).toEqual({ kind: 'succeeded', output: '好' })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.headers.get('mcp-protocol-version')).toBe('2026-07-28')
    expect(calls[0]?.headers.get('x-key')).toBe('k')
    expect(calls[0]?.body).toMatchObject({
      params: {
        name: 'find',
        arguments: { q: '茶' },
        _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
      },
    })
  })

  it('opens a session where the server wants one', async () => {
    const calls = serve({
      initialize: (id) =>
        Response.json({ jsonrpc: '2.0', id, result: {} }, { headers: { 'mcp-session-id': 's1' } }),
      'tools/call': (id, { headers }) =>
        headers.get('mcp-session-id') === 's1' ? result(id, text('7')) : error(null, -32_000, 400),
    })
    expect(await callMcpTool(CALL, LIMITS)).toEqual({ kind: 'succeeded', output: 7 })
    expect(calls.map(({ body }) => rpc.parse(body).method)).toEqual([
      'tools/call',
      'initialize',
      'notifications/initialized',
      'tools/call',
    ])
  })

  it('opens no session at a server that knows none', async () => {
    const calls = serve({ 'tools/call': (id) => error(id, -32_022, 400) })
    expect(await callMcpTool(CALL, LIMITS)).toMatchObject({ kind: 'failed', isFinal: true })
    expect(calls).toHaveLength(1)
  })

  it('calls no tool again that may have done its work', async () => {
    const calls = serve({
      initialize: (id) => result(id, {}),
      'tools/call': (id) => error(id, -32_000, 200),
    })
    expect(await callMcpTool(CALL, LIMITS)).toMatchObject({ kind: 'failed', isFinal: false })
    expect(calls).toHaveLength(1)
  })

  it('reads the answer from a stream that does not end', async () => {
    serve({
      'tools/call': (id) => {
        const events = [
          { jsonrpc: '2.0', method: 'notifications/progress', params: {} },
          { jsonrpc: '2.0', id, result: { content: [], structuredContent: { found: 3 } } },
        ]
        const pieces = events.map((event) => bytesOf(`event: message\ndata: ${JSON.stringify(event)}\n\n`))
        const ever = [...pieces, ...Array.from({ length: 100 }, () => bytesOf(': still here\n\n'))]
        return new Response(streamOf(ever, 20), { headers: { 'content-type': 'text/event-stream' } })
      },
    })
    expect(await callMcpTool(CALL, LIMITS)).toEqual({ kind: 'succeeded', output: { found: 3 } })
  })

  it.each([
    ['a tool’s own error', (id: number) => result(id, { ...text('No such city'), isError: true }), false],
    ['an unknown tool', (id: number) => error(id, -32_602, 200), true],
    ['a question back', (id: number) => result(id, { resultType: 'input_required' }), true],
    ['a page', () => new Response('<html>', { status: 403 }), true],
    ['a server out of order', () => new Response('<html>', { status: 502 }), false],
  ])('tells of %s', async (_what, answer, isFinal) => {
    serve({ 'tools/call': answer })
    expect(await callMcpTool(CALL, LIMITS)).toMatchObject({ kind: 'failed', isFinal })
  })

  it('tells whether anybody was asked at all', async () => {
    const calls = serve({ 'tools/call': () => new Response(streamOf([bytesOf('{'), bytesOf('}')], 2_000)) })
    expect(await callMcpTool({ ...CALL, url: 'https://10.0.0.1/' }, LIMITS)).toMatchObject({
      kind: 'lost',
      wasAsked: false,
    })
    expect(calls).toEqual([])
    expect(await callMcpTool(CALL, LIMITS)).toMatchObject({ kind: 'lost', reason: 'timeout', wasAsked: true })
  })
})
