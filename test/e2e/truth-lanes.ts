import { inject } from 'vitest'
import * as z from 'zod'
import { CATALOG } from '../../src/route/catalog/index.ts'
import { DEV_KEY } from '../../src/dev/seed.ts'
import type { Wire } from './truth-faults.ts'
import type { Protocol } from './truth-protocols.ts'

/** One model at one host, used by one call at a time: its faults meet that call and no other. */
export type Lane = { host: string; modelId: string; hostModelId: string; contextWindow: number }

/** Hosts that a protocol is answered by, and in which wire format they are asked. */
export type Kind = {
  name: string
  host: string
  models: RegExp
  wire(protocol: Protocol): Wire
  /** Which protocols reach it so. */
  protocols: readonly Protocol['name'][]
  /** Whether tools are always offered: some models are then asked in another format. */
  offersTools?: true
}

/** Answers for whoever fails. Nothing ever goes wrong with it, so everybody may ask it at once. */
export const SPARE: Lane = {
  host: 'google',
  modelId: 'google/gemini-2.5-pro',
  hostModelId: 'gemini-2.5-pro',
  contextWindow: 1_048_576,
}

export const KINDS: readonly Kind[] = [
  {
    name: 'OpenAI',
    host: 'openai',
    models: /^(?:gpt-4|gpt-5$|gpt-5-nano)/,
    wire: ({ name }) => (name === 'responses' ? 'responses' : 'chat'),
    protocols: ['chat', 'responses', 'messages'],
  },
  {
    name: 'OpenAI, thinking with tools',
    host: 'openai',
    models: /^gpt-(?:5\.[456]|6)/,
    wire: () => 'responses',
    protocols: ['chat', 'messages'],
    offersTools: true,
  },
  {
    name: 'Anthropic',
    host: 'anthropic',
    models: /^claude/,
    wire: () => 'messages',
    protocols: ['chat', 'responses', 'messages'],
  },
  {
    name: 'Google',
    host: 'google',
    models: /^gemini-(?:3|2\.5-flash)/,
    wire: () => 'google',
    protocols: ['chat', 'responses', 'messages'],
  },
  {
    name: 'Mistral',
    host: 'mistral',
    models: /^(?:mistral-large|mistral-medium-2508|mistral-small-2506|ministral)/,
    wire: () => 'chat',
    protocols: ['chat', 'responses'],
  },
]

export const PATHS: Readonly<Record<Wire, RegExp>> = {
  chat: /\/chat\/completions$/,
  responses: /\/responses$/,
  messages: /\/messages$/,
  google: /ateContent$/,
}

const free = new Map<string, Lane[]>(KINDS.map((kind) => [kind.name, lanesOf(kind)]))
const waiting = new Map<string, ((lane: Lane) => void)[]>(KINDS.map(({ name }) => [name, []]))

function lanesOf({ host, models }: Kind): Lane[] {
  return CATALOG.flatMap(({ id, contextWindow, offers }) =>
    offers
      .filter((offer) => offer.host === host && models.test(offer.hostModelId))
      .map(({ hostModelId }) => ({ host, modelId: id, hostModelId, contextWindow })),
  )
}

/** Every lane, while nobody uses one. */
export function allLanes(): readonly Lane[] {
  return [...free.values()].flat()
}

/** Does something on a lane that nobody else uses meanwhile. */
export async function onLane<T>({ name }: Kind, work: (lane: Lane) => Promise<T>): Promise<T> {
  const lane =
    free.get(name)?.shift() ?? (await new Promise<Lane>((resolve) => waiting.get(name)?.push(resolve)))
  try {
    return await work(lane)
  } finally {
    const next = waiting.get(name)?.shift()
    if (next) next(lane)
    else free.get(name)?.push(lane)
  }
}

const control = (what: 'faults' | 'calls') => `${inject('hostsUrl')}/_control/${what}`

/** The next call of a lane meets this fault. */
export async function scriptOnce({ host, hostModelId }: Lane, fault: object): Promise<void> {
  const body = JSON.stringify({ ...fault, host, model: hostModelId, times: 1 })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(control('faults'), { method: 'POST', headers, body })
  const reply = await response.text()
  if (!response.ok) throw new Error(reply)
}

const journal = z.object({
  calls: z.array(
    z.object({
      host: z.string(),
      model: z.string(),
      path: z.string(),
      at: z.number(),
      fault: z.string().nullable(),
      aborted: z.boolean(),
    }),
  ),
})
export type LaneCall = z.infer<typeof journal>['calls'][number]

/** What a lane was asked since a time (Unix ms), as its host saw it. */
export async function callsOf({ host, hostModelId }: Lane, since: number): Promise<readonly LaneCall[]> {
  const { calls } = journal.parse(await (await fetch(control('calls'))).json())
  return calls.filter((call) => call.host === host && call.model === hostModelId && call.at >= since)
}

/** No fault waits any more. */
export async function clearFaults(): Promise<void> {
  await fetch(control('faults'), { method: 'DELETE' })
}

/** Sends a request to a lane alone, or to whoever else `elsewhere` names. */
export async function send(
  { path, name }: Protocol,
  { modelId, host }: Lane,
  body: object,
  options: { elsewhere?: object; signal?: AbortSignal; requestId?: string } = {},
): Promise<Response> {
  const { signal, requestId } = options
  const own = { provider: { only: [host], allow_fallbacks: false } }
  return fetch(`${inject('switchyardUrl')}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(name === 'messages' ? { 'x-api-key': DEV_KEY } : { authorization: `Bearer ${DEV_KEY}` }),
      ...(requestId !== undefined && { 'x-request-id': requestId }),
    },
    body: JSON.stringify({ model: modelId, num_retries: 0, ...body, ...(options.elsewhere ?? own) }),
    ...(signal && { signal }),
  })
}

/** The data of a stream's events. @throws where an event's name is not its data's type */
export function eventsIn(text: string): string[] {
  if (text !== '' && !text.endsWith('\n\n')) throw new Error(`An event is cut off: ${text.slice(-200)}`)
  return text.split('\n\n').flatMap((frame) => {
    const lines = frame.split('\n')
    const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length)
    if (data === undefined) return []
    const event = lines.find((line) => line.startsWith('event: '))?.slice('event: '.length)
    if (event !== undefined && !data.includes(`"type":"${event}"`)) throw new Error(`${event}: ${data}`)
    return data
  })
}
