import { type TaskModel, taskLogits } from '../../classify/learned/task-model.ts'
import { softmax } from '../../core/log-odds.ts'
import { calibrationError } from '../../learn/calibrate.ts'
import { type Example, highest } from './examples.ts'
import { logitsOf } from './linear-fit.ts'
import { fitWithout } from './task-fit.ts'

type Row = Record<string, string | number>
type Predict = (example: Example) => Float64Array

/** Licences forbid to train on these, or they are kept to measure with. */
export const FRESH: readonly string[] = [
  'alignbench',
  'belle_eval',
  'instructionwild_v2',
  'mt_bench',
  'cmmlu',
  'xquad',
  'livecodebench',
]

/** Accuracy of rules and model on what was not trained on: rows for `console.table`. */
export function measureModel(model: TaskModel, examples: readonly Example[]): Row[] {
  const predict: Predict = ({ dense, grams }) => taskLogits(model, dense, grams)
  const own = (split: string) =>
    examples.filter(({ sample }) => sample.role === 'own' && sample.split === split)
  const fresh = (sources: readonly string[]) =>
    examples.filter(({ sample }) => sample.role === 'fresh' && sources.includes(sample.source))
  const groups: [string, Example[]][] = [
    ['own val', own('val')],
    ['own test', own('test')],
    ['own test without bfcl', own('test').filter(({ sample }) => !sample.tool)],
    ...FRESH.map((source): [string, Example[]] => [source, fresh([source])]),
    ['alignbench + belle_eval', fresh(['alignbench', 'belle_eval'])],
  ]
  return groups.map(([set, some]) => measure(set, some, predict))
}

function measure(set: string, examples: readonly Example[], predict: Predict): Row {
  const judged = examples.map((example) => {
    const probabilities = softmax(predict(example))
    const best = highest(probabilities)
    const second = highest(probabilities.with(best, -1))
    return { targets: example.targets, best, second, confidence: probabilities[best] ?? 0 }
  })
  const confidences = Float64Array.from(judged, ({ confidence }) => confidence)
  const rights = Float64Array.from(judged, ({ targets, best }) => Number(targets.includes(best)))
  return {
    set,
    rows: examples.length,
    'rules %': percent(examples, ({ targets, byRules }) => targets.includes(byRules)),
    'model %': percent(judged, ({ targets, best }) => targets.includes(best)),
    'top 2 %': percent(
      judged,
      ({ targets, best, second }) => targets.includes(best) || targets.includes(second),
    ),
    'ECE %': Number((100 * calibrationError(confidences, rights)).toFixed(1)),
  }
}

function percent<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  return Number(((100 * items.filter(holds).length) / Math.max(1, items.length)).toFixed(1))
}

/** Each own source judged by a model that never saw it, nor what was made from it. */
export function measureLeftOut(train: readonly Example[], examples: readonly Example[]): Row[] {
  const own = examples.filter(({ sample }) => sample.role === 'own')
  return Array.from(
    Map.groupBy(own, ({ sample }) => sample.source),
    ([source, left]) => {
      const kin = /^[a-z]+/.exec(source)?.[0] ?? source
      const weights = fitWithout(train.filter(({ sample }) => !sample.source.includes(kin)))
      return measure(source, left, (example) => logitsOf(weights, example))
    },
  )
}
