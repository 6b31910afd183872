/**
 * Accuracy, calibration and speed of the classifier on labelled prompts.
 * Run: `node test/bench/classify.ts [tasktype.jsonl.gz] [split]`; splits are train, val (default) and test.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { classify } from '../../src/classify/classify.ts'
import type { ChatRequest } from '../../src/core/chat.ts'
import { TIERS, type Demand } from '../../src/core/demand.ts'

type Row = { text: string; label: string; lang: string; source: string; split: string }

const [
  ,
  ,
  path = new URL('../../../shared/data/tasktype/tasktype.jsonl.gz', import.meta.url).pathname,
  split = 'val',
] = process.argv
const UNSCORED = new Set(['command', 'safe_control', 'unsafe', 'unlabelled'])
/** Reading comprehension is asked as a question of fact and answered by extraction: both are right. */
const ALSO_RIGHT: Readonly<Record<string, readonly string[]>> = { closed_qa: ['knowledge', 'extraction'] }

function isRow(value: unknown): value is Row {
  return (
    typeof value === 'object' && value !== null && 'text' in value && 'label' in value && 'split' in value
  )
}

function request(text: string): ChatRequest {
  return {
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    tools: [],
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
  }
}

const rows = gunzipSync(readFileSync(path))
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): unknown => JSON.parse(line))
  .filter(isRow)
  .filter((row) => row.split === split)
const judged = rows.map((row) => {
  const demand = classify(request(row.text))
  return { row, demand, right: (ALSO_RIGHT[row.label] ?? [row.label]).includes(demand.taskType) }
})
type Judged = (typeof judged)[number]

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
/** These prompts were written for a list of tools that the rows do not hold. */
const withoutTools = scored.filter((item) => item.row.source !== 'bfcl_prompts')
const isRight = (item: Judged) => item.right
console.log(`split ${split}: ${rows.length} rows, ${scored.length} scored`)
console.log(
  `task type: ${percent(scored.filter(isRight).length / scored.length)}; without bfcl_prompts: ${percent(withoutTools.filter(isRight).length / withoutTools.length)} of ${withoutTools.length}`,
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

console.log('\ncalibration: confidence bin, rows, mean confidence, accuracy')
let calibrationError = 0
for (let bin = 0; bin < 10; bin += 1) {
  const inside = withoutTools.filter(
    (item) => Math.min(9, Math.floor(item.demand.taskConfidence * 10)) === bin,
  )
  if (inside.length === 0) continue
  const confidence = inside.reduce((sum, item) => sum + item.demand.taskConfidence, 0) / inside.length
  const accuracy = inside.filter(isRight).length / inside.length
  calibrationError += (Math.abs(confidence - accuracy) * inside.length) / withoutTools.length
  console.log(`  ${bin / 10}  ${inside.length}  ${percent(confidence)}  ${percent(accuracy)}`)
}
console.log(`  expected calibration error ${percent(calibrationError)}`)

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
  'livecodebench',
  'naturalcodebench',
  'clinc150',
  'arena_hard_v0.1',
  'ifeval',
  'cmmlu',
  'belle_eval',
  'bbh',
]) {
  const items = judged.filter((item) => item.row.source === source)
  if (items.length > 0) console.log(`  ${source.padEnd(18)} ${tiers(items)}`)
}

function timed(label: string, texts: readonly string[]): void {
  const requests = texts.map(request)
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
  const all = rows
    .filter((row) => language(row.lang))
    .map((row) => row.text)
    .join('\n\n')
  const step = Math.max(1, Math.floor((all.length - size) / 200))
  return Array.from({ length: 200 }, (_, index) =>
    all.repeat(Math.ceil((size + 200 * step) / all.length)).slice(index * step, index * step + size),
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
