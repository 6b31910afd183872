import { env, exports } from 'cloudflare:workers'
import { expect } from 'vitest'
import * as z from 'zod'
import { runName } from '../../src/runs/names.ts'
import type { RunObject } from '../../src/runs/run-object.ts'
import { fakeHosts, type HostCall } from './hosts.ts'
import { get, jsonRequest, type Key, post } from './world.ts'

const shownTask = z.looseObject({
  id: z.string(),
  status: z.string(),
  agent: z.string().nullable(),
  attempts: z.int(),
  migrations: z.int(),
  cost_usd: z.number(),
  tokens: z.int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
const shownRun = z.looseObject({
  id: z.string(),
  status: z.string(),
  goal: z.string().nullable(),
  partial: z.boolean(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  output: z.unknown(),
  missing: z.array(z.object({ task: z.string(), reason: z.string(), message: z.string().nullable() })),
  usage: z.object({ cost_usd: z.number(), tokens: z.int(), attempts: z.int() }),
  tasks: z.array(shownTask),
})
export type ShownRun = z.infer<typeof shownRun>

export const runIn = async (response: Response) => shownRun.parse(await response.json())

/** Begins a run through the API. */
export async function begin(key: Key, body: object, headers: Record<string, string> = {}): Promise<ShownRun> {
  const response = await post(key, '/v1/runs', body, headers)
  const text = await response.text()
  expect([response.status, text]).toEqual([
    expect.toSatisfy((status) => status === 200 || status === 202),
    text,
  ])
  return shownRun.parse(JSON.parse(text))
}

export const view = async (key: Key, id: string) => runIn(await get(key, `/v1/runs/${id}`))

/** The run as the API shows it when it has ended: waited for beside the API, which lets in so many requests a minute. */
export async function ended(key: Key, id: string, ms = 20_000): Promise<ShownRun> {
  await objectOf(key, id).viewAtEnd(ms)
  return view(key, id)
}

/** Begins a run, and waits for its end. */
export const finished = async (key: Key, body: object) => ended(key, (await begin(key, body)).id)

/** The runtime's own types of stubs lose values of any kind. */
export function objectOf(key: Key, id: string): Pick<RunObject, 'view' | 'viewAtEnd' | 'eventsAfter'> {
  return env.RUNS.getByName(runName(key.tenantId, id))
}

/** The types of the events that were told of a run, or of a task in it. */
export async function told(key: Key, id: string, task?: string): Promise<string[]> {
  const page = await objectOf(key, id).eventsAfter(0, 0)
  const events = (page?.events ?? []).filter((event) => task === undefined || event.task === task)
  return events.map(({ type }) => type)
}

export const statusesOf = (run: ShownRun) =>
  Object.fromEntries(run.tasks.map(({ id, status }) => [id, status]))

/** Registers an agent at an address. */
export async function putAgent(key: Key, id: string, fields: object = {}): Promise<void> {
  const card = {
    name: id,
    kind: 'http',
    url: `https://${id}.example.com/work`,
    skills: [{ id: 'carry' }],
    ...fields,
  }
  const init = { ...jsonRequest(key, card), method: 'PUT' }
  const { status } = await exports.default.fetch(`http://switchyard/v1/agents/${id}`, init)
  expect(status).toBe(201)
}

const offer = z.looseObject({
  task: z.string(),
  input: z.unknown(),
  callback: z.object({ result_url: z.url(), heartbeat_url: z.url(), token: z.string() }),
})
export type Offer = z.infer<typeof offer> & { host: string }

/** Agents that accept what they are given, or answer at once. Returns what they were given. */
export function agentsAt(ids: readonly string[], answer: (call: HostCall) => Response = accept): Offer[] {
  const offers: Offer[] = []
  const hosts = ids.map((id) => [
    `${id}.example.com`,
    (call: HostCall) => {
      offers.push({ ...offer.parse(call.body), host: call.host })
      return answer(call)
    },
  ])
  fakeHosts(Object.fromEntries(hosts))
  return offers
}

const accept = () => new Response(null, { status: 202 })

/** Tells what an agent has to say, with the token it was given. */
export function callBack(url: string, token: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  return exports.default.fetch(`http://switchyard${new URL(url).pathname}`, init)
}
