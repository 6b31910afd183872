import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Book } from '../../../../src/tenants/ledger/book.ts'
import { LeaseTable, type LocalHold } from '../../../../src/tenants/ledger/lease-table.ts'
import type { Lent, Told } from '../../../../src/tenants/ledger/lending.ts'
import type { Meter } from '../../../../src/tenants/ledger/meter.ts'
import { budget, NOW, rates, wish } from './meters.ts'

/** An isolate that tells the book, or is told nothing because messages are lost on their way. */
function isolateOf(name: string, book: Book) {
  const table = new LeaseTable(name, NOW)
  const open: { hold: LocalHold; isLocal: boolean; grant: number }[] = []
  return {
    open,
    table,
    /** @returns whether the request may begin */
    begin(id: string, meters: Meter[], worst: number, now: number): boolean {
      const need = { microUsd: worst, requests: 1, tokens: 10 }
      const hold = { id, meters, need, expiresAt: NOW + 10_000_000 }
      if (table.admit(hold, now)) return open.push({ hold, isLocal: true, grant: worst }) > 0
      const told = table.tell(meters, now)
      book.hear(told, now)
      const wanted = wish(id, meters, {
        worstMicroUsd: worst,
        enoughMicroUsd: worst,
        expiresAt: hold.expiresAt,
      })
      const { outcome } = book.reserve(wanted, now)
      const granted = outcome.kind === 'granted' ? outcome.microUsd : null
      table.absorb(told, granted === null ? [] : book.lend(told, now), now, now)
      if (granted === null) return false
      return open.push({ hold, isLocal: false, grant: granted }) > 0
    },
    end(which: number, share: number, now: number): number {
      const [one] = open.splice(which % Math.max(1, open.length), 1)
      if (!one) return 0
      const { hold, isLocal, grant } = one
      const amounts = { microUsd: Math.floor(grant * share), requests: 1, tokens: 10 }
      const taken = hold.meters.map(({ id }) => ({ meterId: id, amounts }))
      if (isLocal) table.settle(hold.id, new Map(taken.map(({ meterId }) => [meterId, amounts])))
      else book.settle({ id: hold.id, taken }, now)
      return amounts.microUsd
    },
    tell(fate: 'told' | 'unheard' | 'unanswered', now: number): void {
      const told = table.tell([], now)
      if (fate === 'unheard') return table.giveUp(told)
      book.hear(told, now)
      const lent = book.lend(told, now)
      if (fate === 'told') table.absorb(told, lent, now, now)
      else table.giveUp(told)
    },
  }
}

const isolate = fc.nat(3)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      isolate,
      worst: fc.integer({ min: 5, max: 60 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      isolate,
      which: fc.nat(50),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      isolate,
      fate: fc.constantFrom('told' as const, 'told' as const, 'unheard' as const, 'unanswered' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
  },
)

describe('LeaseTable', () => {
  it('never lets more be spent than there is, and all that was spent is told in the end', () => {
    let begun = 0
    let local = 0
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 50, maxLength: 300 }),
        fc.integer({ min: 100, max: 100_000 }),
        (steps, max) => {
          const meters = budget('tenant', max)
          const book = new Book(() => null)
          const isolates = [0, 1, 2, 3].map((index) => isolateOf(`i${index}`, book))
          let now = NOW
          let spent = 0
          for (const [index, one] of steps.entries()) {
            const by = one.do === 'wait' ? undefined : isolates[one.isolate]
            if (one.do === 'begin') by?.begin(`r${index}`, meters, one.worst, now)
            if (one.do === 'end') spent += by?.end(one.which, one.share, now) ?? 0
            if (one.do === 'tell') by?.tell(one.fate, now)
            if (one.do === 'wait') {
              // Isolates tell within seconds of any change.
              for (const each of isolates) each.tell('told', now)
              now += one.ms
            }
            const running = isolates.flatMap(({ open }) => open).reduce((sum, { grant }) => sum + grant, 0)
            expect(spent + running).toBeLessThanOrEqual(max)
          }
          for (const each of isolates) {
            begun += each.open.length
            local += each.open.filter(({ isLocal }) => isLocal).length
            while (each.open.length > 0) spent += each.end(0, 1, now)
            each.tell('told', now)
          }
          book.expire(now + 100_000)
          const [left] = book.left(meters, now + 100_000)
          expect(left?.microUsd).toBe(max - spent)
        },
      ),
      { numRuns: 200 },
    )
    expect(local / begun).toBeGreaterThan(0.2)
  })

  it('asks the ledger once, and then goes on by itself while there is plenty', () => {
    const meters = [...budget('tenant', 1_000_000), ...rates('key:k', { requestsPerMinute: 10_000 })]
    const one = isolateOf('i', new Book(() => null))
    expect(one.begin('r0', meters, 100, NOW)).toBe(true)
    for (let at = 1; at <= 50; at += 1) expect(one.begin(`r${at}`, meters, 100, NOW + at)).toBe(true)
    expect(one.open.map(({ isLocal }) => isLocal)).toEqual([false, ...Array.from({ length: 50 }, () => true)])
  })

  it('asks for each request where little is left', () => {
    const meters = budget('tenant', 1_000)
    const one = isolateOf('i', new Book(() => null))
    for (let at = 0; at < 5; at += 1) one.begin(`r${at}`, meters, 100, NOW)
    expect(one.open.map(({ isLocal }) => isLocal)).toEqual([false, false, false, false, false])
  })

  it('does not use what it was lent when it has not been heard of for long, and the ledger takes it back', () => {
    const meters = budget('tenant', 100_000)
    const book = new Book(() => null)
    const one = isolateOf('i', book)
    one.begin('r0', meters, 100, NOW)
    one.end(0, 1, NOW)
    expect(book.left(meters, NOW)[0]?.microUsd).toBeLessThan(99_900)
    expect(meters.map((meter) => one.table.left(meter, NOW)?.microUsd)).toEqual([99_900])
    one.begin('r1', meters, 100, NOW + 25_000)
    expect(one.open.map(({ isLocal }) => isLocal)).toEqual([false])
    one.end(0, 0, NOW + 25_000)
    book.expire(NOW + 60_000)
    expect(book.left(meters, NOW + 60_000)[0]?.microUsd).toBe(99_900)
  })

  it('plans to tell at once where a lease runs low, else a second after it told; and once at a time', () => {
    const meters = budget('tenant', 1_000_000)
    const book = new Book(() => null)
    const one = isolateOf('i', book)
    const { table } = one
    one.begin('r0', meters, 100, NOW)
    expect(table.planTell(NOW)).toBe(null)
    one.begin('r1', meters, 100, NOW + 10)
    expect(table.planTell(NOW + 10)).toBe(NOW + 1_000)
    expect(table.planTell(NOW + 20)).toBe(null)
    const told: Told = table.tell([], NOW + 1_000)
    one.begin('r2', meters, 100, NOW + 1_001)
    expect(table.planTell(NOW + 1_001)).toBe(null)
    const lent: Lent[] = book.lend(told, NOW + 1_002)
    table.absorb(told, lent, NOW + 1_000, NOW + 1_002)
    for (let at = 3; at < 64; at += 1) one.begin(`r${at}`, meters, 100, NOW + 1_003)
    expect(table.planTell(NOW + 1_003)).toBe(NOW + 1_003)
  })
})
