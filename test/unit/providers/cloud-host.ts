import type { ChatEvent } from '../../../src/core/chat.ts'
import { callModel } from '../../../src/providers/call.ts'
import type { CloudAccess } from '../../../src/providers/credentials.ts'
import { type HostSettings, liveHosts } from '../../../src/providers/live-hosts.ts'
import { readChunks } from '../../../src/providers/server-sent-events.ts'
import { requestWith, TARGET } from './conversation.ts'

/** An operator without any host. */
export const NOTHING: HostSettings = {
  accounts: [],
  clouds: new Map(),
  simulatedHostsUrl: null,
  cloudflareAccountId: null,
  localHosts: [],
}

/** A request as a host receives it. */
export type Sent = { url: string; headers: Headers; text: string; body: Record<string, unknown> }

const ANSWERS: Readonly<Record<string, object>> = {
  anthropic: { content: [{ type: 'text', text: 'Hello' }], stop_reason: 'end_turn' },
  openai: { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] },
}

/** An answer that is good in the host's format. */
export const hello = (maker: keyof typeof ANSWERS = 'anthropic') => Response.json(ANSWERS[maker])

/** One call of a cloud that is set up so; `answer` plays every server it asks. */
export async function callCloud(
  id: string,
  access: CloudAccess | null,
  answer: (sent: Sent) => Response | Promise<Response>,
  { model = 'claude-opus-5', stream = false, now = Date.UTC(2026, 10, 23) } = {},
): Promise<ChatEvent[]> {
  const host = access && liveHosts({ ...NOTHING, clouds: new Map([[id, access]]) }).get(id)
  if (!host) throw new Error(`${id} is not set up`)
  const target = { ...TARGET, hostModelId: model, stream }
  const io = {
    fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise.resolve(answer(sentOf(input, init))),
    now: () => now,
    open: readChunks,
    signal: new AbortController().signal,
    timeouts: { connectMs: 500, ttftMs: 500, idleMs: 500, totalMs: 2_000 },
  }
  return Array.fromAsync(callModel(host.access, requestWith({}), target, io))
}

function sentOf(input: RequestInfo | URL, init?: RequestInit): Sent {
  const text = typeof init?.body === 'string' ? init.body : ''
  const isJson = text.startsWith('{')
  const url = input instanceof Request ? input.url : String(input)
  return { url, headers: new Headers(init?.headers), text, body: isJson ? JSON.parse(text) : {} }
}

/** The failure a call ended in. */
export function failureOf(events: readonly ChatEvent[]) {
  const last = events.at(-1)
  if (last?.type !== 'answer-error') throw new Error(`no failure: ${JSON.stringify(last)}`)
  return last
}
