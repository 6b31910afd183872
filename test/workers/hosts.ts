import { vi } from 'vitest'

/** A request that reached a host. */
export type HostCall = { host: string; url: string; headers: Headers; body: unknown }

type Answer = (call: HostCall) => Response | Promise<Response>

/** Puts hosts at the edge of the network, by host name; every other address is unreachable. Returns what they were sent. */
export function fakeHosts(answers: Readonly<Record<string, Answer>>): HostCall[] {
  const calls: HostCall[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init)
    const host = new URL(request.url).hostname
    const text = request.method === 'GET' ? '' : await request.text()
    const call = {
      host,
      url: request.url,
      headers: request.headers,
      body: text === '' ? null : JSON.parse(text),
    }
    calls.push(call)
    const answer = answers[host]
    if (!answer) throw new TypeError(`Network connection lost: ${host}`)
    return abortable(await Promise.race([answer(call), brokenOff(request.signal)]), request.signal)
  })
  return calls
}

/** Who leaves before the answer begins hears no more of it. */
function brokenOff(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')))
  })
}

/** The answer as the network gives it: its body is a stream of bytes, and breaks off when the request is aborted. */
function abortable(answer: Response, signal: AbortSignal): Response {
  if (!answer.body) return answer
  return new Response(answer.body.pipeThrough(new IdentityTransformStream(), { signal }), answer)
}

export const OPENAI = 'api.openai.com'
export const ANTHROPIC = 'api.anthropic.com'
export const GOOGLE = 'generativelanguage.googleapis.com'
export const OPENROUTER = 'openrouter.ai'

/** Body fields that make OpenAI the first host, and OpenRouter the second. */
export const OPENAI_FIRST = { provider: { order: ['openai', 'openrouter'] } }

const OPENAI_USAGE = {
  prompt_tokens: 1_000,
  completion_tokens: 200,
  total_tokens: 1_200,
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 50 },
}

export function openaiAnswer(text: string): Response {
  return Response.json({
    id: 'chatcmpl-host',
    object: 'chat.completion',
    created: 1,
    model: 'as-the-host-calls-it',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: OPENAI_USAGE,
  })
}

function chunk(choices: object[], usage: object | null = null): string {
  const head = {
    id: 'chatcmpl-host',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'as-the-host-calls-it',
  }
  return `data: ${JSON.stringify({ ...head, choices, usage })}\n\n`
}

/** `chat.completion.chunk` events, one per text; `ending: broken` closes the connection after them. */
export function openaiStream(texts: readonly string[], ending: 'done' | 'broken' = 'done'): Response {
  const deltas = texts.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }]))
  const closing = [
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chunk([], OPENAI_USAGE),
    'data: [DONE]\n\n',
  ]
  return eventStream(ending === 'done' ? [...deltas, ...closing] : deltas)
}

export function anthropicAnswer(text: string): Response {
  return Response.json({
    id: 'msg_host',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 700, output_tokens: 90, cache_read_input_tokens: 300 },
  })
}

/** Anthropic's typed events, one text delta per text. */
export function anthropicStream(texts: readonly string[]): Response {
  const events = [
    { type: 'message_start', message: { usage: { input_tokens: 700, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...texts.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 90 } },
    { type: 'message_stop' },
  ]
  return eventStream(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))
}

export function googleAnswer(text: string): Response {
  return Response.json({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 600, candidatesTokenCount: 80 },
  })
}

/** A refusal as OpenAI-compatible hosts word it. */
export function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  const error = { message, type: 'host_error', code: 'host_code', param: null }
  return Response.json({ error }, { status, headers: { 'x-request-id': 'req-of-host', ...headers } })
}

function eventStream(texts: readonly string[]): Response {
  return new Response(texts.join(''), { headers: { 'content-type': 'text/event-stream' } })
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Pieces of a body, one at a time. `everyMs`: how long each is waited for. */
export function streamOf(pieces: readonly Uint8Array[], everyMs = 0): ReadableStream<Uint8Array> {
  const rest = [...pieces]
  return new ReadableStream({
    async pull(controller) {
      if (everyMs > 0) await sleep(everyMs)
      const piece = rest.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
