import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { listen } from '../bench/raw-workerd.ts'

/** What agents of either kind can do; those that call back only the first. */
export const SKILL_OF_ALL = 'kill-any'
export const SKILL_OF_QUIET = 'kill-quiet'
/** How soon agents are done that are not silent: at once, later, or after they failed once. */
export const PACES = ['soon', 'soon', 'late', 'failing'] as const

/** A call of a tool or an agent. `effect`: what the tool was told of its effect; null for agents. */
export type OutsideCall = {
  nonce: string
  task: string
  at: number
  effect: string | null
  agent: string | null
}

/** A tool and four agents elsewhere, which go on while Switchyard is killed. */
export type Outside = {
  url: string
  calls(): readonly OutsideCall[]
  /** Results that agents told afterwards, by the status of the answer. */
  callbacks(): ReadonlyMap<number, number>
  close(): void
}

/** Agents by what they do: `never` takes tasks and is silent, `afterwards` says 202 and tells later. */
export const AGENTS = {
  'kill-direct': { skills: [SKILL_OF_ALL, SKILL_OF_QUIET] },
  'kill-other': { skills: [SKILL_OF_ALL, SKILL_OF_QUIET] },
  'kill-never': { skills: [SKILL_OF_ALL, SKILL_OF_QUIET] },
  'kill-afterwards': { skills: [SKILL_OF_ALL] },
} as const

const LATE_MS = 1_500
/** An agent tries so long to tell its result. */
const TELLS_FOR_MS = 120_000

const order = z.object({
  input: z.object({ task: z.string(), nonce: z.string(), from: z.array(z.unknown()), pace: z.enum(PACES) }),
  callback: z.object({ result_url: z.string(), token: z.string() }),
})
type Order = z.infer<typeof order>
type State = { calls: OutsideCall[]; callbacks: Map<number, number>; hasFailed: Set<string>; isOpen: boolean }

export async function startOutside(): Promise<Outside> {
  const state: State = { calls: [], callbacks: new Map(), hasFailed: new Set(), isOpen: true }
  const { server, port } = await listen((request, response) => {
    // Switchyard may be killed midway.
    answer(request, response, state).catch(() => response.destroy())
  })
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => state.calls,
    callbacks: () => state.callbacks,
    close() {
      state.isOpen = false
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const at = Date.now()
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://outside')
  const [, place, first = '', second = ''] = pathname.split('/')
  const said: unknown = JSON.parse((await textOf(request)) || '{}')
  if (place === 'tool') {
    const effect = searchParams.get('effect')
    state.calls.push({ nonce: first, task: second, at, effect, agent: null })
    if (searchParams.has('fails') && failsNow(`${first}/${second}`, state)) return tell(response, 503, {})
    await sleep(20 + 80 * (state.calls.length % 3))
    const { from } = z.object({ from: z.array(z.unknown()) }).parse(said)
    return tell(response, 200, { task: second, from })
  }
  const read = order.safeParse(said)
  if (!read.success)
    return tell(response, 400, { error: { code: 'unreadable', message: read.error.message } })
  const { task, nonce } = read.data.input
  state.calls.push({ nonce, task, at, effect: null, agent: first })
  await work(first, read.data, response, state)
}

async function work(agent: string, ordered: Order, response: ServerResponse, state: State): Promise<void> {
  // The connection stays open until the other side has enough.
  if (agent === 'kill-never') return
  const { task, nonce, from, pace } = ordered.input
  const result = { output: { task, from }, usage: { cost_usd: 0.0001, tokens: 10 } }
  if (agent === 'kill-afterwards') {
    tell(response, 202, {})
    await sleep(pace === 'late' ? LATE_MS : 100)
    return report(ordered.callback, result, state)
  }
  if (pace === 'failing' && failsNow(`${nonce}/${task}`, state)) {
    return tell(response, 500, { error: { code: 'tired', message: 'Not now', retryable: true } })
  }
  if (pace === 'late') await sleep(LATE_MS)
  tell(response, 200, result)
}

async function report(callback: Order['callback'], result: object, state: State): Promise<void> {
  const until = Date.now() + TELLS_FOR_MS
  while (state.isOpen && Date.now() < until) {
    const status = await fetch(callback.result_url, {
      method: 'POST',
      headers: { authorization: `Bearer ${callback.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(result),
      signal: AbortSignal.timeout(5_000),
    }).then(
      async (response) => {
        await response.text()
        return response.status
      },
      () => 0,
    )
    state.callbacks.set(status, (state.callbacks.get(status) ?? 0) + 1)
    if (status > 0 && status < 500) return
    await sleep(400)
  }
}

/** True the first time. */
function failsNow(what: string, { hasFailed }: State): boolean {
  if (hasFailed.has(what)) return false
  hasFailed.add(what)
  return true
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString()
}

function tell(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
