/**
 * L1: outcomes as a stream of which only the chosen model's is seen, in several random orders. Regret per 1,000 requests
 * against a router that learned from all outcomes (each prompt judged by what was learned without its fold), in
 * thousandths of a right answer; cost counts as quality at a fixed rate.
 */
import { linear, readersFrom } from './online-linear.ts'
import { candidateFor, demandOf } from './online-models.ts'
import { epsilonGreedy, type OnlinePolicy, published, type Setting } from './online-policies.ts'
import { type OutcomeSet, readOutcomeSet, type SetPrompt } from '../../src/dev/train/outcome-sets.ts'
import { learn } from './routing-learn.ts'
import { line, type Verdict } from './routing-table.ts'
import { type Outcomes, pick, pickRows, type Rows } from '../../src/learn/outcomes.ts'
import { always, type Choices, choose, resultOf, sharesOf } from './policy.ts'
import { createRandom } from '../../src/learn/random.ts'
import { bestLambda } from './savings.ts'

const SETS = ['mix7', 'mmlu_pro']
/** As in the headline of `npm run bench:routing`: quality may fall by so much of the reference's. */
const SLACK = 0.01
/** Of ε-greedy's regret. */
const MUST = 0.5

const BASELINE = 'ε-greedy on averages, ε = 0.1'
const GATEWAY = 'the gateway, explores 2 %'
const READER = 'with a reader of prompts, explores 2 %'

type Create = (setting: Setting) => OnlinePolicy

function policiesFor(features: Rows): Readonly<Record<string, Create>> {
  return {
    [BASELINE]: epsilonGreedy,
    [GATEWAY]: (setting) => published(setting, { rate: 0.02, learnsCosts: true }),
    'the gateway, never explores': (setting) => published(setting, { rate: 0, learnsCosts: true }),
    'the gateway, always Thompson sampling': (setting) => published(setting, { rate: 1, learnsCosts: true }),
    'the gateway, 2 %, costs as listed': (setting) => published(setting, { rate: 0.02, learnsCosts: false }),
    [READER]: (setting) => linear(setting, features, { rate: 0.02 }),
    'with a reader of prompts, never explores': (setting) => linear(setting, features, { rate: 0 }),
  }
}

function play(policy: OnlinePolicy, { scores, costs }: Outcomes, order: readonly number[]): Choices {
  const choices = new Int32Array(scores.length)
  for (const row of order) {
    const column = policy.choose(row)
    choices[row] = column
    policy.told({ row, column, score: scores[row]?.[column] ?? 0, cost: costs[row]?.[column] ?? 0 })
  }
  return choices
}

function shuffled(length: number, seed: number): number[] {
  const random = createRandom(seed)
  const keyed = Array.from({ length }, (_, row) => ({ row, key: random() }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ row }) => row)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const VERDICT = [42, 8, 8, 5]
const COLUMNS = [42, 8, 8, 12]

function printRow(
  policy: string,
  regrets: readonly number[],
  baseline: number,
  shares: readonly string[],
): void {
  const mean = meanOf(regrets)
  const deviation = Math.sqrt(meanOf(regrets.map((regret) => (regret - mean) ** 2)))
  const cells = [mean.toFixed(1), `± ${deviation.toFixed(1)}`, `${((100 * mean) / baseline).toFixed(0)} %`]
  console.log(line([policy, ...cells, shares.join(', ')], COLUMNS))
}

/** How models were used in the last of the orders. */
function usedMost(choices: Choices, { models }: Outcomes): string[] {
  const shares = sharesOf(choices, models.length).map((share, at) => ({ share, name: models[at] ?? '' }))
  const most = shares.toSorted((a, b) => b.share - a.share).filter(({ share }) => share > 0.02)
  return most.slice(0, 4).map(({ share, name }) => `${name} ${(100 * share).toFixed(0)} %`)
}

type Reading = (prompts: readonly SetPrompt[]) => Rows
/** Regret as a share of ε-greedy's. */
type Shares = { name: string; gateway: number; reader: number }

function replay({ name, prompts: all, outcomes: whole }: OutcomeSet, read: Reading, seeds: number): Shares {
  const rows = [...all.keys()].filter((row) => all[row]?.split !== 'test')
  const prompts = pick(all, rows)
  const outcomes = pickRows(whole, rows)
  const { quality, cost } = learn(prompts, outcomes).unseen
  const lambda = bestLambda(quality, cost ?? [], outcomes, SLACK) ?? 0
  const worth = (choices: Choices) => {
    const got = resultOf(choices, outcomes)
    return 1_000 * (got.quality - lambda * got.cost)
  }
  const informed = worth(choose(quality, cost ?? [], lambda))
  const known = {
    outcomes,
    lambda,
    demands: prompts.map(demandOf),
    candidates: outcomes.models.map(candidateFor),
  }
  const regrets = new Map<string, number[]>()
  const used = new Map<string, string[]>()
  for (const [policy, create] of Object.entries(policiesFor(read(prompts)))) {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const choices = play(create({ ...known, seed }), outcomes, shuffled(rows.length, seed))
      regrets.set(policy, [...(regrets.get(policy) ?? []), informed - worth(choices)])
      used.set(policy, usedMost(choices, outcomes))
    }
  }
  const baseline = meanOf(regrets.get(BASELINE) ?? [])
  console.log(
    `\n${name}: ${rows.length} requests, ${outcomes.models.length} models, λ ${lambda.toFixed(1)} per USD`,
  )
  console.log(line(['policy', 'regret', '± sd', 'of ε-greedy', 'used most'], COLUMNS))
  for (const [policy, found] of regrets) printRow(policy, found, baseline, used.get(policy) ?? [])
  const constants = outcomes.models.map((_, column) => informed - worth(always(column, outcomes)))
  const least = Math.min(...constants)
  const best = outcomes.models[constants.indexOf(least)] ?? ''
  printRow('best constant in hindsight', [least], baseline, [best])
  const shareOf = (policy: string) => meanOf(regrets.get(policy) ?? []) / baseline
  return { name, gateway: shareOf(GATEWAY), reader: shareOf(READER) }
}

/** Prints the regret of every policy; the gateway's is what counts. */
export function measureOnline(folder: string, seeds: number): Verdict {
  const sets = SETS.map((name) => readOutcomeSet(folder, name))
  const read = readersFrom(
    folder,
    sets.flatMap(({ prompts }) => prompts),
  )
  const found = sets.map((set) => replay(set, read, seeds))
  console.log(`\n${line(['L1: at most half of the regret of ε-greedy', ...SETS, 'holds'], VERDICT)}`)
  for (const kind of ['gateway', 'reader'] as const) {
    const told = found.map((shares) => `${(100 * shares[kind]).toFixed(0)} %`)
    const holds = found.every((shares) => shares[kind] <= MUST)
    const policy = kind === 'gateway' ? GATEWAY : READER
    console.log(line([policy, ...told, holds ? 'yes' : 'no'], VERDICT))
  }
  return {
    id: 'L1',
    must: `≤ ${100 * MUST} % of the regret of ε-greedy`,
    measured: found.map(({ name, gateway }) => `${name} ${(100 * gateway).toFixed(0)} %`).join(', '),
    holds: found.every(({ gateway }) => gateway <= MUST),
  }
}
