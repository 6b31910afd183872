import * as z from 'zod'
import { judge } from '../fuzz/judge.ts'
import { type Protocol, PROTOCOLS } from '../e2e/truth-protocols.ts'
import type { Stand } from './stand.ts'

/** Longer than any budget here: who is silent for so long has forgotten us. */
const HUNG_MS = 30_000
const MAX_TOKENS = 24

/** One request. */
export type Question = {
  protocol: Protocol
  streamed: boolean
  prompt: string
  /** Our own fields of its body. */
  wishes: object
  /** Whether the answer is to tell how it came about, which is longer than the answer. */
  explained?: true
}

/** What became of it. Times in ms, as the caller sees them. */
export type Answered = {
  question: Question
  /** Unix ms. */
  askedAt: number
  /** Until the first content, or the whole of an answer that is not streamed. */
  ttftMs: number
  totalMs: number
  status: number
  /** Whether an answer came and ended well. */
  ok: boolean
  /** What the caller was told that is not so; null for the truth. */
  lie: string | null
  /** Of a failure, by our codes. */
  code: string | null
  text: string
  host: string
  decisionId: string
  /** As the header tells: those before the answer began. */
  attempts: number
  continued: boolean
  /** As its end tells it, where it is to explain itself; null where it does not. */
  costUsd: number | null
  /** TTFT of the attempt that answered, as the Worker measured it; null where it was not told. */
  measuredTtftMs: number | null
}

const metadata = z.object({
  switchyard: z.object({
    cost_usd: z.number().nullable(),
    attempts: z.array(z.object({ outcome: z.string(), ttft_ms: z.number().nullable() })),
  }),
})

/** @throws when there is no protocol of that name */
function protocolCalled(name: Protocol['name']): Protocol {
  const protocol = PROTOCOLS.find((one) => one.name === name)
  if (!protocol) throw new Error(`There is no protocol ${name}`)
  return protocol
}

export const CHAT = protocolCalled('chat')
export const RESPONSES = protocolCalled('responses')
export const MESSAGES = protocolCalled('messages')

let asked = 0

/** How many questions were asked so far. */
export function askedSoFar(): number {
  return asked
}

/** Asks the Worker one question, with the keys by turns. Never throws: what went wrong is an answer too. */
export async function askOnce(stand: Stand, question: Question, number: number): Promise<Answered> {
  asked += 1
  const askedAt = Date.now()
  const startedAt = performance.now()
  const { protocol, prompt, streamed, wishes, explained } = question
  const body = {
    ...protocol.body(prompt, streamed ? 'stream' : 'whole', 'none'),
    ...(protocol.name === 'responses'
      ? { max_output_tokens: MAX_TOKENS, store: false }
      : { max_tokens: MAX_TOKENS }),
    ...wishes,
  }
  const json = JSON.stringify(body)
  const key = stand.keys[number % stand.keys.length] ?? ''
  try {
    const response = await fetch(`${stand.url}${protocol.path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        // Compression is not the Worker's.
        'accept-encoding': 'identity',
        ...(explained && { 'x-switchyard-metadata': 'enabled' }),
      },
      body: json,
      signal: AbortSignal.timeout(HUNG_MS),
    })
    const { text, firstAt } = await readBody(response)
    const times = { askedAt, ttftMs: firstAt - startedAt, totalMs: performance.now() - startedAt }
    return { question, ...times, ...told(question, json, response, text) }
  } catch (error) {
    const totalMs = performance.now() - startedAt
    return { ...NOTHING, question, askedAt, ttftMs: totalMs, totalMs, lie: `no answer: ${String(error)}` }
  }
}

const NOTHING = {
  status: 0,
  ok: false,
  code: null,
  text: '',
  host: '',
  decisionId: '',
  attempts: 0,
  continued: false,
  costUsd: null,
  measuredTtftMs: null,
}

async function readBody({ body }: Response): Promise<{ text: string; firstAt: number }> {
  let firstAt = Number.NaN
  let text = ''
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    if (Number.isNaN(firstAt)) firstAt = performance.now()
    text += piece
  }
  return { text, firstAt: Number.isNaN(firstAt) ? performance.now() : firstAt }
}

function told(
  question: Question,
  json: string,
  response: Response,
  body: string,
): Omit<Answered, 'question' | 'askedAt' | 'ttftMs' | 'totalMs'> {
  const { headers, status } = response
  const reply = { status, contentType: headers.get('content-type') ?? '', body }
  const { violation, said } = judge(
    { number: 0, protocol: question.protocol.name, body: json, headers: {} },
    reply,
  )
  const code = said?.split(':')[0] ?? null
  // Which codes there are is not the caller's concern here; one that blames ourselves is.
  const lie = said === null || code === 'internal' ? violation : null
  const data = eventsOf(body)
  const detail = question.explained ? detailOf(data, body) : undefined
  const ok = status === 200 && said === null && violation === null
  return {
    status,
    ok,
    lie,
    code,
    text: ok ? textOf(question, body, data) : '',
    host: headers.get('x-switchyard-provider') ?? '',
    decisionId: headers.get('x-switchyard-decision-id') ?? '',
    attempts: Number(headers.get('x-switchyard-attempts') ?? 0),
    continued: body.includes(': switchyard continued'),
    costUsd: detail?.switchyard.cost_usd ?? null,
    measuredTtftMs:
      detail?.switchyard.attempts.findLast(({ outcome }) => outcome === 'succeeded')?.ttft_ms ?? null,
  }
}

function detailOf(data: readonly string[], body: string) {
  const json = data.findLast((one) => one.includes('"switchyard":')) ?? body
  return metadata.safeParse(parsed(json)).data
}

function textOf({ protocol, streamed }: Question, body: string, data: readonly string[]): string {
  return (streamed ? protocol.readStream(data) : protocol.readWhole(JSON.parse(body))).text
}

function eventsOf(body: string): string[] {
  return body.split('\n\n').flatMap((frame) => {
    const data = frame.split('\n').find((line) => line.startsWith('data: '))
    return data === undefined ? [] : data.slice('data: '.length)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
