import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { bytesOf as base64Bytes } from '../../src/core/base64.ts'
import { orderFor, RUN_ID } from '../unit/runs/orders.ts'
import { agentAt, performed } from './attempts.ts'
import { fakeHosts, type HostCall, sleep } from './hosts.ts'
import { mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const HOST = 'agent.example.com'
const URL_OF_AGENT = `https://${HOST}/work`
const answering = (answer: (call: HostCall) => Response | Promise<Response>) => fakeHosts({ [HOST]: answer })
const asking = async (said: Parameters<typeof orderFor>[1] = {}) =>
  orderFor((await mintKey()).tenantId, { work: 'agent', agent: agentAt('http', URL_OF_AGENT), ...said })

describe('perform, of an agent that is called by HTTP', () => {
  it('posts the task, signed with the secret of the tenant’s webhooks, and takes the result', async () => {
    const key = await mintKey()
    const secret = await secretOf(key)
    const calls = answering(() =>
      Response.json({ output: { 答: 42 }, usage: { cost_usd: 0.002, tokens: 9 }, said: 'more' }),
    )
    const order = orderFor(key.tenantId, {
      work: 'agent',
      agent: agentAt('http', URL_OF_AGENT),
      goal: '六乘七是多少？',
      input: { a: 1 },
      carryOver: { half: 21 },
      idempotencyKey: 'once-1',
    })
    expect((await performed(order)).outcome).toEqual({
      kind: 'succeeded',
      output: { 答: 42 },
      cost: { microUsd: 2_000, tokens: 9, model: null },
    })
    const [call] = calls
    const base = `https://switchyard.example.com/v1/runs/${RUN_ID}/attempts/7`
    expect(call?.body).toMatchObject({
      run: RUN_ID,
      task: 'a',
      attempt: 7,
      goal: '六乘七是多少？',
      input: { a: 1 },
      carry_over: { half: 21 },
      idempotency_key: 'once-1',
      callback: { result_url: `${base}/result`, heartbeat_url: `${base}/heartbeat` },
    })
    expect(call?.headers.get('idempotency-key')).toBe('once-1')
    expect(await isSigned(call, secret)).toBe(true)
  })

  it('waits for who accepts, and is not told more than that', async () => {
    answering(() => new Response(null, { status: 202 }))
    expect((await performed(await asking())).outcome).toMatchObject({ kind: 'accepted' })
  })

  it.each([
    [
      'a final error',
      200,
      { error: { code: 'bad.seed', message: 'No', retryable: false } },
      'bad.seed',
      true,
    ],
    ['an error', 503, { error: { message: 'Later' }, partial: [1] }, 'agent_failed', false],
    ['a failure without words', 500, 'Oops', 'agent_failed', false],
    ['a redirect', 307, null, 'agent_failed', false],
    ['words', 200, 'fine!', 'invalid_output', false],
    ['nothing', 200, { usage: { tokens: 1 } }, 'invalid_output', false],
    ['an output that is an error', 200, { output: 1, error: { message: 'or not' } }, 'invalid_output', false],
    ['less than no tokens', 200, { output: 1, usage: { tokens: -1 } }, 'invalid_output', false],
    ['too much', 200, { output: 'x'.repeat(1_200_000) }, 'invalid_output', false],
  ])('fails with %s', async (_, status, body, code, isFinal) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    answering(() => new Response(text, { status, headers: { location: 'https://elsewhere.example.com/' } }))
    const { outcome } = await performed(await asking())
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code }, isFinal })
  })

  it('asks no address of a network nearby', async () => {
    const calls = answering(() => Response.json({ output: 1 }))
    const agent = agentAt('http', 'https://169.254.169.254/work')
    expect((await performed(await asking({ agent }))).outcome).toMatchObject({
      failure: { code: 'invalid_agent_url' },
    })
    expect(calls).toHaveLength(0)
  })

  it('holds an agent that cannot be reached for lost, so that others are asked', async () => {
    fakeHosts({})
    const { outcome } = await performed(await asking())
    expect(outcome).toMatchObject({ reason: 'lost', isFinal: false })
  })

  it('gives up at its deadline', async () => {
    answering(() => sleep(2_000).then(() => Response.json({ output: 1 })))
    const order = await asking({ deadline: Date.now() + 60 })
    expect((await performed(order)).outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  })
})

async function secretOf(key: Awaited<ReturnType<typeof mintKey>>): Promise<string> {
  const answer = await post(key, '/v1/webhook-secret/rotate', {})
  return z.looseObject({ secret: z.string() }).parse(await answer.json()).secret
}

/** Standard Webhooks, worked out once more. */
async function isSigned(call: HostCall | undefined, secret: string): Promise<boolean> {
  const [id, at, signature] = ['id', 'timestamp', 'signature'].map((name) =>
    call?.headers.get(`webhook-${name}`),
  )
  const bytes = base64Bytes(secret.replace('whsec_', ''))
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify'])
  const signed = new TextEncoder().encode(`${id}.${at}.${JSON.stringify(call?.body)}`)
  return crypto.subtle.verify('HMAC', key, base64Bytes(signature?.replace('v1,', '') ?? ''), signed)
}
