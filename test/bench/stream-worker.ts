/**
 * What `npm run bench:stream` serves: one upstream stream, on its ways to a client. `/untouched` hands the body through,
 * the runtime's own best; `/relay` is what a caller of the host's own protocol gets; `/translate` what any other gets.
 */
import type { ChatRequest } from '../../src/core/chat.ts'
import { readInBatches } from '../../src/http/batched-body.ts'
import { createOutlet } from '../../src/http/outlet.ts'
import type { StreamEncoder } from '../../src/protocols/inbound.ts'
import { messagesReply } from '../../src/protocols/anthropic-messages/reply.ts'
import { chatReply } from '../../src/protocols/openai-chat/reply.ts'
import { DEFAULT_RELIABILITY } from '../../src/core/reliability.ts'
import { callModel } from '../../src/providers/call.ts'
import { HOSTS } from '../../src/providers/hosts.ts'
import { NO_USAGE } from '../../src/core/chat.ts'

const HEAD = { id: 'bench', createdAt: 0, model: 'openai/gpt-5-mini', simulated: false, inputTokens: 1 }
const HEADERS = { 'content-type': 'text/event-stream' }
const body = { messages: [{ role: 'user', content: 'Hi' }] }
const request: ChatRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  output: { type: 'text' },
  sampling: {},
  reasoning: {},
  native: { format: 'openai-chat', body, headers: {}, droppedElsewhere: [], onlyHere: [] },
}
const target = {
  hostModelId: 'gpt-5-mini',
  stream: true,
  maxOutputTokens: 100,
  structuredOutput: 'json_schema',
} as const

const encoders: Readonly<Record<string, () => StreamEncoder>> = {
  '/relay': () => chatReply({ includeUsage: true, showReasoning: true }).stream(HEAD),
  '/translate': () => messagesReply({ thinking: 'none' }).stream(HEAD),
}

async function pump(
  path: string,
  encoder: StreamEncoder,
  baseUrl: string,
  outlet: ReturnType<typeof createOutlet>,
) {
  const host = HOSTS.find(({ id }) => id === 'openai')
  if (!host) return
  const asked = path === '/relay' ? request : { ...request, native: null }
  const io = {
    fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init),
    now: Date.now,
    open: readInBatches,
    signal: new AbortController().signal,
    timeouts: DEFAULT_RELIABILITY.timeouts,
  }
  for await (const event of callModel({ host, baseUrl, apiKey: 'bench' }, asked, target, io)) {
    if (event.type === 'answer-error') await outlet.write(`data: ${JSON.stringify(event)}\n\n`)
    else if (event.type === 'answer-end') {
      const { reason, usage, native } = event
      const closing = {
        reason,
        otherReasons: [],
        usage: usage ?? NO_USAGE,
        costUsd: 0,
        ...(native && { native }),
      }
      await outlet.write(encoder.end(closing))
    } else await outlet.write(encoder.delta(event))
  }
  await outlet.close()
}

export default {
  async fetch(asked, env, ctx) {
    const { pathname } = new URL(asked.url)
    const encoder = encoders[pathname]?.()
    if (!encoder) {
      const upstream = await fetch(`${env.UPSTREAM}/chat/completions`, { method: 'POST', body: '{}' })
      return new Response(upstream.body, { headers: HEADERS })
    }
    const outlet = createOutlet()
    ctx.waitUntil(pump(pathname, encoder, env.UPSTREAM, outlet))
    return new Response(outlet.readable, { headers: HEADERS })
  },
} satisfies ExportedHandler<{ UPSTREAM: string }>
