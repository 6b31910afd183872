import { join } from 'node:path'
import * as z from 'zod'
import { readLines } from './read-lines.ts'

/** One prompt of a set of outcomes, with what each model of the set did; models in the order of the set. */
export type AnsweredPrompt = {
  set: string
  /** Benchmark and category inside it. */
  category: string
  text: string
  tools: readonly string[]
  /** The same for the same question, also in other sets. */
  key: string
  split: 'train' | 'val' | 'test'
  /** 0 (bad) to 1; null where a model was not asked. */
  scores: readonly (number | null)[]
  /** Tokens of the answers whose length somebody recorded. */
  lengths: readonly number[]
}

/** Sets whose licence (MIT or Apache-2.0) allows to ship weights trained on them. */
export const TRAINING_SETS = ['routellm', 'mmlu_pro', 'zeroeval', 'bfcl', 'llmrouter_ulab'] as const
/** Licensed for evaluation only (CC BY-NC 4.0). */
export const MEASURED_SET = 'alpaca_eval'

const promptSchema = z.object({
  id: z.string(),
  bench: z.string(),
  cat: z.string().default(''),
  prompt: z.string(),
  tools: z.array(z.string()).default([]),
  key: z.string(),
  split: z.enum(['train', 'val', 'test']),
})
const outcomeSchema = z.object({
  id: z.string(),
  s: z.array(z.number().nullable()),
  ot: z.array(z.number().nullable()).nullish(),
})

/** Sets that do not tell how long answers were: one answers with a letter, the other stores none. */
const WITHOUT_LENGTHS: ReadonlySet<string> = new Set(['routellm', 'llmrouter_ulab'])

/** The prompts of one set that have outcomes, but for MT-Bench: it measures. */
export function readAnswered(folder: string, set: string): AnsweredPrompt[] {
  const outcomes = new Map(
    readLines(join(folder, set, 'outcomes.jsonl.gz'), outcomeSchema).map((outcome) => [outcome.id, outcome]),
  )
  return readLines(join(folder, set, 'prompts.jsonl.gz'), promptSchema).flatMap((row): AnsweredPrompt[] => {
    const outcome = outcomes.get(row.id)
    if (outcome === undefined || row.bench === 'mt_bench') return []
    const lengths = WITHOUT_LENGTHS.has(set) ? [] : (outcome.ot ?? [])
    return [
      {
        set,
        category: `${row.bench}/${row.cat}`,
        text: row.prompt,
        tools: row.tools,
        key: row.key,
        split: row.split,
        scores: outcome.s,
        lengths: lengths.filter((length) => length !== null).filter((length) => length > 0),
      },
    ]
  })
}
