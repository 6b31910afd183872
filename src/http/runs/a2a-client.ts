import * as z from 'zod'
import { parsed } from '../../collaborate/read-json.ts'
import { callOutside, type OutsideAnswer, type OutsideLimits } from '../../webhooks/call-outside.ts'

/** The protocol's revision (https://a2a-protocol.org), which its servers want to be told. */
const VERSION = '1.0'

const part = z.looseObject({ text: z.string().nullish(), data: z.unknown().optional() })
const message = z.looseObject({ parts: z.array(part).default([]) })
const task = z.looseObject({
  id: z.string().min(1),
  contextId: z.string().nullish(),
  status: z.looseObject({ state: z.string(), message: message.nullish() }),
  artifacts: z.array(z.looseObject({ parts: z.array(part).default([]) })).nullish(),
})
const sent = z.looseObject({ task: task.optional(), message: message.optional() })
const rpcReply = z.looseObject({
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).nullish(),
})

export type A2aTask = z.infer<typeof task>
export type A2aPart = z.infer<typeof part>

/** What came of a call. `refused`: the agent's own error. */
export type A2aAnswer<T> =
  | { kind: 'answered'; value: T }
  | { kind: 'refused'; message: string }
  | { kind: 'unreadable'; message: string }
  | { kind: 'unanswered'; why: Extract<OutsideAnswer, { kind: 'failed' }> }

/** Calls one A2A agent over JSON-RPC. */
export type A2aClient = {
  send(body: object): Promise<A2aAnswer<z.infer<typeof sent>>>
  get(id: string): Promise<A2aAnswer<A2aTask>>
  cancel(id: string): Promise<unknown>
}

/** How long an agent may take to hear that nobody wants its work any more. */
const CANCEL_MS = 5_000

export function a2aClient(url: string, limits: OutsideLimits): A2aClient {
  const { signal: _taskEnded, ...always } = limits
  return {
    send: async (body) => read(await post(url, 'SendMessage', body, limits), sent),
    get: async (id) => read(await post(url, 'GetTask', { id, historyLength: 0 }, limits), task),
    cancel: (id) => post(url, 'CancelTask', { id }, { ...always, timeoutMs: CANCEL_MS }),
  }
}

function post(url: string, method: string, params: object, limits: OutsideLimits): Promise<OutsideAnswer> {
  const headers = { 'content-type': 'application/json', 'a2a-version': VERSION, 'user-agent': 'Switchyard' }
  return callOutside(
    url,
    { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) },
    limits,
  )
}

function read<T extends z.ZodType>(called: OutsideAnswer, schema: T): A2aAnswer<z.infer<T>> {
  if (called.kind === 'failed') return { kind: 'unanswered', why: called }
  const { status, text, whole } = called
  const reply = whole ? rpcReply.safeParse(parsed(text)).data : undefined
  if (!reply)
    return { kind: 'unreadable', message: `The agent answered ${status}, and nothing that can be read` }
  if (reply.error) {
    const { code, message: words } = reply.error
    return { kind: 'refused', message: `${code}: ${words}`.slice(0, 1_000) }
  }
  const result = schema.safeParse(reply.result)
  if (result.success) return { kind: 'answered', value: result.data }
  return { kind: 'unreadable', message: 'The agent gave no result that can be read' }
}
