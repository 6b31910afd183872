import { env } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Env } from '../../src/env.ts'
import { app } from '../../src/http/app.ts'
import { signingSecret } from '../../src/http/webhook-secrets.ts'
import { deliver } from '../../src/webhooks/deliver.ts'
import { fakeHosts, type HostCall } from './hosts.ts'
import { ask, countOf, fetchWith, type Key, mintKey, watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

/** As vitest.config.ts sets them. */
const HOST_KEYS = ['sk-openai-0123456789', 'sk-ant-0123456789', 'AIza0123456789', 'sk-or-0123456789']
const ADMIN_KEY = 'operators-own-phrase-77'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZW5fYSJ9.c2lnbmF0dXJlLW9mLWEtdG9rZW4'
const OWN_KEY = 'own.account.without.any.known.shape'
const MASTER = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))

/** Secrets that an answer shows once, when it makes them. */
const MADE = /\b(?:sk-sy-|whsec_)[\w+/=-]{20,}/g

/** Everything that goes through queues, as text. */
function listening(queue: Queue, heard: string[]): Queue {
  return new Proxy(queue, {
    get(target, name) {
      if (name !== 'send') return Reflect.get(target, name)
      return (body: unknown) => {
        heard.push(JSON.stringify(body))
        return target.send(body)
      }
    },
  })
}

/** What a host says that repeats all it was sent, each time in another way. */
function echoing(): (call: HostCall) => Response {
  let calls = 0
  const status = [401, 500, 429, 400, 403, 200, 404, 503]
  return ({ url, headers }) => {
    const proof = [...headers].filter(([name]) => /auth|key/.test(name)).map(([, value]) => value)
    const [key = ''] = proof
    calls += 1
    const said = `No access for ${key} (${JSON.stringify([...headers])}) at ${url}`
    const error = { message: said, type: key, code: key, status: key }
    const echo = { 'x-request-id': key.replace(/^Bearer /, ''), 'x-echo': key }
    if (calls % 3 === 0) {
      const stream = `data: ${JSON.stringify({ error, request_id: key })}\n\n`
      return new Response(stream, { headers: { 'content-type': 'text/event-stream', ...echo } })
    }
    if (calls % 5 === 0) return new Response(said, { status: 502, headers: echo })
    return Response.json(
      { error, request_id: key },
      { status: status[calls % status.length] ?? 500, headers: echo },
    )
  }
}

const HOSTS = [
  'api.openai.com',
  'api.anthropic.com',
  'generativelanguage.googleapis.com',
  'openrouter.ai',
  'own.example.com',
]

/** Everything that is kept: every row of every table, every name and value. */
async function kept(): Promise<string> {
  const { results } = await env.DB.prepare("select name from sqlite_master where type = 'table'").all()
  const tables = z.array(z.object({ name: z.string() })).parse(results)
  const named = tables.filter(({ name }) => !/^(?:sqlite_|_cf_)/.test(name))
  const rows = await Promise.all(named.map(({ name }) => env.DB.prepare(`select * from "${name}"`).all()))
  const { keys } = await env.CONFIG.list()
  const values = await Promise.all(keys.map(async ({ name }) => `${name} ${await env.CONFIG.get(name)}`))
  return JSON.stringify([rows.map((table) => table.results), values])
}

/** Every way into the API, with something in the place of each parameter. */
function ways(tenantId: string): { method: string; path: string }[] {
  const routes = app.routes.filter(({ method }) => !['ALL', 'OPTIONS'].includes(method))
  const filled = (path: string) => path.replace(':tenant', tenantId).replaceAll(PARAMETER, 'openai')
  return routes.map(({ method, path }) => ({ method, path: filled(path) }))
}

const PARAMETER = /:\w+(?:\{[^}]*\})?/g

const BODY = {
  ...ask('openai/gpt-4.1-mini'),
  input: 'Say hello.',
  prompt: 'Say hello.',
  max_tokens: 100,
  api_key: OWN_KEY,
  provider: { order: ['openai'] },
  models: ['anthropic/claude-haiku-4.5', 'google/gemini-2.5-flash'],
}

it(
  'shows no secret in any answer, log line, row, value or message, whatever goes wrong',
  { timeout: 60_000 },
  async () => {
    const queued: string[] = []
    const variables: Env = {
      ...env,
      ADMIN_KEY,
      SECRETS_KEY: `m1:${MASTER}`,
      EVENTS: listening(env.EVENTS, queued),
      BACKGROUND: listening(env.BACKGROUND, queued),
      TRAININGS: listening(env.TRAININGS, queued),
      WEBHOOKS: listening(env.WEBHOOKS, queued),
    }
    const logs = watchLogs()
    const echo = echoing()
    const calls = fakeHosts(Object.fromEntries(HOSTS.map((host) => [host, echo])))
    const { tenantId } = await mintKey()
    const minted: Key[] = []
    const shown = new Set<string>()
    const said: string[] = []

    /** One request, of a key that has not reached its rate. */
    async function send(method: string, path: string, body: string | null, proof?: string): Promise<void> {
      const key = await mintKey({ tenantId })
      minted.push(key)
      const headers = { authorization: `Bearer ${proof ?? key.secret}`, 'content-type': 'application/json' }
      const answer = await fetchWith(variables, path, { method, headers, ...(body !== null && { body }) })
      const text = `${JSON.stringify([...answer.headers])}${await answer.text()}`
      const isMaking = answer.ok && method === 'POST' && /keys|rotate|tenants/.test(path)
      for (const [secret] of isMaking ? text.matchAll(MADE) : []) shown.add(secret)
      said.push(isMaking ? text.replaceAll(MADE, '') : text)
    }

    const webhookSecret = await signingSecret(variables, tenantId)
    for (const host of ['openai', 'anthropic']) {
      const base = host === 'openai' ? { base_url: 'https://own.example.com/v1' } : {}
      await send('PUT', `/v1/providers/${host}`, JSON.stringify({ api_key: OWN_KEY, ...base }))
    }
    const event = { id: 'evt', tenantId, url: 'https://own.example.com/', type: 'a.b', data: {} }
    await deliver(variables, event, Date.now())
    for (const { method, path } of ways(tenantId)) {
      const takesBody = method !== 'GET' && method !== 'DELETE'
      const body = takesBody ? JSON.stringify(BODY) : null
      await send(method, path, body)
      await send(method, path, body, JWT)
      await send(method, path, body, ADMIN_KEY)
      if (!takesBody) continue
      await send(method, path, JSON.stringify({ ...BODY, stream: true, model: 'google/gemini-2.5-flash' }))
      await send(method, path, `{"key": ${OWN_KEY}`)
      await send(method, path, JSON.stringify({ api_key: OWN_KEY, secret: OWN_KEY, no_such_field: true }))
    }
    await vi.waitFor(async () => {
      const recorded = await countOf('select count(*) as n from decisions where tenant_id = ?', tenantId)
      expect(recorded).toBeGreaterThan(5)
    }, 10_000)

    const planted = [
      ...minted.map(({ secret }) => secret),
      ...shown,
      ...HOST_KEYS,
      ADMIN_KEY,
      JWT,
      OWN_KEY,
      MASTER,
      webhookSecret,
    ]
    const places = {
      answers: said.join('\n'),
      'the log': logs.lines.map(({ text }) => text).join('\n'),
      'what is kept': await kept(),
      queues: queued.join('\n'),
    }
    const leaks = Object.entries(places).flatMap(([place, text]) =>
      planted.flatMap((secret) =>
        [secret, btoa(secret)].filter((form) => text.includes(form)).map((form) => [place, form]),
      ),
    )
    expect(leaks).toEqual([])
    // That there was something to find: hosts were shown their keys, and what they said was passed on.
    expect(
      calls.filter(({ headers }) => headers.get('authorization') === `Bearer ${OWN_KEY}`).length,
    ).toBeGreaterThan(3)
    expect(new Set(calls.map(({ host }) => host)).size).toBeGreaterThan(2)
    for (const text of Object.values(places)) expect(text.length).toBeGreaterThan(1_000)
    expect(places.answers).toContain('No access for [redacted]')
    expect(shown.size).toBeGreaterThan(1)
  },
)
