/** Sets of real outcomes, to learn from and to measure by: `<folder>/<set>/{prompts,outcomes}.jsonl.gz, models.json`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import type { Prompt } from '../../classify/features/prompt.ts'
import { type Outcomes, pick, pickRows, type Rows } from '../../learn/outcomes.ts'
import { readPrompt } from '../../learn/reading.ts'
import type { TrainingSet } from '../../learn/train.ts'

const promptSchema = z.object({
  id: z.string(),
  bench: z.string().default(''),
  cat: z.string().default(''),
  prompt: z.string(),
  key: z.string(),
  split: z.enum(['train', 'val', 'test']),
  /** Dropped by RouteLLM's own evaluation: too like its training data. */
  decontam: z.boolean().default(false),
  tools: z.array(z.string()).default([]),
  tools_chars: z.number().default(0),
})
/** One prompt of a set. `key` is the same for the same question, also in other sets. */
export type SetPrompt = z.infer<typeof promptSchema>

const numbers = z.array(z.number().nullable())
const outcomeSchema = z.object({
  s: numbers,
  it: z.union([z.number(), numbers]).nullish(),
  ot: numbers.nullish(),
  cost: z.array(z.number()).optional(),
})
const modelSchema = z.object({
  name: z.string(),
  price_in: z.number().nullish(),
  price_out: z.number().nullish(),
  price_source: z.string().nullish(),
  tasks: z.array(z.string()).optional(),
})
type SetModel = z.infer<typeof modelSchema>

/** Tokens of each question and of each model's answer to it; what was not recorded is the model's median, or nominal. */
type Tokens = { input: Rows; output: Rows }

/** Prompts with what each model did; row by row the same in all. `prices`: of each model, USD per million tokens. */
export type OutcomeSet = {
  name: string
  prompts: readonly SetPrompt[]
  outcomes: Outcomes
  tokens: Tokens
  prices: readonly { input: number; output: number }[]
}

/** Answers whose length nobody recorded count as this long, in tokens. */
const NOMINAL_TOKENS = 200
const PER_MILLION = 1e6

/** Which models of a set are compared: those with a known price and enough outcomes. */
type Pool = (model: SetModel, missing: number) => boolean

const priced: Pool = ({ price_in }) => price_in != null
/** Sets whose pool is not simply every model with a price. */
const POOLS: Readonly<Record<string, Pool>> = {
  // An API sold it at that price, and no more than a few answers are missing.
  mmlu_pro: ({ price_source }, missing) => /^(?:TC|RA)/.test(price_source ?? '') && missing < 100,
  // All three tasks; o1 does not tell its reasoning tokens, so its cost is unknown.
  zeroeval: (model, missing) =>
    priced(model, missing) && model.tasks?.length === 3 && missing < 100 && !model.name.startsWith('o1'),
}

/** @throws when the set is not there, or not in its format */
export function readOutcomeSet(folder: string, name: string): OutcomeSet {
  const prompts = readLines(join(folder, name, 'prompts.jsonl.gz'), promptSchema)
  const rows = readLines(join(folder, name, 'outcomes.jsonl.gz'), outcomeSchema)
  const models = z
    .array(modelSchema)
    .parse(JSON.parse(readFileSync(join(folder, name, 'models.json'), 'utf8')))
  const missing = (column: number) => rows.filter(({ s }) => s[column] == null).length
  const inPool = POOLS[name] ?? priced
  const pool = models.flatMap((model, column) => (inPool(model, missing(column)) ? [{ model, column }] : []))
  const medians = pool.map(({ column }) => median(rows.flatMap(({ ot }) => ot?.[column] ?? [])))
  const scores = rows.map(({ s }) => Float64Array.from(pool, ({ column }) => s[column] ?? Number.NaN))
  const tokens = {
    input: rows.map(({ it }) => Float64Array.from(pool, ({ column }) => inputOf(it, column))),
    output: rows.map(({ ot }) =>
      Float64Array.from(pool, ({ column }, at) => ot?.[column] ?? medians[at] ?? NOMINAL_TOKENS),
    ),
  }
  const prices = pool.map(({ model }) => ({ input: model.price_in ?? 0, output: model.price_out ?? 0 }))
  const costs = rows.map(({ cost }, row) =>
    Float64Array.from(prices, ({ input, output }, at) => {
      const known = cost?.[pool[at]?.column ?? -1]
      const spent = (tokens.input[row]?.[at] ?? 0) * input + (tokens.output[row]?.[at] ?? 0) * output
      return known ?? spent / PER_MILLION
    }),
  )
  const complete = scores.flatMap((row, index) => (row.some(Number.isNaN) ? [] : [index]))
  return {
    name,
    prompts: pick(prompts, complete),
    outcomes: pickRows({ models: pool.map(({ model }) => model.name), scores, costs }, complete),
    tokens: { input: pick(tokens.input, complete), output: pick(tokens.output, complete) },
    prices,
  }
}

/** Every model's score of every prompt, whether its price is known or not; NaN where there is none. */
export function readScores(folder: string, name: string): { prompts: SetPrompt[]; scores: Float64Array[] } {
  const rows = readLines(join(folder, name, 'outcomes.jsonl.gz'), outcomeSchema)
  return {
    prompts: readLines(join(folder, name, 'prompts.jsonl.gz'), promptSchema),
    scores: rows.map(({ s }) => Float64Array.from(s, (score) => score ?? Number.NaN)),
  }
}

function inputOf(it: z.infer<typeof outcomeSchema>['it'], column: number): number {
  return (typeof it === 'number' ? it : it?.[column]) ?? NOMINAL_TOKENS
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function readLines<T>(path: string, schema: z.ZodType<T>): T[] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => schema.parse(JSON.parse(line)))
}

/** A prompt as the trainer sees it. The sets tell the length of all tool definitions together. */
export function promptOf({ prompt, tools, tools_chars }: SetPrompt): Prompt {
  const chars = tools_chars / Math.max(1, tools.length)
  return { text: prompt, tools: tools.map((name) => ({ name, chars })) }
}

const FOLDS = 5

/** Folds of prompts, by index; those of the same question are of the same fold. */
function foldsOf(prompts: readonly SetPrompt[]): number[][] {
  const folds = Array.from({ length: FOLDS }, (): number[] => [])
  for (const [at, { key }] of prompts.entries()) {
    folds[Number.parseInt(key.slice(0, 8), 16) % FOLDS]?.push(at)
  }
  return folds
}

/** What is learned from, with the kind that each set tells. */
export function trainingSetOf(prompts: readonly SetPrompt[], outcomes: Outcomes): TrainingSet {
  return {
    readings: prompts.map((prompt) => readPrompt(promptOf(prompt))),
    outcomes,
    groups: prompts.map(({ cat }) => cat),
    folds: foldsOf(prompts),
  }
}
