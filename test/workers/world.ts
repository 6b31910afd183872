import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { asc, eq } from 'drizzle-orm'
import { expect, vi } from 'vitest'
import * as z from 'zod'
import { openDb } from '../../src/db/database.ts'
import { type AttemptRow, type DecisionRow, findDecision } from '../../src/db/decisions.ts'
import { attempts } from '../../src/db/schema.ts'
import type { Env } from '../../src/env.ts'
import { sha256Hex } from '../../src/tenants/keys.ts'
import worker from '../../src/worker.ts'

export type Key = { secret: string; id: string; tenantId: string }

export const db = openDb(env.DB)

/** A new key, of a new tenant unless one is named. Tests of one file share storage, so each mints its own. */
export async function mintKey(
  options: {
    tenantId?: string
    scopes?: string
    disabledAt?: number
    expiresAt?: number
    tenantDisabledAt?: number
    secret?: string
  } = {},
): Promise<Key> {
  const id = `key_${crypto.randomUUID()}`
  const { tenantId = `ten_${crypto.randomUUID()}`, secret = `sk-sy-${crypto.randomUUID()}` } = options
  await env.DB.batch([
    env.DB.prepare(
      'insert or ignore into tenants (id, name, created_at, disabled_at) values (?, ?, ?, ?)',
    ).bind(tenantId, 'A tenant', 1, options.tenantDisabledAt ?? null),
    env.DB.prepare(
      'insert into api_keys (hash, id, tenant_id, prefix, scopes, created_at, disabled_at, expires_at) ' +
        'values (?, ?, ?, ?, ?, ?, ?, ?)',
    ).bind(
      await sha256Hex(secret),
      id,
      tenantId,
      secret.slice(0, 10),
      options.scopes ?? 'inference agents admin',
      1,
      options.disabledAt ?? null,
      options.expiresAt ?? null,
    ),
  ])
  return { secret, id, tenantId }
}

export function get(key: Key, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`http://switchyard${path}`, { headers: { ...bearer(key), ...headers } })
}

export function post(
  key: Key,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return exports.default.fetch(`http://switchyard${path}`, jsonRequest(key, body, headers))
}

export function putConfig(
  key: Key,
  document: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const put = { ...jsonRequest(key, document, headers), method: 'PUT' }
  return exports.default.fetch('http://switchyard/v1/config', put)
}

/** A tenant that goes by a document. */
export async function tenantWith(document: object): Promise<Key> {
  const key = await mintKey()
  const answer = await putConfig(key, document)
  expect({ status: answer.status, text: await answer.text() }).toMatchObject({ status: 201 })
  return key
}

export function jsonRequest(key: Key, body: unknown, headers: Record<string, string> = {}) {
  return {
    method: 'POST',
    headers: { ...bearer(key), 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}

export function bearer(key: Key): Record<string, string> {
  return { authorization: `Bearer ${key.secret}` }
}

/** A short question for one model. */
export function ask(model: string, fields: object = {}): object {
  return { model, messages: [{ role: 'user', content: 'Say hello.' }], ...fields }
}

export function chat(
  key: Key,
  model: string,
  fields: object = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return post(key, '/v1/chat/completions', ask(model, fields), headers)
}

/** What is written in `data:` lines, parsed; `[DONE]` stays text. */
export async function eventsOf(response: Response): Promise<unknown[]> {
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: '))
  return lines.map((line) => (line === 'data: [DONE]' ? '[DONE]' : JSON.parse(line.slice('data: '.length))))
}

/** The text that chunks carry, put together. */
export function contentOf(events: readonly unknown[]): string {
  return events.map((event) => textChunk.safeParse(event).data?.choices[0]?.delta.content ?? '').join('')
}

const textChunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().optional() }) })),
})

export function decisionIdOf(response: Response): string {
  return z.string().parse(response.headers.get('x-switchyard-decision-id'))
}

/** A tenant's decision once the queue has brought it to the history. */
export async function recorded(
  key: Key,
  id: string,
): Promise<{ decision: DecisionRow; attempts: AttemptRow[] }> {
  const decision = await vi.waitFor(
    async () => {
      const row = await findDecision(db, { tenantId: key.tenantId, id })
      if (!row) throw new Error(`${id} is not recorded`)
      return row
    },
    { timeout: 8_000, interval: 20 },
  )
  const rows = await db
    .select()
    .from(attempts)
    .where(eq(attempts.decisionId, id))
    .orderBy(asc(attempts.number))
  return { decision, attempts: rows }
}

/** How many rows a query finds: `select count(*) as n …`. */
export async function countOf(sql: string, ...values: unknown[]): Promise<number> {
  return z.number().parse(
    await env.DB.prepare(sql)
      .bind(...values)
      .first('n'),
  )
}

const errorBody = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string().min(1),
    code: z.string().min(1),
    param: z.string().nullable(),
    errors: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })).optional(),
    provider: z.object({}).loose().optional(),
  }),
})

/** The error of a refused request, which must have OpenAI's shape and name its request. */
export async function errorOf(response: Response) {
  z.string().min(1).parse(response.headers.get('x-request-id'))
  return { status: response.status, ...errorBody.parse(await response.json()).error }
}

/** Everything the Worker logs from now on, as text. */
export function watchLogs(): { lines: { level: string; text: string }[] } {
  const lines: { level: string; text: string }[] = []
  for (const level of ['debug', 'info', 'log', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => {
      const text = args.map((arg) => (arg instanceof Error ? String(arg.stack) : JSON.stringify(arg)))
      lines.push({ level, text: text.join(' ') })
    })
  }
  return { lines }
}

/** Asks the Worker as an isolate with other variables would run it, and lets its background work end. */
export async function fetchWith(
  variables: Env,
  path: string,
  init: { method?: string; headers: Record<string, string>; body?: string },
): Promise<Response> {
  const context = createExecutionContext()
  const response = await worker.fetch(new Request(`http://switchyard${path}`, init), variables, context)
  const body = await response.arrayBuffer()
  await waitOnExecutionContext(context)
  return new Response(body.byteLength === 0 ? null : body, response)
}

/** What the Worker is given in tests, without any host's key. */
export const keyless: Env = {
  ...env,
  OPENAI_API_KEY: undefined,
  ANTHROPIC_API_KEY: undefined,
  GEMINI_API_KEY: undefined,
  OPENROUTER_API_KEY: undefined,
}
