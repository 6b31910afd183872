/**
 * Panels of different cheap models that vote, against the best single model at no more cost. Panels of one model asked
 * several times cannot be replayed: the sets hold one answer per model.
 */
import { tally, winnerOf } from '../../src/collaborate/vote.ts'
import { logOddsWithin } from '../../src/core/log-odds.ts'
import { bootstrap } from '../../src/learn/bootstrap.ts'
import { columnMeans, type Outcomes } from '../../src/learn/outcomes.ts'
import type { CollabSet } from './collab-set.ts'
import { line, percent, points } from './routing-table.ts'

const SEED = 20_261_123
const SIZES = [3, 5]
/** Chances that two wrong answers are the same one; nobody recorded what they were. */
const AGREEMENTS = [0, 0.3, 0.6, 1]
/** The one that members are chosen by. */
const LIKELY = 0.3
/** Of the cheaper models, those that come into question: the best. */
const SHORT_LIST = 10
/** A weight below which no voter falls. */
const LEAST_WEIGHT = 0.1

/** By mask of who is right, the chance that the vote is. */
type Verdicts = Float64Array

export function measurePanels(set: CollabSet): void {
  const { dev, test, reference, models } = set
  const costs = columnMeans(dev.outcomes.costs)
  console.log(
    `\n${set.name}: panels of cheap models that vote, at no more than the cost of the best single, ${models[reference]}`,
  )
  console.log(
    `  ${line(['members', 'wrong answers agree', 'cost', 'right, against best single [95 %]', 'against best member'], COLUMNS)}`,
  )
  for (const size of SIZES) {
    const members = bestMembers(dev.outcomes, costs, costs[reference] ?? 0, size)
    if (members === null) {
      console.log(`  no ${size} models cost so little together`)
      continue
    }
    for (const agreement of AGREEMENTS) printPanel(test.outcomes, members, agreement, reference, dev.outcomes)
  }
}

/** Of all that cost no more together, those who are right most often on the prompts learned from; best first. */
function bestMembers(dev: Outcomes, costs: Float64Array, most: number, size: number): number[] | null {
  const scores = columnMeans(dev.scores)
  const shortList = [...scores.keys()]
    .filter((column) => (costs[column] ?? 0) < most)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, SHORT_LIST)
  let [best, highest]: [number[] | null, number] = [null, -Infinity]
  for (const members of subsets(shortList, size)) {
    if (members.reduce((sum, column) => sum + (costs[column] ?? 0), 0) > most) continue
    const right = meanOf(panelScores(dev, members, verdictsOf(weightsOf(dev, members), LIKELY)))
    if (right > highest) [best, highest] = [members, right]
  }
  return best
}

function subsets(list: readonly number[], size: number): number[][] {
  if (size === 0) return [[]]
  return list.flatMap((first, at) => subsets(list.slice(at + 1), size - 1).map((rest) => [first, ...rest]))
}

/** As a panel weighs its members: log-odds of being right, on the prompts learned from. */
function weightsOf(dev: Outcomes, members: readonly number[]): number[] {
  const scores = columnMeans(dev.scores)
  return members.map((column) => Math.max(LEAST_WEIGHT, logOddsWithin(scores[column] ?? 0, 0.01)))
}

/**
 * Right answers are all the same. A wrong one is the usual mistake with a chance of √agreement, else like no other, so
 * that two are the same with a chance of `agreement`. Where nobody agrees with anybody the first, best member's stands.
 */
function verdictsOf(weights: readonly number[], agreement: number): Verdicts {
  const patterns = 2 ** weights.length
  const usual = Math.sqrt(agreement)
  return Float64Array.from({ length: patterns }, (_, right) => {
    let chance = 0
    for (let mistaken = 0; mistaken < patterns; mistaken += 1) {
      if ((mistaken & right) !== 0) continue
      const keys = weights.map((__, at) =>
        right & (1 << at) ? 'right' : mistaken & (1 << at) ? 'usual mistake' : `mistake of ${at}`,
      )
      const ballots = weights.map((weight, at) => ({ number: at + 1, key: keys[at] ?? null, weight }))
      const winner = winnerOf(tally(ballots), ballots.length)?.number ?? 1
      if (keys[winner - 1] === 'right') chance += chanceOf(keys, usual)
    }
    return chance
  })
}

function chanceOf(keys: readonly string[], usual: number): number {
  return keys.reduce((chance, key) => {
    if (key === 'right') return chance
    return chance * (key === 'usual mistake' ? usual : 1 - usual)
  }, 1)
}

function panelScores({ scores }: Outcomes, members: readonly number[], verdicts: Verdicts): Float64Array {
  return Float64Array.from(scores, (row) => {
    let right = 0
    for (const [at, column] of members.entries()) if ((row[column] ?? 0) >= 0.5) right |= 1 << at
    return verdicts[right] ?? 0
  })
}

const COLUMNS = [70, 20, 8, 36]

function printPanel(
  test: Outcomes,
  members: readonly number[],
  agreement: number,
  reference: number,
  dev: Outcomes,
): void {
  const panel = panelScores(test, members, verdictsOf(weightsOf(dev, members), agreement))
  const costs = columnMeans(test.costs)
  const cost = members.reduce((sum, column) => sum + (costs[column] ?? 0), 0) / (costs[reference] ?? 1)
  const single = test.scores.map((row) => row[reference] ?? 0)
  const better = panel.map((score, row) => score - (single[row] ?? 0))
  const interval = bootstrap(
    better.length,
    (drawn) => drawn.reduce((sum, at) => sum + (better[at] ?? 0), 0) / drawn.length,
    SEED,
  )
  const alone = Math.max(...members.map((column) => columnMeans(test.scores)[column] ?? 0))
  const cells = [
    members.map((column) => test.models[column]).join(', '),
    percent(agreement),
    percent(cost),
    `${points(meanOf(better))} [${interval.map(points).join(', ')}]`,
    points(meanOf(panel) - alone),
  ]
  console.log(`  ${line(cells, COLUMNS)}`)
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
