import { createParser } from 'eventsource-parser'
import {
  startSimulatedHosts,
  type SimulatedHosts,
  type SimulatedModel,
} from '../../../src/dev/hosts/server.ts'

const quick = { ttftMs: 200, tokensPerSecond: 100 }

export const models: readonly SimulatedModel[] = [
  { host: 'openai', hostModelId: 'able', ability: 0.95, ...quick },
  { host: 'openai', hostModelId: 'weak', ability: 0.3, ...quick },
  { host: 'openai', hostModelId: 'thinker', ability: 0.9, reasoning: true, ...quick },
  { host: 'openai', hostModelId: 'gpt-5-mini', ability: 0.9, reasoning: true, ...quick },
  { host: 'deepseek', hostModelId: 'deepseek-chat', ability: 0.9, ...quick },
  { host: 'openrouter', hostModelId: 'any/thinker', ability: 0.9, reasoning: true, ...quick },
  { host: 'groq', hostModelId: 'meta/fast', ability: 0.6, reasoning: true, ...quick },
  { host: 'anthropic', hostModelId: 'claude', ability: 0.9, reasoning: true, ...quick },
  { host: 'google', hostModelId: 'gemini', ability: 0.9, reasoning: true, ...quick },
  { host: 'google', hostModelId: 'gemini-2.5-flash', ability: 0.9, reasoning: true, ...quick },
  { host: 'google', hostModelId: 'gemini-3-flash', ability: 0.9, reasoning: true, ...quick },
]

/** One question in three formats. */
export const prompt = 'What is the weather in Taipei?'
export const chat = { model: 'able', messages: [{ role: 'user', content: prompt }] }
export const claude = { model: 'claude', max_tokens: 500, messages: [{ role: 'user', content: prompt }] }
export const gemini = { contents: [{ role: 'user', parts: [{ text: prompt }] }] }

/** Runs a test against hosts without latency, and closes them. */
export async function withHosts(
  test: (hosts: SimulatedHosts) => Promise<void>,
  timeScale = 0,
): Promise<void> {
  const hosts = await startSimulatedHosts({ port: 0, models, timeScale })
  try {
    await test(hosts)
  } finally {
    await hosts.close()
  }
}

const KEYS = {
  authorization: 'Bearer sk-simulated',
  'x-api-key': 'sk-simulated',
  'x-goog-api-key': 'sk-simulated',
}

export function post(url: string, body: unknown, headers: Record<string, string> = KEYS): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** The JSON of a body. */
export async function json(response: Promise<Response>) {
  return JSON.parse(await (await response).text())
}

/** The status and the message of a host's refusal. */
export async function refusal(response: Promise<Response>): Promise<{ status: number; message: string }> {
  const { status } = await response
  const { error } = await json(response)
  return { status, message: error.message }
}

/** Two tools with subjects of their own, and a prompt that names both. */
export const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
export const twoTools = [
  { name: 'get_weather', description: 'The weather in a city' },
  { name: 'get_time', description: 'The time in a city' },
]
export const twoSubjects = 'What are the weather and the time in Taipei?'
/** One pixel. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII='

export async function script(hosts: SimulatedHosts, faults: unknown): Promise<Response> {
  return post(`${hosts.url}/_control/faults`, faults)
}

/** The data of every event in a body; `[DONE]` is kept as it is. */
export function eventsIn(body: string): string[] {
  const events: string[] = []
  createParser({ onEvent: ({ data }) => events.push(data) }).feed(body)
  return events
}

/** The strings (or other values) at a path in every JSON document that has it, e.g. `choices.0.delta.content`. */
export function valuesAt(documents: readonly string[], path: string): unknown[] {
  const parsed = documents.filter((document) => document !== '[DONE]').map((document) => JSON.parse(document))
  const values = parsed.map((document) => path.split('.').reduce((at, key) => at?.[key], document))
  return values.filter((value) => value !== undefined && value !== null)
}

/** What was received of a body before its connection broke, and whether it broke. */
export async function received(response: Response): Promise<{ text: string; broken: boolean }> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true })
    return { text, broken: false }
  } catch {
    return { text, broken: true }
  }
}
