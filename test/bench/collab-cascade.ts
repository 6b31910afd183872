/** Cascades on recorded outcomes, beside the best single model and beside the router alone. */
import { bootstrap } from '../../src/learn/bootstrap.ts'
import { type CollabSet, type Side, sideOf, usualVerifier } from './collab-set.ts'
import {
  carryOut,
  confidenceOf,
  correctedBy,
  fixedPlans,
  unpredicted,
  type Inspector,
  type Plan,
  plansFor,
  type Result,
} from './collab-plans.ts'
import { always } from './policy.ts'
import { line, percent, points } from './routing-table.ts'

const SEED = 20_261_123
/** Weights of cost that are tried. */
const WEIGHTS = Array.from({ length: 25 }, (_, step) => 1e-3 * 30_000 ** (step / 24))
/** Weights on either side that are averaged with: one lucky weight does not decide. */
const NEIGHBOURS = 1

/** Sensitivity and specificity are of 100 wrong, and 100 right drafts; chance alone decides which ones. */
const IMPERFECT = { name: 'imperfect', bad: 0.8, good: 0.05 }
const OTHERS = [
  { name: 'perfect', bad: 1, good: 0 },
  { name: 'good', bad: 0.9, good: 0.05 },
  { name: 'middling', bad: 0.7, good: 0.1 },
  { name: 'as assumed', bad: 0.6, good: 0.1 },
  { name: 'poor', bad: 0.5, good: 0.2 },
]
const USELESS = { name: 'useless', bad: 0.5, good: 0.5 }
const SEEN = [0, 0.2, 0.4, 0.6, 0.8, 1]

/** A form check sees nothing wrong in a call where none was due. */
const checks = (seen: number): Inspector => ({
  name: `schema check sees ${percent(seen)} of wrong calls`,
  verifier: null,
  bad: seen,
  good: 0,
  isBlind: ({ prompts }, row) => NO_CALL_DUE.has(prompts[row]?.cat ?? ''),
})
const NO_CALL_DUE: ReadonlySet<string> = new Set(['relevance', 'irrelevance'])

/** What a policy saves and how its quality differs, on the test. */
export type Gain = { saving: number; difference: number }

/** @returns the gain of the router with cascades, imperfectly verified */
export function measureCascade(set: CollabSet): Gain {
  const verifier = usualVerifier(set)
  const blind = (by: number, name: string): Inspector => ({
    ...IMPERFECT,
    name: `imperfect, blind where ${name} fails`,
    verifier: by,
    isBlind: ({ outcomes }, row) => (outcomes.scores[row]?.[by] ?? 0) < 0.5,
  })
  const imperfect = { ...IMPERFECT, verifier }
  printHead(set, `verified by ${set.models[verifier]}`)
  printGain(set, 'router alone', routed(set, null))
  printGain(set, `one pair for all, ${said(imperfect)}`, bestFixed(set, imperfect))
  const gain = printGain(set, `router and cascades, ${said(imperfect)}`, routed(set, imperfect))
  const inspectors = [
    ...[...OTHERS, USELESS].map((other) => ({ ...other, name: said(other), verifier })),
    { ...imperfect, name: 'imperfect, the best single verifies', verifier: set.reference },
    blind(verifier, 'the verifier'),
    blind(set.reference, 'the best single, which verifies,'),
  ]
  for (const inspector of inspectors) printGain(set, `… ${inspector.name}`, routed(set, inspector))
  for (const other of [...OTHERS.slice(-1), USELESS]) {
    const really = { ...other, verifier }
    const name = `… believed imperfect, but ${other.name}`
    printGain(set, name, routed(set, imperfect, really))
    printGain(set, `${name}; corrected by judged drafts`, routed(set, imperfect, really, true))
  }
  return gain
}

function said({ name, bad, good }: Pick<Inspector, 'name' | 'bad' | 'good'>): string {
  return `${name} (${bad}/${(1 - good).toFixed(2)})`
}

/** What tool calls gain where the check of their form sees so many (0..1) of the wrong ones. */
export type ToolGain = { seen: number; test: Gain; learnedFrom: Gain }

/** Tool calls, where a check of their form costs nothing; how much it sees, nobody recorded. */
export function measureToolCascade(set: CollabSet): ToolGain[] {
  printHead(set, 'drafts are checked for their form')
  printGain(set, 'router alone', routed(set, null))
  const dev = { ...set, test: set.dev }
  return SEEN.map((seen) => {
    const inspector = checks(seen)
    return {
      seen,
      test: printGain(set, inspector.name, routed(set, inspector)),
      learnedFrom: printGain(dev, '… on the prompts learned from', acrossHalves(set, inspector)),
    }
  })
}

/** More prompts than the test has: on each half of those learned from, by the weight chosen on the other. */
function acrossHalves(set: CollabSet, inspector: Inspector): Result {
  const { dev } = set
  const isOdd = (row: number) => Number.parseInt(dev.prompts[row]?.key.slice(0, 8) ?? '', 16) % 2 === 1
  const rows = [...dev.prompts.keys()]
  const halves = [rows.filter(isOdd), rows.filter((row) => !isOdd(row))]
  const whole: Result = {
    scores: new Float64Array(rows.length),
    costs: new Float64Array(rows.length),
    calls: new Float64Array(rows.length),
  }
  for (const [at, own] of halves.entries()) {
    const [test, other] = [sideOf(dev, own), sideOf(dev, halves[1 - at] ?? [])]
    const found = routed({ ...set, dev: other, test }, inspector)
    for (const [index, row] of own.entries()) {
      whole.scores[row] = found.scores[index] ?? 0
      whole.costs[row] = found.costs[index] ?? 0
      whole.calls[row] = found.calls[index] ?? 0
    }
  }
  return whole
}

/** The weight is chosen where quality is known; what is told of the test is what it got there. */
function routed(
  set: CollabSet,
  inspector: Inspector | null,
  really = inspector,
  isCorrected = false,
): Result {
  const { dev, test } = set
  const reference = referenceOf(set, dev)
  const tried = WEIGHTS.map((weight) => ({
    weight,
    ...meansOf(carryOut(dev, plans(dev, weight, inspector, dev), inspector)),
  }))
  const good = tried.filter((__, at) => {
    const around = tried.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)
    return meanOf(around.map(({ quality }) => quality)) >= reference.quality
  })
  const chosen = good.reduce((a, b) => (b.cost < a.cost ? b : a), { weight: NaN, cost: reference.cost })
  if (Number.isNaN(chosen.weight)) return constant(set, test)
  const confidence =
    isCorrected && really ? correctedBy(dev, plans(dev, chosen.weight, inspector, dev), really) : confidenceOf
  return carryOut(test, plans(test, chosen.weight, inspector, dev), really, confidence)
}

const known = new WeakMap<Side, Map<string, Plan[]>>()

/** Plans do not depend on how good the inspector really is. */
function plans(side: Side, weight: number, inspector: Inspector | null, dev: Side): Plan[] {
  const own = known.get(side) ?? new Map<string, Plan[]>()
  known.set(side, own)
  const key = `${weight} ${inspector ? (inspector.verifier ?? 'checks') : 'alone'}`
  const found = own.get(key) ?? plansFor(side, weight, inspector, dev)
  own.set(key, found)
  return found
}

/** The cheapest of all pairs that is good enough on the prompts learned from. */
function bestFixed(set: CollabSet, inspector: Inspector): Result {
  const { dev, test, models } = set
  const reference = referenceOf(set, dev)
  let [best, least]: [readonly [number, number] | null, number] = [null, reference.cost]
  for (const first of models.keys()) {
    for (const then of models.keys()) {
      if (first === then) continue
      const { quality, cost } = meansOf(carryOut(dev, fixedPlans(dev, first, then), inspector, unpredicted))
      if (quality >= reference.quality && cost < least) [best, least] = [[first, then], cost]
    }
  }
  if (best === null) return constant(set, test)
  console.log(`  first ${models[best[0]]}, then ${models[best[1]]}`)
  return carryOut(test, fixedPlans(test, ...best), inspector, unpredicted)
}

function constant({ reference }: CollabSet, side: Side): Result {
  const all = Array.from(always(reference, side.outcomes), (first) => ({ first, then: null }))
  return carryOut(side, all, null)
}

function referenceOf(set: CollabSet, side: Side) {
  return meansOf(constant(set, side))
}

function meansOf({ scores, costs }: Result) {
  return { quality: meanOf(scores), cost: meanOf(costs) }
}

function meanOf(values: Float64Array | readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total / values.length
}

const COLUMNS = [64, 26, 34]

function printHead(set: CollabSet, how: string): void {
  const { quality } = referenceOf(set, set.test)
  console.log(
    `\n${set.name}: ${set.dev.prompts.length} prompts to learn from, ${set.test.prompts.length} to test; ${how}; best single: ${set.models[set.reference]}, right in ${percent(quality)}`,
  )
  console.log(`  ${line(['policy', 'saves [95 %]', 'quality [95 %]', 'calls'], COLUMNS)}`)
}

/** Against the best single model, with 95 % intervals over prompts. */
function printGain(set: CollabSet, name: string, { scores, costs, calls }: Result): Gain {
  const single = constant(set, set.test)
  const all = Int32Array.from(scores.keys())
  const saving = (drawn: Int32Array) => 1 - sum(costs, drawn) / sum(single.costs, drawn)
  const difference = (drawn: Int32Array) => (sum(scores, drawn) - sum(single.scores, drawn)) / drawn.length
  const savings = bootstrap(all.length, saving, SEED).map(percent)
  const differences = bootstrap(all.length, difference, SEED).map(points)
  const cells = [
    name,
    `${percent(saving(all))} [${savings.join(', ')}]`,
    `${points(difference(all))} [${differences.join(', ')}]`,
    meanOf(calls).toFixed(2),
  ]
  console.log(`  ${line(cells, COLUMNS)}`)
  return { saving: saving(all), difference: difference(all) }
}

function sum(of: Float64Array, drawn: Int32Array): number {
  return drawn.reduce((total, at) => total + (of[at] ?? 0), 0)
}
