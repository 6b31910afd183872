import { type ChatEvent, type ChatRequest, NO_USAGE, type Usage } from '../../../src/core/chat.ts'
import type { Outcome, Sample } from '../../../src/core/live.ts'
import { DEFAULT_RELIABILITY, type Reliability, type Timeouts } from '../../../src/core/reliability.ts'
import type { Seam } from '../../../src/execute/continuation.ts'
import { execute, type Execution } from '../../../src/execute/execute.ts'
import type { ExecuteIo } from '../../../src/execute/loop.ts'
import { localHost } from '../../../src/providers/hosts.ts'
import { readChunks } from '../../../src/providers/server-sent-events.ts'
import { chat, decision, eligible, priced } from '../route/builders.ts'

/** Answers one request to a host. `signal` aborts as that of a real `fetch` does. */
export type HostAnswer = (signal: AbortSignal) => Response | Promise<Response>

/** Four candidates at four hosts; 1 USD per million input tokens, 10 per million output tokens. */
export const PLAN = ['one', 'two', 'three', 'four'].map((host) =>
  eligible({ host, model: `v/${host}`, price: priced(1, 10) }),
)
export const ESTIMATE: Usage = { ...NO_USAGE, inputTokens: 700 }

export type World = {
  io: ExecuteIo
  reliability: Reliability
  reports: [string, Outcome][]
  samples: Sample[]
  /** Hosts asked, in order, and the body each got. */
  asked: { host: string; body: unknown }[]
  hangUp: () => void
}

/**
 * A world whose hosts answer in the wire format of OpenAI Chat, through the real adapter; the second answer of a list
 * is given when a host is asked again. The clock ticks by one, and waiting only moves it.
 */
export function world(
  answers: Record<string, HostAnswer | readonly HostAnswer[]>,
  timeouts: Partial<Timeouts> = {},
  wishes: Partial<Reliability> = { retries: 0 },
): World {
  const controller = new AbortController()
  const reports: World['reports'] = []
  const samples: Sample[] = []
  const asked: World['asked'] = []
  let clock = 1_000
  const io: ExecuteIo = {
    async fetch(input, init) {
      const host = new Request(input).url.split('/')[2]?.split('.')[0] ?? ''
      asked.push({ host, body: JSON.parse(typeof init?.body === 'string' ? init.body : 'null') })
      const signal = init?.signal ?? new AbortController().signal
      signal.throwIfAborted()
      const all = [answers[host] ?? []].flat()
      const answer = all[Math.min(asked.filter((one) => one.host === host).length, all.length) - 1]
      if (!answer) throw new TypeError(`no such host: ${host}`)
      return answer(signal)
    },
    now: () => clock++,
    open: readChunks,
    signal: controller.signal,
    estimateUsage: (_tried, text) => ({ ...ESTIMATE, outputTokens: text.length }),
    routeTo: ({ candidate: { offer } }) => {
      const baseUrl = `https://${offer.host}.example/v1`
      return {
        access: { host: localHost(offer.host, baseUrl), baseUrl, apiKey: 'sk-test' },
        simulated: true,
      }
    },
    began: () => undefined,
    ended: (key, sample) => {
      samples.push(sample)
      if (sample.outcome) reports.push([key, sample.outcome])
    },
    live: () => new Map(),
    sleep: async (ms) => {
      clock += ms
    },
  }
  const short = { connectMs: 1_000, ttftMs: 1_000, idleMs: 1_000, totalMs: 2_000, ...timeouts }
  const reliability = { ...DEFAULT_RELIABILITY, timeouts: short, ...wishes }
  return { io, reliability, reports, samples, asked, hangUp: () => controller.abort() }
}

export const keyOf = (index: number) => {
  const one = PLAN[index]
  return one ? one.candidate.key : ''
}

export function run(
  { io, reliability }: World,
  { stream = true, ...rest }: { stream?: boolean } & Partial<ChatRequest> = {},
): Promise<Execution> {
  return execute({ ...decision(PLAN), createdAt: 1_000, reliability }, { request: chat(rest), stream }, io)
}

export function answering(execution: Execution): Execution & { kind: 'answering' } {
  if (execution.kind !== 'answering') throw new Error(JSON.stringify(execution))
  return execution
}

export async function read(events: AsyncIterable<ChatEvent | Seam>): Promise<(ChatEvent | Seam)[]> {
  const all: (ChatEvent | Seam)[] = []
  for await (const event of events) all.push(event)
  return all
}

/** A host's answer of one status, with a JSON body. */
export const refusing =
  (status: number, headers: Record<string, string> = {}): HostAnswer =>
  () =>
    Response.json({ error: { message: `refused with ${status}`, code: 'code' } }, { status, headers })

/** A whole answer, not streamed. */
export const whole =
  (content: string | null, usage?: object, reason = 'stop'): HostAnswer =>
  () =>
    Response.json({ choices: [{ message: { role: 'assistant', content }, finish_reason: reason }], usage })

/** A chunk of a stream, an end without `[DONE]`, or a wait until the caller hangs up. */
export type Step = object | 'done' | 'cut' | 'hang'

export const said = (content: string) => ({ choices: [{ index: 0, delta: { content } }] })
export const finish = (reason = 'stop') => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
export const counted = (prompt: number, completion: number) => ({
  choices: [],
  usage: { prompt_tokens: prompt, completion_tokens: completion },
})

/** A streamed answer, one chunk per read. `closed` tells how its body ended. */
export function streaming(
  steps: readonly Step[],
  closed: (how: string) => void = () => undefined,
): HostAnswer {
  return (signal) => {
    const encoder = new TextEncoder()
    const rest = [...steps]
    const body = new ReadableStream<Uint8Array>({
      start: (controller) =>
        signal.addEventListener('abort', () => {
          closed('aborted')
          controller.error(signal.reason)
        }),
      pull(controller) {
        const step = rest.shift()
        if (step === 'hang') return new Promise(() => undefined)
        if (step === 'cut') return controller.error(new TypeError('terminated'))
        if (step === undefined) return controller.close()
        const data = step === 'done' ? '[DONE]' : JSON.stringify(step)
        controller.enqueue(encoder.encode(`data: ${data}\n\n`))
      },
      cancel: () => closed('cancelled'),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

/** A good streamed answer. */
export const good = (text = 'Hello') => streaming([said(text), finish(), counted(100, 20), 'done'])

/** Never answers. */
export const silent: HostAnswer = (signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
