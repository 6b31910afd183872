import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

describe('an isolate’s own calls', () => {
  it('are seen at once: counts, quantiles, errors, what is on its way', () => {
    const table = isolate('one')
    for (const ttftMs of [100, 200, 300, 400, 500]) {
      call(table, OK, START, { ttftMs, tokensPerSecond: 50, tokens: 30, costMicroUsd: 7 })
    }
    call(table, { ok: false, code: 'provider_failed', status: 503 }, START + 1)
    call(table, { ok: false, code: 'provider_rejected', status: 400 }, START + 2)
    call(table, null, START + 3)
    table.callBegan(KEY, START + 4)
    expect(seen(table, START + 5)).toEqual({
      requests: 7,
      failures: 1,
      ttftMs: { p50: 300, p95: 500 },
      tokensPerSecond: 50,
      peakTtftMs: expect.closeTo(500, 0),
      inFlight: 1,
      requestsPerMinute: 9,
      tokensPerMinute: 150,
      breaker: 'closed',
      admitted: 1,
      openUntil: null,
      lastErrors: [
        { at: START + 2, code: 'provider_rejected', status: 400 },
        { at: START + 1, code: 'provider_failed', status: 503 },
      ],
    })
  })

  it('are no more than the last minute’s where minutes are counted, and forgotten after ten', () => {
    const table = isolate('one')
    call(table, OK, START, { tokens: 10 })
    expect(seen(table, START + 66_000)).toMatchObject({
      requests: 1,
      requestsPerMinute: 0,
      tokensPerMinute: 0,
    })
    expect(seen(table, START + 601_000)).toBeUndefined()
  })

  it('open its breaker at once, which is to be told at once', () => {
    const table = isolate('one')
    const shared = sharedTable()
    call(table, OK, START)
    exchange(table, shared, START)
    for (let failed = 0; failed < 4; failed++) call(table, TIMEOUT, START + 10)
    expect(table.isDue(START + 10)).toBe(false)
    call(table, TIMEOUT, START + 10)
    expect(seen(table, START + 10)).toMatchObject({
      breaker: 'open',
      admitted: 0,
      openUntil: START + 10 + COOLDOWN,
    })
    expect(table.isDue(START + 10)).toBe(true)
  })

  it('say nothing of the time after an outage that they began before', () => {
    const table = isolate('one')
    for (let failed = 0; failed < 5; failed++) call(table, TIMEOUT, START)
    call(table, OK, START + COOLDOWN)
    for (let late = 0; late < 50; late++) {
      table.callEnded(KEY, sample(TIMEOUT, START - 1), START + COOLDOWN + 1_000)
    }
    expect(seen(table, START + COOLDOWN + 1_000)?.breaker).toBe('ramping')
    expect(seen(table, START + 2 * COOLDOWN)).toMatchObject({ breaker: 'closed', admitted: 1 })
  })
})

describe('an isolate that is not answered', () => {
  it('goes on alone, and looks by itself after three seconds', () => {
    const table = isolate('one')
    for (let failed = 0; failed < 5; failed++) call(table, TIMEOUT, START)
    table.giveUp(table.takeDelta(START), START)
    const well = START + COOLDOWN
    expect(seen(table, well)).toMatchObject({ breaker: 'half-open', admitted: 1 })
    table.callBegan(KEY, well)
    expect(seen(table, well)).toMatchObject({ admitted: 0, inFlight: 1 })
    table.callEnded(KEY, sample(OK, well), well + 100)
    expect(seen(table, well + 100)?.breaker).toBe('ramping')
  })

  it('does not look by itself while an answer may still come', () => {
    const table = isolate('one')
    const shared = sharedTable()
    for (let failed = 0; failed < 5; failed++) call(table, TIMEOUT, START)
    exchange(table, shared, START)
    const well = START + COOLDOWN
    table.takeDelta(well)
    expect(seen(table, well + 2_999)).toMatchObject({ breaker: 'half-open', admitted: 0 })
    expect(seen(table, well + 3_000)?.admitted).toBe(1)
  })

  it('asks again after ten seconds, and loses nothing that it has to tell', () => {
    const table = isolate('one')
    const shared = sharedTable()
    call(table, OK, START, { ttftMs: 10 })
    const lost = table.takeDelta(START)
    call(table, TIMEOUT, START + 500)
    expect(table.isDue(START + 9_999)).toBe(false)
    expect(table.isDue(START + 10_000)).toBe(true)
    exchange(table, shared, START + 10_000)
    table.absorb(lost, shared.published(START), START + 10_001)
    const other = isolate('two')
    exchange(other, shared, START + 10_000)
    for (const one of [table, other]) {
      expect(seen(one, START + 10_000)).toMatchObject({ requests: 2, failures: 1, requestsPerMinute: 2 })
    }
  })

  it('keeps figures of the last spans only', () => {
    const table = isolate('one')
    for (let minute = 0; minute < 60; minute++) call(table, OK, START + minute * 60_000)
    const requests = seen(table, START + 59 * 60_000)?.requests
    expect(requests).toBeGreaterThanOrEqual(5)
    expect(requests).toBeLessThanOrEqual(11)
  })

  it('knows a hundred offers of a shard at most', () => {
    const table = isolate('one')
    for (let model = 0; model < 1_000; model++) table.callBegan(`acme/m${model}`, START + model)
    const offers = new Map()
    table.observe(offers, START + 1_000)
    expect(offers.size).toBe(100)
    expect(offers.has('acme/m999')).toBe(true)
  })
})

describe('when to tell and to ask', () => {
  it('is once a second with something to tell, every five seconds without', () => {
    const table = isolate('one')
    const shared = sharedTable()
    expect(table.isDue(START)).toBe(true)
    exchange(table, shared, START)
    expect(table.isDue(START + 4_999)).toBe(false)
    expect(table.isDue(START + 5_000)).toBe(true)
    call(table, OK, START)
    expect(table.isDue(START + 999)).toBe(false)
    expect(table.isDue(START + 1_000)).toBe(true)
  })
})

type Step = { who: 0 | 1 | 2; what: 'ok' | 'ill' | 'begin' | 'exchange' | 'lose'; ttftMs: number }

describe('isolates that share a table', () => {
  const step = fc.record<Step>({
    who: fc.constantFrom(0, 1, 2),
    what: fc.constantFrom('ok', 'ok', 'ok', 'ill', 'begin', 'exchange', 'lose'),
    ttftMs: fc.integer({ min: 1, max: 10_000 }),
  })

  it('know the same once all have told: what happened anywhere, each call once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const shared = sharedTable()
        const tables = [isolate('a'), isolate('b'), isolate('c')]
        const count = { requests: 0, failures: 0, begun: 0, inFlight: 0 }
        steps.forEach(({ who, what, ttftMs }, at) => {
          const table = tables[who] ?? isolate('none')
          const now = START + at
          if (what === 'exchange') exchange(table, shared, now)
          else if (what === 'lose') table.giveUp(table.takeDelta(now), now)
          else {
            table.callBegan(KEY, now)
            count.begun += 1
            if (what === 'begin') count.inFlight += 1
            else table.callEnded(KEY, sample(what === 'ok' ? OK : TIMEOUT, now, { ttftMs }), now)
            if (what !== 'begin') count.requests += 1
            if (what === 'ill') count.failures += 1
          }
        })
        const now = START + 1_000
        for (let round = 0; round < 2; round++) for (const table of tables) exchange(table, shared, now)
        const [first, ...others] = tables.map((table) => seen(table, now))
        for (const other of others) expect(other).toEqual(first)
        if (count.begun === 0) return
        expect(first).toMatchObject({
          requests: count.requests,
          failures: count.failures,
          inFlight: count.inFlight,
          requestsPerMinute: count.begun,
        })
      }),
    )
  })
})
