/** R1 to R3: RouteLLM's own benchmarks, by its protocol. */
import { readOutcomeSet, readScores, type SetPrompt } from '../../src/dev/train/outcome-sets.ts'
import { columnOf, learn, learnAcross, predictAll } from './routing-learn.ts'
import type { Verdict } from './routing-table.ts'
import { type Outcomes, pick, pickRows, type Rows } from '../../src/learn/outcomes.ts'
import { type TwoModelFigures, twoModelFigures } from './two-models.ts'

const SETS = {
  R1: { bench: 'mmlu', apgr: 0.67, cpt50: 27.5, cpt80: 59 },
  R2: { bench: 'gsm8k', apgr: 0.66, cpt50: 100, cpt80: 57 },
}

/** Every prompt is judged by what was learned without its fold. */
export function measureTwoModels(folder: string, id: keyof typeof SETS): Verdict {
  const { bench, apgr, cpt50, cpt80 } = SETS[id]
  const { prompts, outcomes } = benchOf(folder, bench)
  const { unseen } = learn(prompts, outcomes)
  const figures = figuresOf(prompts, unseen.quality, outcomes)
  console.log(`\n${id} RouteLLM ${bench}, out of fold: ${said(figures)}`)
  const mustCpt50 = cpt50 < 100 ? `CPT50 ≤ ${cpt50}, ` : ''
  return {
    id,
    must: `APGR ≥ ${apgr}, ${mustCpt50}CPT80 ≤ ${cpt80}`,
    measured: said(figures),
    holds: figures.apgr >= apgr && figures.cpt50 <= cpt50 && figures.cpt80 <= cpt80,
  }
}

function benchOf(folder: string, bench: string): { prompts: SetPrompt[]; outcomes: Outcomes } {
  const set = readOutcomeSet(folder, 'routellm')
  const rows = [...set.prompts.keys()].filter((row) => set.prompts[row]?.bench === bench)
  return { prompts: pick(set.prompts, rows), outcomes: pickRows(set.outcomes, rows) }
}

/** Prompts that RouteLLM's own evaluation drops are dropped. */
function figuresOf(prompts: readonly SetPrompt[], quality: Rows, outcomes: Outcomes): TwoModelFigures {
  const scored = [...prompts.keys()].filter((row) => prompts[row]?.decontam !== true)
  const gain = Float64Array.from(pick(quality, scored), ([weak = 0, strong = 0]) => strong - weak)
  const { scores } = pickRows(outcomes, scored)
  return twoModelFigures(gain, columnOf(scores, 0), columnOf(scores, 1))
}

function said({ apgr, cpt50, cpt80 }: TwoModelFigures): string {
  return `APGR ${apgr.toFixed(3)}, CPT50 ${cpt50.toFixed(1)}, CPT80 ${cpt80.toFixed(1)}`
}

const OTHERS = ['mmlu_pro', 'zeroeval', 'llmrouter_ulab', 'bfcl', 'livecodebench']
const COLD = { mmlu: 0.57, gsm8k: 0.57, mt_bench: 0.75 }

/** Learned from other sets without any of RouteLLM's questions: the strongest quarter of models against middling ones. */
export function measureCold(folder: string): Verdict {
  const own = new Set(readOutcomeSet(folder, 'routellm').prompts.map(({ key }) => key))
  const rows = OTHERS.flatMap((name) => pairsOf(folder, name)).filter(({ prompt }) => !own.has(prompt.key))
  const { model } = learnAcross(
    rows.map(({ prompt }) => prompt),
    {
      models: ['weak', 'strong'],
      scores: rows.map(({ scores }) => scores),
      costs: rows.map(() => Float64Array.of(Number.NaN, Number.NaN)),
    },
    rows.map(({ set }) => set),
  )
  const found = Object.entries(COLD).map(([bench, must]) => {
    const { prompts, outcomes } = benchOf(folder, bench)
    const told = predictAll(model, prompts).map(({ quality }) => quality)
    const figures = figuresOf(prompts, told, outcomes)
    console.log(`\nR3 RouteLLM ${bench}, learned from ${rows.length} prompts of other sets: ${said(figures)}`)
    return { apgr: figures.apgr, holds: figures.apgr >= must }
  })
  return {
    id: 'R3',
    must: 'APGR ≥ .57 MMLU, .57 GSM8K, .75 MT-Bench',
    measured: `APGR ${found.map(({ apgr }) => apgr.toFixed(3)).join(', ')}`,
    holds: found.every(({ holds }) => holds),
  }
}

type Pair = { set: string; prompt: SetPrompt; scores: Float64Array }

/** Per prompt the mean score of middling models, and of the strongest quarter: the weakest fail at everything. */
function pairsOf(folder: string, name: string): Pair[] {
  const { prompts, scores } = readScores(folder, name)
  const benches = [...new Set(prompts.map(({ bench }) => bench))]
  return benches.flatMap((bench) => {
    const rows = [...prompts.keys()].filter((row) => prompts[row]?.bench === bench)
    const complete = completeColumns(pick(scores, rows))
    const quarter = Math.max(2, Math.floor(complete.length / 4))
    const third = Math.floor(complete.length / 3)
    if (complete.length < 4) return []
    return pick(prompts, rows).map((prompt, at) => {
      const known = scores[rows[at] ?? 0] ?? new Float64Array()
      return {
        set: name,
        prompt,
        scores: Float64Array.of(
          meanOf(known, complete.slice(third, third + quarter)),
          meanOf(known, complete.slice(-quarter)),
        ),
      }
    })
  })
}

const COMPLETE = 0.9

/** Models that most prompts have, from the weakest to the strongest. */
function completeColumns(rows: Rows): number[] {
  const columns = Array.from(rows[0] ?? [], (_, column) => {
    const known = Float64Array.from(rows, (row) => row[column] ?? Number.NaN).filter((x) => !Number.isNaN(x))
    return {
      column,
      share: known.length / rows.length,
      mean: known.reduce((a, b) => a + b, 0) / known.length,
    }
  })
  return columns
    .filter(({ share }) => share > COMPLETE)
    .toSorted((a, b) => a.mean - b.mean)
    .map(({ column }) => column)
}

function meanOf(scores: Float64Array, columns: readonly number[]): number {
  const known = columns.map((column) => scores[column] ?? Number.NaN).filter((score) => !Number.isNaN(score))
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : Number.NaN
}
