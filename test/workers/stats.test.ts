import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Sample } from '../../src/core/live.ts'
import { configOf } from '../../src/env.ts'
import { callBegan, callEnded, liveOffers, type LiveScope } from '../../src/http/live-stats.ts'
import { NO_ACCOUNTS } from '../../src/http/own-accounts.ts'
import { upsertOfferMinutes } from '../../src/db/offer-minutes.ts'
import { deleteExpired } from '../../src/record/retention.ts'
import { publishedKey, shardOf, type Snapshot } from '../../src/stats/snapshot.ts'
import { bearer, fetchWith, get, mintKey, watchLogs } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const COOLDOWN_MS = 30_000

/** An isolate of its own, and what it does in the background. */
function isolate(region: string, variables: object = {}) {
  let working: Promise<unknown>[] = []
  const scope: LiveScope = {
    env: { ...env, ...variables },
    region,
    background: (work) => working.push(work),
    caller: { tenantId: 'ten_stats' },
    tenant: { own: NO_ACCOUNTS },
  }
  /** Until nothing goes on any more. */
  async function settled(): Promise<void> {
    while (working.length > 0) await Promise.all(working.splice(0))
  }
  return { scope, settled, background: () => working.length }
}

/** Each test has a region, and so objects, of its own. */
const newRegion = () => crypto.randomUUID()

const KEY = 'acme/acme/large'
const OK = { ok: true } as const
const TIMEOUT = { ok: false, code: 'timeout' } as const

function call(scope: LiveScope, outcome: Sample['outcome'], more: Partial<Sample> = {}): void {
  const now = Date.now()
  callBegan(scope, KEY, now)
  const nothing = { ttftMs: null, tokensPerSecond: null, tokens: 0, costMicroUsd: null }
  callEnded(scope, KEY, { outcome, startedAt: now, ...nothing, ...more }, now)
}

const seen = ({ scope }: { scope: LiveScope }) => liveOffers(scope, Date.now()).get(KEY)
const objectOf = (region: string) => env.STATS.getByName(`${region}:${shardOf(KEY)}`)

function later(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

describe('isolates that share a StatsObject', () => {
  it('agree on a breaker that one of them opened, and on who looks whether the host is well', async () => {
    const region = newRegion()
    const [one, two] = [isolate(region), isolate(region)]
    for (let failed = 0; failed < 5; failed++) call(one.scope, TIMEOUT)
    expect(seen(one)?.admitted).toBe(0)
    await one.settled()
    expect(seen(two)).toBeUndefined()
    await two.settled()
    expect(seen(two)).toMatchObject({ breaker: 'open', admitted: 0, requests: 5, failures: 5 })
    later(COOLDOWN_MS)
    for (const each of [two, one]) {
      expect(seen(each)).toMatchObject({ breaker: 'half-open', admitted: 0 })
      await each.settled()
    }
    expect([seen(one)?.admitted, seen(two)?.admitted]).toEqual([0, 1])
    call(two.scope, OK)
    await two.settled()
    later(1_000)
    seen(one)
    await one.settled()
    expect(seen(one)).toMatchObject({ breaker: 'ramping', requests: 6 })
  })

  it('do not wait for it, and go on alone where it is not reached', async () => {
    const logs = watchLogs()
    const broken = { getByName: () => ({ sync: async () => Promise.reject(new Error('overloaded')) }) }
    const alone = isolate(newRegion(), { STATS: broken })
    for (let failed = 0; failed < 5; failed++) call(alone.scope, TIMEOUT)
    await alone.settled()
    expect(seen(alone)).toMatchObject({ breaker: 'open', requests: 5 })
    expect(logs.lines[0]).toMatchObject({ level: 'warn', text: expect.stringContaining('not shared') })
    later(COOLDOWN_MS)
    expect(seen(alone)).toMatchObject({ breaker: 'half-open', admitted: 1 })
  })

  it('ask once a second at most, however many calls there are', async () => {
    const busy = isolate(newRegion())
    for (let calls = 0; calls < 1_000; calls++) call(busy.scope, OK)
    expect(busy.background()).toBeLessThan(20)
    await busy.settled()
    for (let calls = 0; calls < 1_000; calls++) call(busy.scope, OK)
    expect(busy.background()).toBe(0)
  })
})

const minuteRow = z.object({ requests: z.number(), failures: z.string(), ttft_ms_p50: z.number() })

describe('a StatsObject', () => {
  it('remembers after it left memory, publishes for cold isolates, and sends minutes to D1 once', async () => {
    const region = newRegion()
    const one = isolate(region)
    call(one.scope, OK, { ttftMs: 120 })
    await one.settled()
    later(1_000)
    for (let failed = 0; failed < 5; failed++) call(one.scope, TIMEOUT)
    await one.settled()
    const object = objectOf(region)
    later(60_000)
    expect(await runDurableObjectAlarm(object)).toBe(true)
    await evictDurableObject(object)
    const two = isolate(region)
    seen(two)
    await two.settled()
    expect(seen(two)).toMatchObject({ requests: 6, failures: 5 })

    const text = await env.CONFIG.get(publishedKey({ region, shard: shardOf(KEY) }))
    const published: Snapshot = JSON.parse(text ?? '{}')
    expect(published.offers).toMatchObject([{ key: KEY, offer: { requests: 6 } }])
    const unreachable = { getByName: () => ({ sync: () => new Promise(() => undefined) }) }
    const cold = isolate(region, { STATS: unreachable })
    seen(cold)
    await vi.waitFor(() => expect(seen(cold)?.requests).toBe(6))

    const rows = async () => {
      const query = env.DB.prepare('select * from offer_minutes where region = ?').bind(region)
      return z.array(minuteRow).parse((await query.all()).results)
    }
    await vi.waitFor(async () => expect(await rows()).not.toEqual([]), { timeout: 5_000, interval: 20 })
    const sent = await rows()
    expect(sent.reduce((total, { requests }) => total + requests, 0)).toBe(6)
    expect(sent.at(-1)?.failures).toContain('"timeout":5')
    later(60_000)
    await runDurableObjectAlarm(object)
    expect(await rows()).toEqual(sent)
  })
})

describe('minutes of live figures', () => {
  it('replace themselves when they are told again, and are deleted when they are old', async () => {
    const day = 24 * 60 * 60 * 1_000
    const row = {
      minute: Date.now() - 31 * day,
      region: newRegion(),
      host: 'acme',
      model: 'large',
      requests: 1,
      failures: '{}',
      ttftMsP50: null,
      ttftMsP95: null,
      tokensPerSecondP50: null,
      costMicroUsd: 0,
    }
    const young = { ...row, minute: Date.now() - 29 * day }
    for (const requests of [1, 2]) await upsertOfferMinutes(env.DB, [row, { ...young, requests }])
    await deleteExpired(env.DB, 30, Date.now())
    const query = env.DB.prepare('select minute, requests from offer_minutes where region = ?')
    expect((await query.bind(row.region).all()).results).toEqual([{ minute: young.minute, requests: 2 }])
  })
})

const models = z.object({
  providers: z.array(z.object({ provider: z.string(), health: z.string(), live: z.unknown() })),
})

describe('GET /v1/models', () => {
  it('tells the live figures of offers that were called', async () => {
    const key = await mintKey()
    const variables = { ...env }
    const { scope: here } = isolate('local')
    const scope: LiveScope = { ...here, env: variables, background: () => undefined }
    const now = Date.now()
    const offer = 'openai/openai/gpt-4.1-mini'
    callBegan(scope, offer, now)
    for (let failed = 0; failed < 5; failed++) {
      callBegan(scope, offer, now)
      const outcome = { ok: false, code: 'provider_failed', status: 503 } as const
      const figures = { ttftMs: 100, tokensPerSecond: 20, tokens: 1, costMicroUsd: 1 }
      callEnded(scope, offer, { outcome, startedAt: now, ...figures }, now)
    }
    const answer = await fetchWith(variables, '/v1/models/openai/gpt-4.1-mini', { headers: bearer(key) })
    const { providers } = models.parse(await answer.json())
    expect(providers.find(({ provider }) => provider === 'openai')).toMatchObject({
      health: 'breaker_open',
      live: {
        requests: 5,
        error_rate: 1,
        ttft_ms: { p50: 100, p95: 100 },
        tokens_per_second: 20,
        in_flight: 1,
        breaker: { state: 'open', open_until: expect.any(Number) },
        last_errors: Array.from({ length: 5 }, () => ({ at: now, code: 'provider_failed', status: 503 })),
      },
    })
    const other = models.parse(await (await get(key, '/v1/models/openai/gpt-4.1-nano')).json())
    expect(other.providers.map(({ live }) => live)).toEqual(other.providers.map(() => null))
  })
})

describe('BREAKER', () => {
  it('is said in Portkey’s words, what is not said is as usual', () => {
    const BREAKER = '{"failure_threshold":3,"failure_threshold_percentage":80,"cooldown_interval":500}'
    expect(configOf({ ...env, BREAKER }).breaker).toEqual({
      failureThreshold: 3,
      failureShare: 0.8,
      minimumRequests: 20,
      cooldownMs: 500,
    })
  })

  it.each([
    ['{"failure_threshold":0}', 'failure_threshold'],
    ['{"failure_threshold_percentage":0}', 'failure_threshold_percentage'],
    ['{"cooldown_interval":-1}', 'cooldown_interval'],
    ['{"cooldown":1}', 'cooldown'],
    ['nonsense', 'BREAKER'],
  ])('%s is refused, and named', (BREAKER, path) => {
    expect(() => configOf({ ...env, BREAKER })).toThrow(path)
  })
})
