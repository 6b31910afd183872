import { CONSTANT_FEATURE, SCORE_UNIT, TOOL_FEATURE } from '../../classify/learned/dense-features.ts'
import { GRAM_SPACE } from '../../classify/learned/grams.ts'
import { gramValue } from '../../classify/learned/task-model.ts'
import { TASK_TYPES, type TaskType } from '../../core/demand.ts'
import { softmax } from '../../core/log-odds.ts'
import type { Example } from './examples.ts'
import { fitLinear, LOGITS_PER_SCORE, logitsOf, type Weights } from './linear-fit.ts'

const TYPES = TASK_TYPES.length
const TOOL_USE = TASK_TYPES.indexOf('tool_use')
const EPOCHS = 6
/** Weights are the mean of this many shuffles. */
const SHUFFLES = 6
const FIRST_SEED = 100
const CHOOSING_SEED = 3

/** N-grams that are kept, and in how many sources they must stand. */
const KEPT_GRAMS = 7000
const FEWEST_SOURCES = 2

/** Share of the learned logits; the rest stays with the rules, which hold up better on prompts unlike all training. */
const LEARNED_SHARE = 0.75
/** What a tool at hand adds to the score of `tool_use` by the rules. */
const TOOL_SCORE = 7.5

/** Shares of task types in ordinary traffic, by public counts of use cases. Those of prompts for tools are unknown. */
const TRAFFIC: Readonly<Record<Exclude<TaskType, 'tool_use'>, number>> = {
  code: 0.16,
  math: 0.06,
  reasoning: 0.05,
  knowledge: 0.24,
  writing: 0.15,
  rewrite: 0.05,
  summarization: 0.04,
  extraction: 0.04,
  translation: 0.03,
  classification: 0.04,
  brainstorm: 0.09,
  roleplay: 0.04,
  chat: 0.04,
}
/** How far (0..1) the shares among training prompts are moved towards those of traffic. */
const TRAFFIC_PULL = 0.25

/** Weights for a few n-grams: `grams[row]` is the hash of the n-gram of that row, ascending. */
export type TaskFit = { weights: Weights; grams: Int32Array }

export function fitTasks(train: readonly Example[]): TaskFit {
  const wide = fitLinear(train, GRAM_SPACE, { epochs: EPOCHS, seed: CHOOSING_SEED })
  const grams = chooseGrams(train, wide)
  const rows = new Map(Array.from(grams, (gram, row) => [gram, row]))
  const narrow = train.map((example) => ({ ...example, grams: numbered(example.grams, rows) }))
  const weights = meanOf(
    Array.from({ length: SHUFFLES }, (_, shuffle) =>
      fitLinear(narrow, grams.length, { epochs: EPOCHS, seed: FIRST_SEED + shuffle }),
    ),
  )
  settle(weights, narrow)
  return { weights, grams }
}

/** The model for one source that is left out of training: all n-grams, one shuffle. */
export function fitWithout(train: readonly Example[]): Weights {
  const weights = fitLinear(train, GRAM_SPACE, { epochs: 4, seed: CHOOSING_SEED })
  settle(weights, train)
  return weights
}

function numbered(grams: Int32Array, rows: ReadonlyMap<number, number>): Int32Array {
  return Int32Array.from(Array.from(grams).flatMap((gram) => rows.get(gram) ?? []))
}

/** Those that training moved most, counted by how often they stand. */
function chooseGrams(train: readonly Example[], { grams }: Weights): Int32Array {
  const seen = new Map<number, { values: number; sources: Set<string> }>()
  for (const example of train) {
    const value = gramValue(example.gramTotal)
    for (const gram of new Set(example.grams)) {
      const known = seen.get(gram) ?? { values: 0, sources: new Set() }
      known.values += value
      known.sources.add(example.sample.source)
      seen.set(gram, known)
    }
  }
  const moved = Array.from(seen)
    .filter(([, { sources }]) => sources.size >= FEWEST_SOURCES)
    .map(([gram, { values }]) => ({ gram, by: squares(grams, gram) * values }))
  const chosen = moved.toSorted((a, b) => b.by - a.by || a.gram - b.gram).slice(0, KEPT_GRAMS)
  return Int32Array.from(chosen, ({ gram }) => gram).sort()
}

function squares(weights: Float32Array, row: number): number {
  return weights.subarray(row * TYPES, (row + 1) * TYPES).reduce((sum, weight) => sum + weight * weight, 0)
}

function mean(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(
    parts[0] ?? [],
    (_, at) => parts.reduce((sum, part) => sum + (part[at] ?? 0), 0) / parts.length,
  )
}

function meanOf(all: readonly Weights[]): Weights {
  return { dense: mean(all.map(({ dense }) => dense)), grams: mean(all.map(({ grams }) => grams)) }
}

/** Moves the constants towards ordinary traffic, then mixes in the rules. */
function settle(weights: Weights, train: readonly Example[]): void {
  const { dense, grams } = weights
  const given = new Float64Array(TYPES)
  for (const example of train) {
    if (example.sample.tool) continue
    for (const [type, share] of softmax(logitsOf(weights, example)).entries())
      given[type] = (given[type] ?? 0) + share
  }
  const total = given.reduce((sum, share) => sum + share, 0)
  for (const [index, type] of TASK_TYPES.entries()) {
    if (type === 'tool_use') continue
    const ratio = (TRAFFIC[type] * total) / (given[index] ?? 1)
    increase(dense, CONSTANT_FEATURE, index, TRAFFIC_PULL * Math.log(ratio))
  }
  for (const part of [dense, grams])
    for (const [at, weight] of part.entries()) part[at] = LEARNED_SHARE * weight
  const byRules = (1 - LEARNED_SHARE) * LOGITS_PER_SCORE
  for (let type = 0; type < TYPES; type += 1) increase(dense, type, type, byRules * SCORE_UNIT)
  increase(dense, TOOL_FEATURE, TOOL_USE, byRules * TOOL_SCORE)
}

function increase(dense: Float32Array, feature: number, type: number, amount: number): void {
  const at = feature * TYPES + type
  dense[at] = (dense[at] ?? 0) + amount
}
