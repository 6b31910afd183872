import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { SharedTable } from '../../../src/stats/shared-table.ts'
import type { LiveTable } from '../../../src/stats/live-table.ts'
import {
  call,
  COOLDOWN,
  exchange,
  isolate,
  KEY,
  OK,
  sample,
  seen,
  sharedTable,
  START,
  TIMEOUT,
} from './world.ts'

/** Two isolates, of which one has seen a host fail five times in a row and told so. */
function outage() {
  const shared = sharedTable()
  const [one, two] = [isolate('one'), isolate('two')]
  call(two, OK, START)
  exchange(two, shared, START)
  for (let failed = 0; failed < 5; failed++) call(one, TIMEOUT, START)
  exchange(one, shared, START)
  return { shared, one, two, half: START + COOLDOWN }
}

const admitted = (tables: readonly LiveTable[], now: number) =>
  tables.map((table) => seen(table, now)?.admitted)

describe('two isolates', () => {
  it('agree on an open breaker', () => {
    const { shared, one, two } = outage()
    expect(seen(two, START + 10)?.breaker).toBe('closed')
    exchange(two, shared, START + 10)
    expect(seen(two, START + 10)).toMatchObject({ breaker: 'open', admitted: 0, openUntil: START + COOLDOWN })
    expect(seen(one, START + 10)).toMatchObject({ breaker: 'open', openUntil: START + COOLDOWN })
  })

  it('agree on it also when one has good news to tell from before', () => {
    const { shared, one, two } = outage()
    two.callEnded(KEY, sample(OK, START - 10), START + 5)
    exchange(two, shared, START + 10)
    exchange(one, shared, START + 20)
    for (const table of [one, two]) expect(seen(table, START + 20)?.breaker).toBe('open')
    two.callEnded(KEY, sample(OK, START - 5), START + 30)
    const delta = two.takeDelta(START + 31)
    two.callEnded(KEY, sample(OK, START - 5), START + 32)
    two.absorb(delta, shared.sync(delta, START + 33), START + 33)
    exchange(two, shared, START + 34)
    exchange(one, shared, START + 35)
    for (const table of [one, two]) expect(seen(table, START + 35)?.breaker).toBe('open')
  })

  it('are not misled by those who had not heard of it, but by a call that was dared', () => {
    const { shared, one, two } = outage()
    call(two, OK, START + 5)
    exchange(two, shared, START + 10)
    exchange(one, shared, START + 10)
    for (const table of [one, two]) expect(seen(table, START + 10)?.breaker).toBe('open')
    call(two, OK, START + 20)
    exchange(two, shared, START + 20)
    exchange(one, shared, START + 20)
    for (const table of [one, two]) expect(seen(table, START + 20)?.breaker).toBe('ramping')
  })

  it('never look at once: who may is told, the other waits, and both recover together', () => {
    const { shared, one, two, half } = outage()
    exchange(two, shared, half)
    exchange(one, shared, half)
    expect(admitted([one, two], half + 1)).toEqual([0, 1])
    two.callBegan(KEY, half + 2)
    expect(two.isDue(half + 2)).toBe(true)
    exchange(two, shared, half + 2)
    exchange(one, shared, half + 10_000)
    expect(admitted([one, two], half + 10_000)).toEqual([0, 0])
    two.callEnded(KEY, sample(OK, half + 2), half + 10_500)
    expect(two.isDue(half + 10_500)).toBe(true)
    exchange(two, shared, half + 10_500)
    exchange(one, shared, half + 10_500)
    expect(admitted([one, two], half + 10_500)).toEqual([0.1, 0.1])
    expect(admitted([one, two], half + 10_500 + COOLDOWN / 2)).toEqual([1, 1])
  })

  it('take turns when one does not use its right, and gets a longer one when nobody else wants it', () => {
    const { shared, one, two, half } = outage()
    exchange(two, shared, half)
    expect(admitted([two], half + 1_999)).toEqual([1])
    expect(admitted([two], half + 2_001)).toEqual([0])
    exchange(two, shared, half + 10_000)
    expect(admitted([two], half + 20_000)).toEqual([1])
    exchange(one, shared, half + 20_000)
    expect(admitted([one], half + 20_000)).toEqual([0])
    exchange(two, shared, half + 25_000)
    expect(admitted([two], half + 25_001)).toEqual([1])
    exchange(one, shared, half + 28_001)
    expect(admitted([one, two], half + 28_001)).toEqual([1, 0])
  })

  it('pass the right on when the call that looked was given up, or its isolate is gone', () => {
    const { shared, one, two, half } = outage()
    exchange(two, shared, half)
    two.callBegan(KEY, half)
    exchange(two, shared, half)
    two.callEnded(KEY, sample(null, half), half + 100)
    exchange(two, shared, half + 100)
    two.callBegan(KEY, half + 200)
    exchange(two, shared, half + 200)
    exchange(one, shared, half + 30_000)
    expect(admitted([one], half + 30_000)).toEqual([0])
    exchange(one, shared, half + 30_201)
    expect(admitted([one], half + 30_201)).toEqual([1])
  })

  it('count each other’s calls on their way, until one is silent for half a minute', () => {
    const { shared, one, two } = outage()
    two.callBegan(KEY, START)
    exchange(two, shared, START)
    exchange(one, shared, START)
    expect(seen(one, START)?.inFlight).toBe(1)
    expect(seen(two, START)?.inFlight).toBe(1)
    exchange(one, shared, START + 30_000)
    expect(seen(one, START + 30_000)?.inFlight).toBe(0)
  })
})

describe('a shared table', () => {
  it('is the same after it was stored and restored', () => {
    const { shared } = outage()
    shared.roll(START + 61_000)
    const again = new SharedTable(structuredClone(shared.stored()))
    expect(again.stored()).toEqual(shared.stored())
    expect(again.published(START + 61_000)).toEqual(shared.published(START + 61_000))
    expect(again.finishedMinutes(START + 61_000)).toHaveLength(1)
  })

  it('tells the quantiles of everybody’s values, within a second of many', () => {
    const shared = sharedTable()
    const [one, two] = [isolate('one'), isolate('two')]
    for (let ms = 1; ms <= 400; ms++) {
      call(ms % 2 === 0 ? one : two, OK, START, { ttftMs: ms, tokensPerSecond: 1_000 - ms })
      if (ms % 50 === 0) for (const table of [one, two]) exchange(table, shared, START + ms)
    }
    for (const table of [one, two]) exchange(table, shared, START + 1_100)
    for (const table of [one, two]) {
      const offer = seen(table, START + 1_100)
      expect(Math.abs((offer?.ttftMs?.p50 ?? 0) - 200)).toBeLessThanOrEqual(8)
      expect(Math.abs((offer?.ttftMs?.p95 ?? 0) - 380)).toBeLessThanOrEqual(8)
      expect(Math.abs((offer?.tokensPerSecond ?? 0) - 800)).toBeLessThanOrEqual(8)
    }
  })

  it('gives a cold isolate what was published, until it hears more', () => {
    const { shared } = outage()
    const cold = isolate('cold')
    cold.absorbPublished(shared.published(START + 1_000), START + 20_000)
    expect(seen(cold, START + 20_000)).toMatchObject({ breaker: 'open', requests: 6 })
    exchange(cold, shared, START + 20_000)
    cold.absorbPublished(sharedTable().published(START + 20_000), START + 20_000)
    expect(seen(cold, START + 20_000)?.requests).toBe(6)
    const late = isolate('late')
    late.absorbPublished(shared.published(START), START + 300_001)
    expect(seen(late, START + 300_001)).toBeUndefined()
  })

  it('tells of the last five to ten minutes, and forgets offers nobody calls', () => {
    const shared = sharedTable()
    const table = isolate('one')
    call(table, OK, START)
    exchange(table, shared, START)
    call(table, OK, START + 300_000)
    exchange(table, shared, START + 300_000)
    expect(shared.published(START + 300_000).offers[0]?.offer.requests).toBe(2)
    shared.roll(START + 600_000)
    expect(shared.published(START + 600_000).offers[0]?.offer.requests).toBe(1)
    shared.roll(START + 900_000)
    expect(shared.published(START + 900_000).offers).toEqual([])
  })

  it('finishes minutes with something in them, and keeps them until they are taken away', () => {
    const shared = sharedTable()
    const table = isolate('one')
    call(table, OK, START, { ttftMs: 300, tokensPerSecond: 40, costMicroUsd: 12 })
    call(table, { ok: false, code: 'provider_auth' }, START)
    exchange(table, shared, START + 59_000)
    expect(shared.finishedMinutes(START + 59_999)).toEqual([])
    expect(shared.nextWorkAt(START)).toBe(START + 60_000)
    const finished = shared.finishedMinutes(START + 60_000)
    expect(finished).toEqual([
      {
        version: 1,
        type: 'minute',
        region: 'EU',
        minute: START,
        offers: [
          {
            host: 'acme',
            model: 'acme/large',
            requests: 2,
            failures: { provider_auth: 1 },
            ttftMs: { p50: 300, p95: 300 },
            tokensPerSecond: 40,
            costMicroUsd: 12,
          },
        ],
      },
    ])
    for (const entry of finished) shared.takenAway(entry)
    expect(shared.finishedMinutes(START + 600_000)).toEqual([])
    expect(shared.nextWorkAt(START + 600_000)).toBeNull()
  })

  it('holds no more offers than fit what it is stored in', () => {
    const shared = sharedTable()
    const table = isolate('one')
    for (let model = 0; model < 120; model++) {
      for (let calls = 0; calls < 400; calls++) {
        const key = `acme/a-model-with-a-rather-long-name-${model}`
        table.callEnded(
          key,
          sample(OK, START, { ttftMs: calls * 1.234, tokensPerSecond: calls * 1.1 }),
          START,
        )
      }
    }
    exchange(table, shared, START)
    shared.roll(START + 300_000)
    for (let model = 0; model < 120; model++) {
      for (let calls = 0; calls < 400; calls++) {
        const key = `acme/a-model-with-a-rather-long-name-${model}`
        table.callEnded(key, sample(OK, START, { ttftMs: calls * 1.3, tokensPerSecond: calls * 1.7 }), START)
      }
    }
    exchange(table, shared, START + 300_000)
    const stored = shared.stored()
    expect(stored.offers).toHaveLength(100)
    expect(serialize(stored).byteLength).toBeLessThan(2_000_000)
  })
})
