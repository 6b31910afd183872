/**
 * `npm run train:outcomes -- <rows.ndjson>`: learns from outcomes as `POST /v1/evals/train` does, held against what is
 * published, and prints the same report. Rows as in `POST /v1/evals/outcomes`; those that cannot be read are named.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createEvalSet, type EvalOutcome, nameOfPrompt, promptOf } from '../../learn/eval-prompt.ts'
import { learnOutcomes, TRAINING_LIMITS } from '../../learn/learn-outcomes.ts'
import { reportBody } from '../../learn/training-report.ts'
import { decodeEvalRow, type EvalRow, measurementOf } from '../../protocols/eval-outcomes/decode-row.ts'
import { CATALOG } from '../../route/catalog/index.ts'
import { prepareCatalog } from '../../route/prepared-catalog.ts'
import { selectModel } from '../../route/select.ts'

const catalog = prepareCatalog(CATALOG)

/** `id` puts prompts in the order of the API. */
type Row = EvalRow & { id: string; modelId: string }

function readRow(line: string, number: number): Row[] {
  if (line.trim() === '') return []
  try {
    const row = decodeEvalRow(line)
    const selection = selectModel(row.model, catalog, 'model')
    if (selection.kind === 'auto') throw new Error(`'${row.model}' stands for any model`)
    const id = createHash('sha256')
      .update(nameOfPrompt(promptOf(row.request)))
      .digest('hex')
    return [{ ...row, id, modelId: selection.modelId }]
  } catch (error) {
    console.error(`Row ${number}: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}

/** Equal rows count once, as in the API. */
function outcomesIn(rows: readonly Row[]): Map<string, EvalOutcome> {
  const byModel = Map.groupBy(rows, ({ modelId }) => modelId)
  return new Map(
    Array.from(byModel, ([model, all]): [string, EvalOutcome] => {
      const distinct = [...new Map(all.map((row) => [measurementOf(row), row])).values()]
      const mean = (of: (row: Row) => number | null) => meanOf(distinct.flatMap((row) => of(row) ?? []))
      return [
        model,
        {
          score: mean(({ score }) => score) ?? 0,
          earlierScore: null,
          inputTokens: mean(({ inputTokens }) => inputTokens),
          outputTokens: mean(({ outputTokens }) => outputTokens),
        },
      ]
    }),
  )
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

const [, , path] = process.argv
if (path === undefined) throw new Error('Name a file: npm run train:outcomes -- rows.ndjson')
const rows = readFileSync(path, 'utf8')
  .split('\n')
  .flatMap((line, index) => readRow(line, index + 1))
const prompts = Array.from(
  Map.groupBy(rows, ({ id }) => id),
  ([id, all]) => ({ id, all, outcomes: outcomesIn(all) }),
)
const chosen = prompts
  .toSorted((a, b) => b.outcomes.size - a.outcomes.size || (a.id < b.id ? -1 : 1))
  .slice(0, TRAINING_LIMITS.maxPrompts)
  .toSorted((a, b) => (a.id < b.id ? -1 : 1))
const set = createEvalSet()
for (const { all, outcomes } of chosen) {
  const [first] = all
  if (!first) continue
  const taskType = all.findLast((row) => row.taskType !== null)?.taskType ?? null
  set.add({ prompt: promptOf(first.request), taskType, outcomes })
}
const { report, verdict } = learnOutcomes(set, catalog, {
  current: { id: 'base', model: null },
  id: 'candidate',
})
console.log(
  JSON.stringify({ activated: verdict.activate, reason: verdict.reason, ...reportBody(report) }, null, 2),
)
