/** O1: learned without one whole kind of prompts, tested on it; where the guard warns, the reference answers. */
import { readOutcomeSet, type SetPrompt } from '../../src/dev/train/outcome-sets.ts'
import { costsOf, learn, predictAll } from './routing-learn.ts'
import { line, percent, points, type Verdict } from './routing-table.ts'
import { type Outcomes, pick, pickRows } from '../../src/learn/outcomes.ts'
import { always, amongContenders, bestSingle, type Choices, choose, resultOf } from './policy.ts'
import { bestLambda } from './savings.ts'

const SLACK = 0.005
const LEAST = -0.01

/** Tasks of one domain: a prompt of a task is not foreign to a like one. */
const DOMAINS: Readonly<Record<string, readonly string[]>> = {
  math: ['gsm8k', 'math', 'agentverse-mgsm'],
  code: ['mbpp', 'human_eval'],
  'open questions': ['natural_qa', 'trivia_qa'],
  'multiple choice': ['arc_challenge', 'openbook_qa', 'commonsense_qa', 'gpqa', 'mmlu'],
  other: ['commongen', 'agentverse-logicgrid'],
}

const KINDS: Readonly<Record<string, (prompt: SetPrompt) => string>> = {
  mix7: ({ bench }) => bench,
  llmrouter_ulab: ({ cat }) => Object.keys(DOMAINS).find((domain) => DOMAINS[domain]?.includes(cat)) ?? cat,
}

export function measureForeign(folder: string): Verdict {
  console.log(`\nO1 without one kind of prompts, tested on it, slack ${percent(SLACK)}`)
  print('set', 'without', 'foreign', 'unguarded', 'guarded')
  const found = Object.entries(KINDS).map(([name, kindOf]) => {
    const set = readOutcomeSet(folder, name)
    const kinds = set.prompts.map(kindOf)
    const each = [...new Set(kinds)].map((kind) => withoutKind(set.prompts, set.outcomes, kinds, kind))
    const mean = (of: (gain: (typeof each)[number]) => number) =>
      each.reduce((sum, gain) => sum + of(gain), 0) / each.length
    const worst = Math.min(...each.map(({ difference }) => difference))
    return { name, difference: mean((gain) => gain.difference), saving: mean((gain) => gain.saving), worst }
  })
  return {
    id: 'O1',
    must: 'mean of kinds left out ≥ -1 pp',
    measured: found
      .map(
        ({ name, difference, worst, saving }) =>
          `${name} ${points(difference)}, worst ${points(worst)}, saves ${percent(saving)}`,
      )
      .join('; '),
    holds: found.every(({ difference }) => difference >= LEAST),
  }
}

function print(...cells: readonly string[]): void {
  console.log(`  ${line(cells, [14, 18, 8, 26, 26])}`)
}

function withoutKind(
  prompts: readonly SetPrompt[],
  outcomes: Outcomes,
  kinds: readonly string[],
  kind: string,
): { difference: number; saving: number } {
  const known = [...prompts.keys()].filter((at) => kinds[at] !== kind && prompts[at]?.split !== 'test')
  const left = [...prompts.keys()].filter((at) => kinds[at] === kind)
  const [dev, test] = [pickRows(outcomes, known), pickRows(outcomes, left)]
  const { model, unseen } = learn(pick(prompts, known), dev)
  const reference = bestSingle(dev)
  const told = predictAll(model, pick(prompts, left))
  const lambda = bestLambda(amongContenders(unseen.quality, dev), unseen.cost ?? [], dev, SLACK)
  const constant = always(reference, test)
  const quality = amongContenders(
    told.map((one) => one.quality),
    dev,
  )
  const choices = lambda === null ? constant : choose(quality, costsOf(told), lambda)
  const guarded = choices.map((column, at) => (told[at]?.foreign ? reference : column))
  const foreign = told.filter((one) => one.foreign).length / told.length
  const [free, safe] = [gainOf(choices, constant, test), gainOf(guarded, constant, test)]
  print(kind, `${left.length} prompts`, percent(foreign), said(free), said(safe))
  return safe
}

function gainOf(choices: Choices, constant: Choices, test: Outcomes) {
  const [got, fixed] = [resultOf(choices, test), resultOf(constant, test)]
  return { difference: got.quality - fixed.quality, saving: 1 - got.cost / fixed.cost }
}

function said({ difference, saving }: { difference: number; saving: number }): string {
  return `${points(difference)}, saves ${percent(saving)}`
}
