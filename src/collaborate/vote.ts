import type { VoteGroup } from './outcome.ts'

/**
 * What one voter says. `key`: equal keys are the same answer; null for one that cannot be compared. `weight`: of the
 * voter, above 0.
 */
export type Ballot = { number: number; key: string | null; weight: number }

/** What decides between groups, before the lowest number does. */
type Strength = { count: number; weight: number }

/** Weights nearer to each other than this are equal: sums of fractions are not exact. */
const SAME_WEIGHT = 1e-9

/**
 * Those who say the same together, best first: more voters, then more weight, then the lowest number. Heads come
 * before weights: weights are predictions, and the mistakes of models are not independent of each other.
 */
export function tally(ballots: readonly Ballot[]): VoteGroup[] {
  const groups = new Map<string, { answer: string; members: number[]; weight: number }>()
  for (const { number, key, weight } of ballots.toSorted((a, b) => a.number - b.number)) {
    if (key === null) continue
    const group = groups.get(key) ?? { answer: key, members: [], weight: 0 }
    group.members.push(number)
    group.weight += weight
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => compare(strengthOf(b), strengthOf(a)) || firstOf(a) - firstOf(b))
}

/**
 * Who speaks for the best group: its lowest number. Null where nobody agrees with anybody, unless there is but one
 * voter. `isTie`: another group is as strong, and only the numbers decide.
 *
 * @param groups as from `tally`
 * @param voters all who voted, those who cannot be compared too
 */
export function winnerOf(
  [best, second]: readonly VoteGroup[],
  voters: number,
): { number: number; isTie: boolean } | null {
  const number = best?.members[0]
  if (best === undefined || number === undefined || (best.members.length < 2 && voters > 1)) return null
  return { number, isTie: second !== undefined && compare(strengthOf(best), strengthOf(second)) === 0 }
}

/** Whether a group is more than half of all voters, and more than one. */
export function isClearMajority(group: VoteGroup, voters: number): boolean {
  return group.members.length > 1 && 2 * group.members.length > voters
}

/**
 * A winner whom those who have not voted cannot change any more, whatever they say, and whether they say it at all.
 * Null for a tie.
 *
 * @param outstanding their weights
 */
export function decidedWinner(ballots: readonly Ballot[], outstanding: readonly number[]): number | null {
  const groups = tally(ballots)
  const winner = winnerOf(groups, ballots.length + outstanding.length)
  const [best, second] = groups
  if (winner === null || best === undefined) return null
  const rival = strengthOf(second ?? { members: [], weight: 0 })
  const atMost = {
    count: rival.count + outstanding.length,
    weight: outstanding.reduce((sum, weight) => sum + weight, rival.weight),
  }
  return compare(strengthOf(best), atMost) > 0 ? winner.number : null
}

function strengthOf({ members, weight }: Omit<VoteGroup, 'answer'>): Strength {
  return { count: members.length, weight }
}

function compare(a: Strength, b: Strength): number {
  if (a.count !== b.count) return a.count - b.count
  return Math.abs(a.weight - b.weight) < SAME_WEIGHT ? 0 : a.weight - b.weight
}

function firstOf({ members }: VoteGroup): number {
  return members[0] ?? 0
}
