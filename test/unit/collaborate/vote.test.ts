import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Ballot,
  decidedWinner,
  isClearMajority,
  tally,
  winnerOf,
} from '../../../src/collaborate/vote.ts'

function ballots(...keys: (string | null)[]): Ballot[] {
  return keys.map((key, at) => ({ number: at + 1, key, weight: 1 }))
}

/** Voters with answers and weights; weights are whole, so that sums are exact. */
const anyVote = fc
  .array(
    fc.record({
      key: fc.option(fc.constantFrom('a', 'b', 'c')),
      weight: fc.integer({ min: 1, max: 4 }),
      voted: fc.constantFrom('yes', 'later', 'never'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((voters) => voters.map((voter, at) => ({ ...voter, number: at + 1 })))

describe('tally', () => {
  it('puts the most voters first, then the most weight, then the lowest number', () => {
    const light = [
      { number: 1, key: 'x', weight: 9 },
      { number: 2, key: 'y', weight: 1 },
      { number: 3, key: 'y', weight: 1 },
    ]
    expect(tally(light).map(({ answer }) => answer)).toEqual(['y', 'x'])
    const even = [
      { number: 1, key: 'x', weight: 1 },
      { number: 2, key: 'y', weight: 1.5 },
    ]
    expect(tally(even).map(({ answer }) => answer)).toEqual(['y', 'x'])
    expect(tally(ballots('x', 'y', 'y', 'x'))).toEqual([
      { answer: 'x', members: [1, 4], weight: 2 },
      { answer: 'y', members: [2, 3], weight: 2 },
    ])
  })

  it('does not depend on the order in which votes come in', () => {
    fc.assert(
      fc.property(anyVote, fc.infiniteStream(fc.nat()), (voters, chance) => {
        const shuffled = voters.toSorted(
          (a, b) => (a.number * 31 + chance.next().value) % 7 || b.weight - a.weight,
        )
        expect(tally(shuffled)).toEqual(tally(voters))
      }),
    )
  })
})

describe('winnerOf', () => {
  it('wants two who agree, unless only one has voted', () => {
    expect(winnerOf(tally(ballots('x', 'y', 'y')), 3)).toEqual({ number: 2, isTie: false })
    expect(winnerOf(tally(ballots('x', 'y', null)), 3)).toBeNull()
    expect(winnerOf(tally(ballots('x', null)), 2)).toBeNull()
    expect(winnerOf(tally(ballots('x')), 1)).toEqual({ number: 1, isTie: false })
    expect(winnerOf(tally(ballots(null)), 1)).toBeNull()
    expect(winnerOf([], 0)).toBeNull()
  })

  it('says when only the numbers decide', () => {
    expect(winnerOf(tally(ballots('y', 'x', 'x', 'y')), 4)).toEqual({ number: 1, isTie: true })
  })
})

describe('isClearMajority', () => {
  it('counts those who cannot be compared among the voters', () => {
    const [group] = tally(ballots('x', 'x', null, null))
    expect(group && isClearMajority(group, 4)).toBe(false)
    expect(group && isClearMajority(group, 3)).toBe(true)
  })
})

describe('decidedWinner', () => {
  it('is known as soon as the others could all say something else', () => {
    expect(decidedWinner(ballots('x', 'x'), [1])).toBe(1)
    expect(decidedWinner(ballots('x', 'x'), [1, 1])).toBeNull()
    expect(decidedWinner(ballots('x', 'x', 'y'), [1])).toBeNull()
    expect(decidedWinner(ballots(null, 'x', 'x', 'x', 'y'), [1])).toBe(2)
    expect(decidedWinner(ballots('x'), [1])).toBeNull()
    expect(decidedWinner(ballots('x'), [])).toBe(1)
    expect(decidedWinner(ballots('x', 'x', 'y', 'y'), [])).toBeNull()
  })

  it('leaves a tie in heads to the weights', () => {
    const heavy = ballots('x', 'x').map((ballot) => ({ ...ballot, weight: 3 }))
    expect(decidedWinner(heavy, [1, 1])).toBe(1)
    expect(decidedWinner(heavy, [3, 3])).toBeNull()
  })

  it('is contradicted by nothing that the outstanding ones say, or by their silence', () => {
    fc.assert(
      fc.property(anyVote, (voters) => {
        const early = voters.filter(({ voted }) => voted === 'yes')
        const outstanding = voters.filter(({ voted }) => voted !== 'yes').map(({ weight }) => weight)
        const decided = decidedWinner(early, outstanding)
        if (decided === null) return
        const all = voters.filter(({ voted }) => voted !== 'never')
        const groups = tally(all)
        expect(winnerOf(groups, all.length)?.isTie).toBe(false)
        expect(groups[0]?.members).toContain(decided)
      }),
      { numRuns: 2_000 },
    )
  })
})
