import { TASK_TYPES, type TaskType } from '../core/demand.ts'
import type { Benchmark, CatalogModel } from './catalog/model.ts'

/**
 * The score of a weak and of a frontier model on each benchmark, so that different scales meet on 0..1.
 * Read off the published tables the catalog cites: low = the weakest widely used models, high = the best of 2026.
 */
const ANCHORS: Readonly<Record<Benchmark, readonly [low: number, high: number]>> = {
  mmlu_pro: [0.4, 0.9],
  gpqa_diamond: [0.25, 0.93],
  hle: [0.02, 0.45],
  aime: [0.05, 0.98],
  math_500: [0.5, 0.99],
  livecodebench: [0.1, 0.88],
  swe_bench_verified: [0.1, 0.82],
  ifeval: [0.65, 0.95],
  bfcl: [0.4, 0.8],
  tau2_bench: [0.2, 0.92],
  mmmu: [0.4, 0.86],
  multilingual_mmlu: [0.5, 0.92],
  arena_elo: [1_200, 1_500],
  intelligence_index: [0.1, 0.7],
}

/** Which benchmarks speak for which task, and how much. Our judgement; learned from outcomes later. */
const EVIDENCE: Readonly<Record<TaskType, Partial<Record<Benchmark, number>>>> = {
  code: { livecodebench: 3, swe_bench_verified: 3, intelligence_index: 1 },
  math: { aime: 3, math_500: 2, gpqa_diamond: 1 },
  reasoning: { gpqa_diamond: 3, hle: 2, aime: 1, intelligence_index: 2 },
  knowledge: { mmlu_pro: 3, gpqa_diamond: 1, multilingual_mmlu: 2 },
  writing: { arena_elo: 4, ifeval: 1 },
  rewrite: { arena_elo: 3, ifeval: 2 },
  summarization: { arena_elo: 2, ifeval: 2, mmlu_pro: 1 },
  extraction: { ifeval: 3, bfcl: 1, mmlu_pro: 1 },
  translation: { multilingual_mmlu: 4, arena_elo: 1 },
  classification: { ifeval: 2, mmlu_pro: 2 },
  brainstorm: { arena_elo: 4 },
  roleplay: { arena_elo: 4, ifeval: 1 },
  chat: { arena_elo: 4, ifeval: 1 },
  tool_use: { bfcl: 3, tau2_bench: 3, ifeval: 1 },
}

/** Ability of a model nobody measured, and how many benchmark weights that belief is worth. */
const PRIOR_ABILITY = 0.3
const PRIOR_WEIGHT = 1
/** How many weights the model's mean over all its benchmarks is worth in each task. */
const GENERAL_WEIGHT = 2

/** Ability 0..1 per task type: 0 = the weakest models in use, 1 = the best. */
export type Abilities = Readonly<Record<TaskType, number>>

/**
 * A model's abilities from its published scores: the weighted mean of the task's own benchmarks, shrunk towards the
 * model's mean over all benchmarks, itself shrunk towards the prior. More evidence, less shrinkage.
 */
export function abilitiesOf(model: Pick<CatalogModel, 'scores'>): Abilities {
  const normal = normalisedScores(model)
  const values = [...normal.values()]
  const sum = values.reduce((total, value) => total + value, 0)
  const general = (sum + PRIOR_ABILITY * PRIOR_WEIGHT) / (values.length + PRIOR_WEIGHT)
  const ability = (task: TaskType): number => {
    let total = general * GENERAL_WEIGHT
    let weight = GENERAL_WEIGHT
    for (const [benchmark, value] of normal) {
      const evidence = EVIDENCE[task][benchmark] ?? 0
      total += evidence * value
      weight += evidence
    }
    return total / weight
  }
  const abilities = { ...NO_ABILITIES }
  for (const task of TASK_TYPES) abilities[task] = ability(task)
  return abilities
}

/** Standard deviation of what nobody measured, on the scale of abilities, before anything speaks for the model. */
const UNMEASURED_SPREAD = 0.25
/** How much any published score tells of every task, in units of what is believed without one. */
const GENERAL_INFORMATION = 0.5

/**
 * How far a model's abilities may be off, as standard deviations: the more published scores speak for a task, the
 * less. Half of it is our judgement: a score measures the benchmark's prompts, never the caller's.
 */
export function spreadsOf(model: Pick<CatalogModel, 'scores'>): Abilities {
  const benchmarks = [...normalisedScores(model).keys()]
  const spreads = { ...NO_ABILITIES }
  for (const task of TASK_TYPES) {
    const own = benchmarks.reduce((sum, benchmark) => sum + (EVIDENCE[task][benchmark] ?? 0), 0)
    spreads[task] = UNMEASURED_SPREAD / Math.sqrt(1 + GENERAL_INFORMATION * benchmarks.length + own)
  }
  return spreads
}

const NO_ABILITIES: Record<TaskType, number> = {
  code: 0,
  math: 0,
  reasoning: 0,
  knowledge: 0,
  writing: 0,
  rewrite: 0,
  summarization: 0,
  extraction: 0,
  translation: 0,
  classification: 0,
  brainstorm: 0,
  roleplay: 0,
  chat: 0,
  tool_use: 0,
}

/** Each benchmark's mean score on the common scale, clamped a little beyond it. */
function normalisedScores({ scores }: Pick<CatalogModel, 'scores'>): Map<Benchmark, number> {
  const gathered = new Map<Benchmark, number[]>()
  for (const { benchmark, value } of scores) {
    gathered.set(benchmark, [...(gathered.get(benchmark) ?? []), value])
  }
  const normal = new Map<Benchmark, number>()
  for (const [benchmark, values] of gathered) {
    const [low, high] = ANCHORS[benchmark]
    const mean = values.reduce((total, value) => total + value, 0) / values.length
    normal.set(benchmark, Math.min(1.05, Math.max(-0.1, (mean - low) / (high - low))))
  }
  return normal
}
