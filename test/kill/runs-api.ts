import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'

/** What Switchyard answered; status 0 where it did not. */
export type Answer = { status: number; body: unknown }

const REQUEST_MS = 10_000

const failure = z.object({ code: z.string(), message: z.string() }).nullish()
const task = z.object({
  id: z.string(),
  status: z.string(),
  agent: z.string().nullish(),
  model: z.string().nullish(),
  attempts: z.number().default(0),
  migrations: z.number().default(0),
  waiting_for: z.string().nullish(),
  error: failure,
})
const run = z.object({
  id: z.string(),
  status: z.string(),
  partial: z.boolean().default(false),
  failure,
  output: z.unknown().optional(),
  usage: z.object({ cost_usd: z.number(), tokens: z.number(), attempts: z.number() }),
  tasks: z.array(task),
})
/** A run as the API tells it. */
export type Run = z.infer<typeof run>

const event = z.object({
  seq: z.number(),
  at: z.number(),
  type: z.string(),
  task: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})
export type Event = z.infer<typeof event>
const eventPage = z.object({ data: z.array(event) })

export const ENDED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled'])

/** Asks a Switchyard with the key of local starts. Never throws. */
export async function ask(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  try {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${DEV_KEY}`, 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(REQUEST_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: parsed(text) }
  } catch (error) {
    return { status: 0, body: String(error) }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Null for a run that is not known. @throws where the answer is none */
export async function readRun(url: string, id: string): Promise<Run | null> {
  const { status, body } = await ask(url, 'GET', `/v1/runs/${id}`)
  if (status === 404) return null
  if (status !== 200) throw new Error(`Run ${id}: ${status} ${JSON.stringify(body)}`)
  return run.parse(body)
}

/** All of a run's log. */
export async function readEvents(url: string, id: string): Promise<Event[]> {
  const all: Event[] = []
  for (;;) {
    const after = all.at(-1)?.seq ?? 0
    const { status, body } = await ask(url, 'GET', `/v1/runs/${id}/events?stream=false&after=${after}`)
    if (status !== 200) throw new Error(`Events of ${id}: ${status} ${JSON.stringify(body)}`)
    const { data } = eventPage.parse(body)
    if (data.length === 0) return all
    all.push(...data)
  }
}

/** @throws with what was answered, unless it went well */
export async function askWell(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await ask(url, method, path, body)
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
  return answer.body
}
