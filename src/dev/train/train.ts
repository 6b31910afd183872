/**
 * `npm run train -- [folder of data sets] [--leave-out]`: trains what the classifier has learned and writes it to
 * `src/classify/learned`; equal data give equal bytes. Prints what it reaches; with `--leave-out` also on sources left out
 * of training, one by one.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type PackedTaskModel, unpackTaskModel } from '../../classify/learned/task-model.ts'
import { exampleOf } from './examples.ts'
import { packTaskModel } from './pack.ts'
import { measureLeftOut, measureModel } from './report.ts'
import { readSamples } from './samples.ts'
import { fitTasks } from './task-fit.ts'

const DATA = join(import.meta.dirname, '../../../../shared/data')
const TARGET = join(import.meta.dirname, '../../classify/learned/task-weights.ts')

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'leave-out': { type: 'boolean', default: false } },
})

const started = performance.now()
const examples = readSamples(positionals[0] ?? DATA).map(exampleOf)
const train = examples.filter(({ sample }) => sample.role !== 'fresh' && sample.split === 'train')
const packed = packTaskModel(fitTasks(train))
writeFileSync(TARGET, moduleOf(packed))
const bytes = [packed.grams, packed.gramWeights, packed.denseWeights].map((text) => (text.length * 3) / 4)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(
  `${train.length} of ${examples.length} prompts, ${bytes.reduce((a, b) => a + b)} bytes, ${seconds} s`,
)
console.table(measureModel(unpackTaskModel(packed), examples))
if (values['leave-out']) console.table(measureLeftOut(train, examples))

function moduleOf(model: PackedTaskModel): string {
  const fields = Object.entries(model).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`)
  return [
    '// Written by `npm run train`; what it is and where it comes from stands in README.md beside it.',
    "import type { PackedTaskModel } from './task-model.ts'",
    '',
    'export const TASK_WEIGHTS: PackedTaskModel = {',
    ...fields,
    '}',
    '',
  ].join('\n')
}
