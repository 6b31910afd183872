import type { ChatEvent, ChatRequest } from '../../src/core/chat.ts'
import type { Adapter, Target } from '../../src/providers/adapter.ts'
import type { Timeouts } from '../../src/core/reliability.ts'
import { type HostAccess, callModel } from '../../src/providers/call.ts'
import type { Host } from '../../src/providers/hosts.ts'
import { readChunks } from '../../src/providers/server-sent-events.ts'

export const API_KEY = 'test-4f9a1c7e2b8d'
export const NOW = Date.UTC(2026, 0, 9, 12, 0, 0)

export const PATIENT: Timeouts = { connectMs: 5_000, ttftMs: 5_000, idleMs: 5_000, totalMs: 5_000 }

const QUESTION: ChatRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  tools: [],
  output: { type: 'text' },
  sampling: {},
  reasoning: {},
  native: null,
}

const STREAMED: Target = {
  hostModelId: 'model-1',
  stream: true,
  maxOutputTokens: 4_096,
  structuredOutput: 'json_schema',
}

function access(adapter: Adapter, apiKey = API_KEY): HostAccess {
  const host: Host = {
    id: 'acme',
    name: 'Acme',
    formats: [adapter],
    baseUrl: 'https://api.acme.test/v1',
    keyNames: [],
    takesReasoningEffort: true,
    keepsInputs: false,
  }
  return { host, baseUrl: host.baseUrl, apiKey }
}

/** Bytes that arrive one piece at a time; `then` says what comes after them. */
export function bodyOf(
  pieces: readonly (string | Uint8Array)[],
  then: 'end' | 'break' | 'silence' = 'end',
  onCancel: () => void = () => {},
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces[next++]
      if (piece !== undefined) {
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      } else if (then === 'end') {
        controller.close()
      } else if (then === 'break') {
        controller.error(new Error('connection reset'))
      } else {
        return new Promise(() => {})
      }
    },
    cancel: onCancel,
  })
}

export function eventStream(body: ReadableStream<Uint8Array> | string): Response {
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}

/** A `fetch` whose body breaks off when the call is aborted, as the real one's does. */
export function fetching(answer: (url: string, init: RequestInit) => Response): typeof fetch {
  return async (input, init = {}) => {
    const { signal } = init
    signal?.throwIfAborted()
    const response = answer(input instanceof Request ? input.url : String(input), init)
    if (!response.body || !signal) return response
    const { status, headers } = response
    return new Response(abortable(response.body, signal), { status, headers })
  }
}

function abortable(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => {})
  signal.addEventListener('abort', () => aborted.reject(signal.reason))
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await Promise.race([reader.read(), aborted.promise])
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

type Call = {
  request?: ChatRequest
  stream?: boolean
  apiKey?: string
  target?: Partial<Target>
  signal?: AbortSignal
  timeouts?: Timeouts
}

/** The events of one call. */
export function ask(
  adapter: Adapter,
  fetch: typeof globalThis.fetch,
  call: Call = {},
): AsyncGenerator<ChatEvent> {
  const {
    request = QUESTION,
    stream = true,
    signal = new AbortController().signal,
    timeouts = PATIENT,
    target = {},
  } = call
  return callModel(
    access(adapter, call.apiKey),
    request,
    { ...STREAMED, stream, ...target },
    {
      fetch,
      now: () => NOW,
      open: readChunks,
      signal,
      timeouts,
    },
  )
}

export async function eventsOf(adapter: Adapter, response: Response, call: Call = {}): Promise<ChatEvent[]> {
  return Array.fromAsync(
    ask(
      adapter,
      fetching(() => response),
      call,
    ),
  )
}

/** The events of a streamed answer with this text as its body. */
export async function replay(adapter: Adapter, text: string | Uint8Array): Promise<ChatEvent[]> {
  return eventsOf(adapter, eventStream(bodyOf([text])))
}
