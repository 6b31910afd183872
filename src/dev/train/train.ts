/**
 * `npm run train -- [folder of data sets] [--leave-out]`: trains what the classifier has learned and writes it to
 * `src/classify/learned`; equal data give equal bytes. Prints what it reaches; with `--leave-out` also on sources left out
 * of training, one by one.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unpackTaskModel } from '../../classify/learned/task-model.ts'
import { readAnswered, TRAINING_SETS } from './answered-prompts.ts'
import { exampleOf } from './examples.ts'
import { headExamplesOf, ruledExamplesOf } from './head-examples.ts'
import { fitDifficulty, fitLength } from './head-fit.ts'
import { packHead, packTaskModel } from './pack.ts'
import { measureLeftOut, measureModel } from './report.ts'
import { readSamples } from './samples.ts'
import { fitTasks } from './task-fit.ts'

const DATA = join(import.meta.dirname, '../../../../shared/data')
const LEARNED = join(import.meta.dirname, '../../classify/learned')
/** Longest line that the formatter leaves alone. */
const LINE = 110

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'leave-out': { type: 'boolean', default: false } },
})
const folder = positionals[0] ?? DATA

const started = performance.now()
const examples = readSamples(folder).map(exampleOf)
const train = examples.filter(({ sample }) => sample.role !== 'fresh' && sample.split === 'train')
const tasks = packTaskModel(fitTasks(train))
const model = unpackTaskModel(tasks)
const answered = TRAINING_SETS.flatMap((set) =>
  headExamplesOf(
    readAnswered(folder, set).filter(({ split }) => split !== 'test'),
    model,
  ),
)
const ruled = ruledExamplesOf(
  train.map(({ sample }) => sample),
  model,
)
const heads = [...answered, ...ruled]
const difficulty = packHead(fitDifficulty(heads))
const length = packHead(fitLength(heads))
writeModule('task-weights.ts', 'PackedTaskModel', './task-model.ts', { TASK_WEIGHTS: tasks })
writeModule('head-weights.ts', 'PackedHead', './head.ts', {
  DIFFICULTY_HEAD: difficulty,
  LENGTH_HEAD: length,
})

const bytes = [tasks, difficulty, length].map(bytesOf)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(`task type: ${train.length} of ${examples.length} prompts; heads: ${heads.length}`)
console.log(`bytes of task type, difficulty, length: ${bytes.join(', ')}; ${seconds} s`)
console.table(measureModel(model, examples))
if (values['leave-out']) console.table(measureLeftOut(train, examples))

/** Of what stands in base64. */
function bytesOf(packed: object): number {
  const texts = Object.values(packed).filter((value) => typeof value === 'string')
  return texts.reduce((sum, text) => sum + Buffer.from(text, 'base64').length, 0)
}

function fieldOf(key: string, value: unknown): string {
  const text = JSON.stringify(value).replaceAll('"', "'")
  const line = `  ${key}: ${text},`
  return typeof value === 'string' && line.length > LINE ? `  ${key}:\n    ${text},` : line
}

function writeModule(
  file: string,
  type: string,
  from: string,
  parts: Readonly<Record<string, object>>,
): void {
  const lines = [
    '// Written by `npm run train`; what it is and where it comes from stands in README.md beside it.',
    `import type { ${type} } from '${from}'`,
  ]
  for (const [name, part] of Object.entries(parts)) {
    lines.push('', `export const ${name}: ${type} = {`)
    for (const [key, value] of Object.entries(part)) lines.push(fieldOf(key, value))
    lines.push('}')
  }
  writeFileSync(join(LEARNED, file), `${lines.join('\n')}\n`)
}
