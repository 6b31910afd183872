import { join } from 'node:path'
import * as z from 'zod'
import { TASK_TYPES, type TaskType } from '../../core/demand.ts'
import { createRandom } from '../../learn/random.ts'
import { handLabelOf } from './hand-labels.ts'
import { readLines } from './read-lines.ts'
import { fillSeeds } from './seed-prompts.ts'

/** Reading comprehension (`closed_qa`) is asked as a question of fact and answered by extraction: both are right. */
const LABELS = [...TASK_TYPES, 'closed_qa'] as const

/** One prompt whose task type is known. */
export type Sample = {
  text: string
  label: (typeof LABELS)[number]
  source: string
  split: 'train' | 'val' | 'test'
  /** A tool for it is offered. */
  tool: boolean
  /** `own`: trained on and measured; `fresh`: measured only; the others: trained on only. */
  role: 'own' | 'fresh' | 'extra' | 'seed'
}

const rowSchema = z.object({
  text: z.string(),
  label: z.string(),
  source: z.string(),
  lang: z.string(),
  licence: z.string(),
  split: z.enum(['train', 'val', 'test']),
})
type Row = z.infer<typeof rowSchema>

const promptSchema = z.object({
  prompt: z.string(),
  bench: z.string().default(''),
  cat: z.string().default(''),
  split: z.enum(['train', 'val', 'test']),
})
type Prompt = z.infer<typeof promptSchema>

/** Licences under which trained weights may ship. */
const PERMITTED = /^(?:MIT|Apache-2\.0|CC-BY-[34]\.0)$/
/** Sources whose texts serve as material in seeds: with an answer of their own, they must not decide the type. */
const MATERIAL: ReadonlySet<string> = new Set(['openai_moderation', 'mgsm', 'agieval', 'gaokao_subjective'])

/** Everything there is to train on and to measure with, in `folder` and in the seeds. */
export function readSamples(folder: string): Sample[] {
  const rows = readLines(join(folder, 'tasktype/tasktype.jsonl.gz'), rowSchema)
  const labelled = sampleRows(rows)
  const asked = [...labelled, ...readExtras(folder)]
  const samples = [...asked, ...openQuestions(asked), ...readMtBench(folder)]
  const measured = new Set(samples.filter(({ role }) => role === 'fresh').map(({ text }) => coreOf(text)))
  const seeds = fillSeeds(materialOf(rows)).map(({ text, label, lang }): Sample => ({
    text,
    label,
    source: `seed_${lang}`,
    split: 'train',
    tool: false,
    role: 'seed',
  }))
  return [...samples.filter(({ role, text }) => role === 'fresh' || !isIn(measured, text)), ...seeds]
}

/** Letters and digits a text begins with: what is alike in them is one prompt in two data sets. */
function coreOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .slice(0, 48)
}

function isIn(cores: ReadonlySet<string>, text: string): boolean {
  const core = coreOf(text)
  return core.length >= 24 && cores.has(core)
}

function sampleRows(rows: readonly Row[]): Sample[] {
  const seen = new Map<string, number>()
  return rows.flatMap((row) => {
    const index = seen.get(row.source) ?? 0
    seen.set(row.source, index + 1)
    const sample = sampleOf(row, index)
    return sample === null ? [] : [sample]
  })
}

function sampleOf({ text, label, source, licence, split }: Row, index: number): Sample | null {
  if (label === 'unlabelled') {
    const type = handLabelOf(source, index)
    return type && { text, label: type, source, split: 'train', tool: false, role: 'extra' }
  }
  if (label === 'command')
    return { text, label: 'tool_use', source: 'clinc_command', split, tool: true, role: 'extra' }
  const known = LABELS.find((one) => one === label)
  if (known === undefined) return null
  const role = PERMITTED.test(licence) ? 'own' : 'fresh'
  return { text, label: known, source, split, tool: source === 'bfcl_prompts', role }
}

function materialOf(rows: readonly Row[]): Map<string, string[]> {
  const usable = rows.filter(
    ({ text, label, source, lang, licence, split }) =>
      split === 'train' &&
      PERMITTED.test(licence) &&
      MATERIAL.has(source) &&
      text.length > 40 &&
      text.length < 500 &&
      label !== 'unsafe' &&
      (source !== 'agieval' || lang === 'zh'),
  )
  const byLanguage = Map.groupBy(usable, ({ lang }) => lang)
  return new Map(Array.from(byLanguage, ([lang, some]) => [lang, some.map(({ text }) => text)]))
}

const MMLU_MATH = /math|algebra|statistics/
const MMLU_LOGIC = /^formal_logic$|^logical_fallacies$/
/** Calculations that MMLU-Pro files under the subject they come from. */
const CALCULATED = /physics|chemistry|engineering|computer|business/

/** A set of prompts whose categories tell the task type: the file, how many are taken, which, and as what. */
type Extra = readonly [
  file: string,
  most: number,
  source: string,
  typeOf: (prompt: Prompt) => TaskType | null,
]
const EXTRAS: readonly Extra[] = [
  ['routellm', 900, 'r_mmlu', mmluType],
  ['routellm', 300, 'r_gsm8k', ({ bench }) => (bench === 'gsm8k' ? 'math' : null)],
  [
    'mmlu_pro',
    700,
    'mmlu_pro',
    ({ cat }) => (CALCULATED.test(cat) ? null : cat === 'math' ? 'math' : 'knowledge'),
  ],
  ['zeroeval', 200, 'crux', ({ bench }) => (bench.includes('crux') ? 'code' : null)],
  ['llmrouter_ulab', 300, 'trivia_qa', ({ cat }) => (cat === 'trivia_qa' ? 'knowledge' : null)],
  ['llmrouter_ulab', 100, 'logicgrid', ({ cat }) => (cat === 'agentverse-logicgrid' ? 'reasoning' : null)],
]

function mmluType({ bench, cat }: Prompt): TaskType | null {
  if (bench !== 'mmlu' || MMLU_LOGIC.test(cat)) return null
  return MMLU_MATH.test(cat) ? 'math' : 'knowledge'
}

function readExtras(folder: string): Sample[] {
  const random = createRandom(11)
  return EXTRAS.flatMap(([set, most, source, typeOf]) => {
    const drawn = readPrompts(folder, set)
      .filter(({ split }) => split === 'train')
      .map((prompt) => ({ text: prompt.prompt, label: typeOf(prompt), order: random() }))
    return drawn
      .toSorted((a, b) => a.order - b.order)
      .flatMap(({ text, label }): Sample[] =>
        label === null ? [] : [{ text, label, source, split: 'train', tool: false, role: 'extra' }],
      )
      .slice(0, most)
  })
}

function readPrompts(folder: string, set: string): Prompt[] {
  return readLines(join(folder, set, 'prompts.jsonl.gz'), promptSchema)
}

const WITH_CHOICES: ReadonlySet<string> = new Set(['r_mmlu', 'mmlu_pro', 'agieval'])

/** Multiple-choice questions without their choices are open questions. */
function openQuestions(samples: readonly Sample[]): Sample[] {
  return samples.flatMap((sample): Sample[] => {
    if (sample.split !== 'train' || !WITH_CHOICES.has(sample.source) || sample.label === 'closed_qa')
      return []
    const cut = sample.text.search(/\n\(?A[.)、．]/)
    const text = sample.text
      .slice(0, Math.max(0, cut))
      .replace(/^(?:问题：|题目：)/, '')
      .trim()
    const stands = text.length >= 12 && text.length <= 400 && /[?？是为]$/.test(text)
    if (!stands || /following|下列|以下/i.test(text)) return []
    return [{ ...sample, text, source: `${sample.source}_open`, role: 'extra' }]
  })
}

const MT_BENCH: ReadonlyMap<string, TaskType> = new Map([
  ['writing', 'writing'],
  ['roleplay', 'roleplay'],
  ['reasoning', 'reasoning'],
  ['math', 'math'],
  ['coding', 'code'],
  ['extraction', 'extraction'],
  ['stem', 'knowledge'],
  ['humanities', 'knowledge'],
])

/** First turns of MT-Bench. */
function readMtBench(folder: string): Sample[] {
  return readPrompts(folder, 'routellm').flatMap(({ bench, cat, prompt }): Sample[] => {
    const label = bench === 'mt_bench' ? MT_BENCH.get(cat) : undefined
    return label === undefined
      ? []
      : [{ text: prompt, label, source: 'mt_bench', split: 'test', tool: false, role: 'fresh' }]
  })
}
