/**
 * Accuracy, calibration and speed of the classifier on labelled prompts; difficulty and length of answers against outcomes.
 * Run: `node test/bench/classify.ts [folder of data sets] [split]`; splits are train, val (default) and test. Sources that
 * were never trained on are judged apart, on all their rows.
 */
import { join } from 'node:path'
import * as z from 'zod'
import { classify } from '../../src/classify/classify.ts'
import { requestOf } from '../../src/classify/features/prompt.ts'
import { TIERS, type Demand } from '../../src/core/demand.ts'
import { measureHeads } from '../../src/dev/train/head-report.ts'
import { FRESH } from '../../src/dev/train/report.ts'
import { readLines } from '../../src/dev/train/read-lines.ts'
import { calibrationError } from '../../src/learn/calibrate.ts'

const rowSchema = z.object({
  text: z.string(),
  label: z.string(),
  lang: z.string(),
  source: z.string(),
  key: z.string(),
  split: z.string(),
})
type Row = z.infer<typeof rowSchema>
const promptSchema = z.object({
  prompt: z.string(),
  bench: z.string(),
  cat: z.string().default(''),
  key: z.string(),
  tools: z.array(z.string()).default([]),
})

const [, , folder = join(import.meta.dirname, '../../../shared/data'), split = 'val'] = process.argv
const UNSCORED = new Set(['command', 'safe_control', 'unsafe', 'unlabelled'])
/** Reading comprehension is asked as a question of fact and answered by extraction: both are right. */
const ALSO_RIGHT: Readonly<Record<string, readonly string[]>> = { closed_qa: ['knowledge', 'extraction'] }
/** What agents attach to every request, whatever it is about. */
const USUAL_TOOLS = ['get_weather', 'search_web', 'send_email', 'read_file', 'write_file', 'run_command']
const MT_BENCH: Readonly<Record<string, string>> = {
  coding: 'code',
  stem: 'knowledge',
  humanities: 'knowledge',
}

function judge(row: Row, tools: readonly string[] = toolsOf.get(row.key) ?? []) {
  const demand = classify(requestOf(row.text, tools))
  return { row, demand, right: (ALSO_RIGHT[row.label] ?? [row.label]).includes(demand.taskType) }
}
type Judged = ReturnType<typeof judge>

const all = readLines(join(folder, 'tasktype/tasktype.jsonl.gz'), rowSchema)
/** Tools that prompts of the Berkeley leaderboard come with, as far as they are known. */
const toolsOf = new Map(
  readLines(join(folder, 'bfcl/prompts.jsonl.gz'), promptSchema).map(({ key, tools }) => [key, tools]),
)
const rows = all.filter((row) => row.split === split && !FRESH.includes(row.source))
const isToolRow = ({ source }: Row) => source === 'bfcl_prompts'
const judged = rows.filter((row) => !isToolRow(row) || toolsOf.has(row.key)).map((row) => judge(row))

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

function tally(items: readonly Judged[], keyOf: (item: Judged) => string): string {
  return [...Map.groupBy(items, keyOf)].map(([key, group]) => `${key} ${group.length}`).join(', ')
}

function shares(
  title: string,
  items: readonly Judged[],
  keyOf: (item: Judged) => string,
  isRight: (item: Judged) => boolean,
) {
  console.log(`\n${title}`)
  const groups = [...Map.groupBy(items, keyOf)].sort(([a], [b]) => a.localeCompare(b))
  for (const [key, group] of groups) {
    const wrong = tally(
      group.filter((item) => !isRight(item)),
      (item) => item.demand.taskType,
    )
    console.log(
      `  ${key.padEnd(22)} ${String(group.length).padStart(5)}  ${percent(group.filter(isRight).length / group.length).padStart(8)}  ${wrong}`,
    )
  }
}

const scored = judged.filter((item) => !UNSCORED.has(item.row.label))
const withoutTools = scored.filter(({ row }) => !isToolRow(row))
const isRight = (item: Judged) => item.right
const rate = (items: readonly Judged[], holds: (item: Judged) => boolean) =>
  percent(items.filter(holds).length / Math.max(1, items.length))
console.log(`own sources, split ${split}: ${rows.length} rows, ${scored.length} scored`)
console.log(
  `task type: ${rate(scored, isRight)}; without bfcl_prompts: ${rate(withoutTools, isRight)} of ${withoutTools.length}`,
)
shares('by label', scored, (item) => item.row.label, isRight)
shares('by source', scored, (item) => item.row.source, isRight)
shares('by language', withoutTools, (item) => item.row.lang, isRight)

function speaks(item: Judged): boolean {
  return (
    item.demand.language === item.row.lang ||
    (item.row.lang === 'zh' && item.demand.language.startsWith('zh-'))
  )
}
console.log(`\nlanguage: ${percent(judged.filter(speaks).length / judged.length)}`)
for (const [language, group] of Map.groupBy(judged, (item) => item.row.lang)) {
  const wrong = tally(
    group.filter((item) => !speaks(item)),
    (item) => item.demand.language,
  )
  console.log(
    `  ${language} ${percent(group.filter(speaks).length / group.length)} of ${group.length}  ${wrong}`,
  )
}

function errorOf(items: readonly Judged[]): number {
  return calibrationError(
    Float64Array.from(items, ({ demand }) => demand.taskConfidence),
    Float64Array.from(items, (item) => Number(isRight(item))),
  )
}

function printCalibration(items: readonly Judged[]): void {
  for (let bin = 0; bin < 10; bin += 1) {
    const inside = items.filter(({ demand }) => Math.min(9, Math.floor(demand.taskConfidence * 10)) === bin)
    if (inside.length === 0) continue
    const confidence = inside.reduce((sum, item) => sum + item.demand.taskConfidence, 0) / inside.length
    console.log(`  ${bin / 10}  ${inside.length}  ${percent(confidence)}  ${rate(inside, isRight)}`)
  }
}
console.log('\ncalibration without bfcl_prompts: confidence bin, rows, mean confidence, accuracy')
printCalibration(withoutTools)
console.log(`  expected calibration error ${percent(errorOf(withoutTools))}`)

/** Labels that say less than the text: "rewrite into English", and code requests filed under writing. */
function isFairlyRight(item: Judged): boolean {
  const { row, demand, right } = item
  if (right) return true
  if (row.label === 'rewrite' && demand.taskType === 'translation') {
    return /翻译|译成|译为|translate|translation/i.test(row.text)
  }
  return row.source === 'instructionwild_v2' && row.label === 'writing' && demand.taskType === 'code'
}

const mtBench = readLines(join(folder, 'routellm/prompts.jsonl.gz'), promptSchema)
  .filter(({ bench }) => bench === 'mt_bench')
  .map(({ prompt, cat, key }): Row => {
    return { text: prompt, label: MT_BENCH[cat] ?? cat, lang: 'en', source: 'mt_bench', key, split: 'test' }
  })
const fresh = [...all, ...mtBench].filter(
  ({ source, label }) => FRESH.includes(source) && !UNSCORED.has(label),
)
const freshJudged = fresh.map((row) => judge(row))
function freshRow(source: string, items: readonly Judged[]) {
  return {
    source,
    rows: items.length,
    strict: rate(items, isRight),
    'with two label fixes': rate(items, isFairlyRight),
    ECE: percent(errorOf(items)),
    'confidence < 0.3': rate(items, ({ demand }) => demand.taskConfidence < 0.3),
  }
}
console.log('\nsources never trained on, all rows')
console.table([
  ...FRESH.map((source) =>
    freshRow(
      source,
      freshJudged.filter(({ row }) => row.source === source),
    ),
  ),
  freshRow(
    'alignbench + belle_eval',
    freshJudged.filter(({ row }) => row.source === 'alignbench' || row.source === 'belle_eval'),
  ),
])

console.log('\ntools: rows, share that is tool use, share that is right')
for (const [title, some, tools] of [
  ['bfcl_prompts with their tools', rows.filter((row) => isToolRow(row) && toolsOf.has(row.key)), undefined],
  ["bfcl_prompts with an agent's usual tools", rows.filter(isToolRow), USUAL_TOOLS],
  ['other own rows, usual tools attached', withoutTools.map(({ row }) => row), USUAL_TOOLS],
  ['fresh rows, usual tools attached', fresh, USUAL_TOOLS],
] as const) {
  const items = some.map((row) => judge(row, tools))
  const used = rate(items, ({ demand }) => demand.taskType === 'tool_use')
  console.log(`  ${title.padEnd(42)} ${items.length}  ${used}  ${rate(items, isRight)}`)
}

function tiers(items: readonly Judged[]): string {
  return TIERS.map(
    (tier) => `${tier} ${percent(items.filter((item) => item.demand.tier === tier).length / items.length)}`,
  ).join('  ')
}
console.log(`\ntiers: ${tiers(judged)}`)
for (const source of [
  'math_l5',
  'gsm8k_train',
  'mgsm',
  'mbpp',
  'naturalcodebench',
  'clinc150',
  'arena_hard_v0.1',
  'ifeval',
  'bbh',
]) {
  const items = judged.filter((item) => item.row.source === source)
  if (items.length > 0) console.log(`  ${source.padEnd(18)} ${tiers(items)}`)
}

const heads = measureHeads(folder)
console.log(
  '\ndifficulty: correlation with that found in outcomes, of rules and now, over a set and inside categories;',
)
console.log('"test" is the split of that name, "left" a whole set by a head that was not trained on it')
console.table(heads.difficulty)
console.log(
  '\nanswer length: mean absolute error (mean error) in ln units of the median answer, no limit named',
)
console.table(heads.length)

function timed(label: string, texts: readonly string[]): void {
  const requests = texts.map((text) => requestOf(text))
  const times: number[] = []
  let kept: Demand | undefined
  for (let round = 0; round < 6; round += 1) {
    for (const each of requests) {
      const before = performance.now()
      kept = classify(each)
      if (round > 1) times.push((performance.now() - before) * 1000)
    }
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(share * times.length)] ?? 0).toFixed(1)
  console.log(`  ${label.padEnd(18)} p50 ${at(0.5)} µs  p95 ${at(0.95)} µs  (${kept?.language ?? ''})`)
}

function pieces(language: (lang: string) => boolean, size: number): string[] {
  const text = rows
    .filter((row) => language(row.lang))
    .map((row) => row.text)
    .join('\n\n')
  const step = Math.max(1, Math.floor((text.length - size) / 200))
  return Array.from({ length: 200 }, (_, index) =>
    text.repeat(Math.ceil((size + 200 * step) / text.length)).slice(index * step, index * step + size),
  )
}
console.log('\ntime per call')
for (const size of [1_000, 10_000, 100_000]) {
  timed(
    `${size / 1000} KB en`,
    pieces((lang) => lang === 'en', size),
  )
  timed(
    `${size / 1000} K units zh`,
    pieces((lang) => lang === 'zh', size),
  )
}
