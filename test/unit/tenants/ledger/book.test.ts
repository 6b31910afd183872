import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Account } from '../../../../src/tenants/ledger/account.ts'
import { Book, type Hold } from '../../../../src/tenants/ledger/book.ts'
import type { LeaseRow } from '../../../../src/tenants/ledger/lending.ts'
import type { Meter } from '../../../../src/tenants/ledger/meter.ts'
import { budget, NOW, rates, wish } from './meters.ts'

const newBook = () => new Book(() => null)
const taken = (meters: readonly Meter[], microUsd: number, tokens = 10) =>
  meters.map(({ id }) => ({ meterId: id, amounts: { microUsd, requests: 1, tokens } }))
/** Less what lies on disk as text. */
const copyOf = <T>(value: T): T => structuredClone(value)

type Step =
  | { do: 'reserve'; worst: number; enough: number; margin: number; user: number }
  | { do: 'settle'; which: number; share: number }
  | { do: 'wait'; ms: number }
  | { do: 'restart' }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('reserve' as const),
      worst: fc.integer({ min: 5, max: 2_000 }),
      enough: fc.integer({ min: 0, max: 300 }),
      margin: fc.integer({ min: 0, max: 50 }),
      user: fc.nat(2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(50),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
)

/** A book that lies on a disk, as the object keeps it. */
function keptBook() {
  const accounts = new Map<string, Account>()
  const holds = new Map<string, Hold>()
  const leases = new Map<string, LeaseRow>()
  const open = () =>
    new Book(
      (id) => copyOf(accounts.get(id) ?? null),
      copyOf([...holds.values()]),
      copyOf([...leases.values()]),
    )
  let book = open()
  return {
    accounts,
    book: () => book,
    keep() {
      const changes = copyOf(book.takeChanges())
      for (const account of changes.accounts) accounts.set(account.meter.id, account)
      for (const hold of changes.holds) holds.set(hold.id, hold)
      for (const id of changes.endedHolds) holds.delete(id)
    },
    restart() {
      book = open()
    },
  }
}

describe('Book', () => {
  it('never promises more than is left, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 10, max: 5_000 }), (steps, max) => {
        const kept = keptBook()
        const open: { id: string; meters: Meter[]; grant: number; margin: number; expiresAt: number }[] = []
        let now = NOW
        let spent = 0
        for (const [index, one] of steps.entries()) {
          if (one.do === 'wait') now += one.ms
          if (one.do === 'restart') kept.restart()
          if (one.do === 'reserve') {
            const meters = [...budget('tenant', max), ...budget(`user:${one.user}`, Math.ceil(max / 2))]
            const expiresAt = now + 60_000
            const { worst: worstMicroUsd, enough: enoughMicroUsd, margin: marginMicroUsd } = one
            const wanted = { worstMicroUsd, enoughMicroUsd, marginMicroUsd, expiresAt }
            const { outcome } = kept.book().reserve(wish(`r${index}`, meters, wanted), now)
            if (outcome.kind === 'granted') {
              const grant = outcome.microUsd ?? Infinity
              expect(grant).toBeLessThanOrEqual(worstMicroUsd)
              open.push({ id: `r${index}`, meters, grant, margin: marginMicroUsd, expiresAt })
            }
          }
          for (const lost of open.filter(({ expiresAt }) => expiresAt <= now)) {
            spent += lost.grant + lost.margin
            open.splice(open.indexOf(lost), 1)
          }
          const [ended] = one.do === 'settle' ? open.splice(one.which % Math.max(1, open.length), 1) : []
          if (ended && one.do === 'settle') {
            const microUsd = Math.floor((ended.grant + ended.margin) * one.share)
            spent += microUsd
            const settlement = { id: ended.id, taken: taken(ended.meters, microUsd) }
            kept.book().settle(settlement, now)
            kept.book().settle(settlement, now)
          }
          kept.book().expire(now)
          kept.keep()
          const held = open.reduce((sum, { grant, margin }) => sum + grant + margin, 0)
          const tenant = kept.accounts.get(budget('tenant', max)[0]?.id ?? '')
          expect(tenant?.spentMicroUsd ?? 0).toBe(spent)
          expect(tenant?.held.microUsd ?? 0).toBe(held)
          for (const { spentMicroUsd, held: holding, meter } of kept.accounts.values()) {
            expect(spentMicroUsd + holding.microUsd).toBeLessThanOrEqual(meter.maxMicroUsd ?? 0)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('grants all that a request may cost where there is plenty, and a share where there is not', () => {
    const meters = budget('tenant', 1_000)
    const grant = (worstMicroUsd: number, enoughMicroUsd: number) => {
      const { outcome } = newBook().reserve(wish('r', meters, { worstMicroUsd, enoughMicroUsd }), NOW)
      return outcome.kind === 'granted' ? outcome.microUsd : null
    }
    expect(grant(125, 10)).toBe(125)
    expect(grant(126, 10)).toBe(125)
    expect(grant(400, 300)).toBe(300)
    expect(grant(9_000, 4_000)).toBe(1_000)
  })

  it('tells money that is spent from money that others hold', () => {
    const book = newBook()
    const meters = budget('key:k', 100)
    const all = { worstMicroUsd: 100, enoughMicroUsd: 100 }
    expect(book.reserve(wish('one', meters, all), NOW).outcome.kind).toBe('granted')
    const waiting = book.reserve(wish('two', meters, all), NOW)
    expect(waiting.outcome).toMatchObject({ kind: 'refused', why: 'held', retryAfterMs: 1_000 })
    book.settle({ id: 'one', taken: taken(meters, 96) }, NOW)
    const over = book.reserve(wish('three', meters), NOW)
    expect(over.outcome).toMatchObject({ why: 'budget', retryAfterMs: null, spentMicroUsd: 96 })
  })

  it('counts requests of a minute and those under way', () => {
    const book = newBook()
    const meters = rates('tenant', { requestsPerMinute: 3, tokensPerMinute: 1_000, parallel: 2 })
    const reserve = (id: string, tokens: number, now: number) =>
      book.reserve(wish(id, meters, { tokens }), now).outcome
    expect(reserve('a', 10, NOW).kind).toBe('granted')
    expect(reserve('b', 10, NOW).kind).toBe('granted')
    expect(reserve('c', 10, NOW)).toMatchObject({ why: 'parallel' })
    book.settle({ id: 'a', taken: taken(meters, 0, 900) }, NOW)
    expect(reserve('d', 91, NOW)).toMatchObject({ why: 'tokens', retryAfterMs: 62_000 })
    expect(reserve('d', 1_001, NOW)).toMatchObject({ why: 'tokens', retryAfterMs: null })
    expect(reserve('d', 90, NOW).kind).toBe('granted')
    book.settle({ id: 'b', taken: taken(meters, 0) }, NOW)
    expect(reserve('e', 0, NOW + 30_000)).toMatchObject({ why: 'requests', retryAfterMs: 32_000 })
    expect(reserve('e', 0, NOW + 62_000).kind).toBe('granted')
  })

  it('gives a request back to the meters it was not counted by in the end', () => {
    const book = newBook()
    const [one, other] = [
      rates('model:a', { requestsPerMinute: 1 }),
      rates('model:b', { requestsPerMinute: 1 }),
    ]
    expect(book.reserve(wish('r', [...one, ...other]), NOW).outcome.kind).toBe('granted')
    book.settle({ id: 'r', taken: taken(other, 0) }, NOW)
    expect(book.reserve(wish('s', one), NOW).outcome.kind).toBe('granted')
    expect(book.reserve(wish('t', other), NOW).outcome.kind).toBe('refused')
  })

  it('tells once that a soft limit was passed, and once that there is no money left', () => {
    const book = newBook()
    const meters = budget('tenant', 100, 50)
    const spend = (id: string, microUsd: number) => {
      book.reserve(wish(id, meters, { worstMicroUsd: microUsd, enoughMicroUsd: microUsd }), NOW)
      return book.settle({ id, taken: taken(meters, microUsd) }, NOW).map(({ type }) => type)
    }
    expect(spend('a', 49)).toEqual([])
    expect(spend('b', 10)).toEqual(['budget.soft_exceeded'])
    expect(spend('c', 38)).toEqual([])
    const refused = () => book.reserve(wish('d', meters), NOW).events
    expect(refused()).toEqual([expect.objectContaining({ type: 'budget.exceeded', spentMicroUsd: 97 })])
    expect(refused()).toEqual([])
  })

  it('answers a request that asks again as it did before', () => {
    const book = newBook()
    const meters = [...budget('tenant', 1_000), ...rates('tenant', { requestsPerMinute: 1 })]
    const first = book.reserve(wish('r', meters), NOW)
    expect(book.reserve(wish('r', meters), NOW)).toEqual(first)
  })
})
