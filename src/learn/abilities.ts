import { TASK_TYPES, type TaskType } from '../core/demand.ts'
import { logOddsWithin, sigmoid } from '../core/log-odds.ts'
import { thousandths } from '../core/thousandths.ts'
import type { AbilityShift } from '../route/beliefs.ts'
import { solve } from './cholesky.ts'
import { identity, type Matrix, product, zeros } from './matrix.ts'

/** An answer that somebody judged. */
export type JudgedAnswer = {
  modelId: string
  taskType: TaskType
  /** The quality (0..1) expected of the model before anything was learned from traffic. */
  predicted: number
  /** How good the answer was, 0..1. */
  score: number
  /** Unix ms. */
  at: number
}

/** What a tenant's traffic taught of models, in plain JSON. */
export type PublishedAbilities = {
  version: 1
  /** By model id: the shift in tasks that were judged too rarely, and in each of the others. */
  models: Readonly<
    Record<string, AbilityShift & { tasks: Readonly<Partial<Record<TaskType, AbilityShift>>> }>
  >
}

/**
 * Prior widths (standard deviations, log-odds): how far published abilities are off for a model, and for one of its
 * tasks. Together they make the spread of a model that nobody judged.
 */
const MODEL_WIDTH = 0.4
const CELL_WIDTH = 0.3
/** How far a tenant's judges differ from ours in strictness, in all they judge and in one kind of task. */
const JUDGES_WIDTH = 0.5
const TASK_WIDTH = 0.3

const DAY_MS = 24 * 60 * 60 * 1_000
/** After this long an answer counts half: hosts change their models without a word. */
const HALF_LIFE_MS = 14 * DAY_MS
/** Below so many judged answers nothing is published of a model, or of one of its tasks. */
const MIN_ANSWERS = 10
/** Models of which anything is published: those judged most. */
const MAX_MODELS = 100
/** No opinion, however often it is repeated, moves a model further than this, in log-odds. */
const MAX_SHIFT = 2
/** Predictions nearer to 0 or 1 count as this near: nobody is that sure. */
const LEAST_PREDICTED = 0.02

const MAX_STEPS = 50
const LONGEST_STEP = 1
const NEAR_ENOUGH = 1e-6

/**
 * Learns from judged answers how far models are from what is predicted of them:
 * logit p(good) = logit(predicted) + judges + judges in the task + model + model in the task, every term normal about 0.
 * The judges' strictness is learned but not published: who finds every answer bad says nothing of which model is
 * better. The most likely values by Newton's method, spreads from the curvature there (Laplace's approximation).
 * Deterministic; answers with numbers that make no sense are left out.
 *
 * @param now Unix ms; answers count less the older they are
 */
export function fitAbilities(answers: readonly JudgedAnswer[], now: number): PublishedAbilities {
  const evidence = gather(answers, now)
  const { model, curvature, inverse, shifts } = mostLikely(evidence)
  const precision = CELL_WIDTH ** -2
  const entries = evidence.modelIds.map((id, at) => {
    const own = FIRST_MODEL + at
    const variance = (inverse.values[own * inverse.columns + own] ?? 0) + CELL_WIDTH ** 2
    const tasks = evidence.cells.flatMap((cell, index) => {
      if (cell.model !== at || cell.answers < MIN_ANSWERS) return []
      const weight = curvature[index] ?? 0
      const mean = (model[own] ?? 0) + (shifts[index] ?? 0)
      const share = weight / (weight + precision)
      return [[cell.task, published(mean, 1 / (weight + precision) + sharedVariance(cell, share, inverse))]]
    })
    return [id, { ...published(model[own] ?? 0, variance), tasks: Object.fromEntries(tasks) }]
  })
  return { version: 1, models: Object.fromEntries(entries) }
}

/** How much better or worse than predicted a model is at a task; null where too few answers were judged. */
export function shiftOf(
  { models }: PublishedAbilities,
  modelId: string,
  taskType: TaskType,
): AbilityShift | null {
  const known = Object.hasOwn(models, modelId) ? models[modelId] : undefined
  return known?.tasks[taskType] ?? known ?? null
}

/** What was published, out of its JSON; null for anything that `fitAbilities` would not have published. */
export function readAbilities(value: unknown): PublishedAbilities | null {
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['models'])) return null
  const models: [string, PublishedAbilities['models'][string]][] = []
  for (const [id, model] of Object.entries(value['models'])) {
    const general = shiftIn(model)
    if (!general || !isRecord(model) || !isRecord(model['tasks'])) return null
    const told = model['tasks']
    const tasks = TASK_TYPES.filter((task) => told[task] !== undefined).map((task) => [
      task,
      shiftIn(told[task]),
    ])
    if (tasks.some(([, shift]) => shift === null)) return null
    models.push([id, { ...general, tasks: Object.fromEntries(tasks) }])
  }
  return { version: 1, models: Object.fromEntries(models) }
}

function shiftIn(value: unknown): AbilityShift | null {
  if (!isRecord(value)) return null
  const { mean, spread } = value
  if (typeof mean !== 'number' || typeof spread !== 'number') return null
  return Math.abs(mean) <= MAX_SHIFT && spread >= 0 && spread < Infinity ? { mean, spread } : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function published(mean: number, variance: number): AbilityShift {
  const bounded = Math.min(MAX_SHIFT, Math.max(-MAX_SHIFT, mean))
  return { mean: thousandths(bounded), spread: thousandths(Math.sqrt(variance)) }
}

/** Answers of one model to one kind of task. */
type Cell = { model: number; task: TaskType; answers: number }
type Evidence = {
  modelIds: readonly string[]
  cells: readonly Cell[]
  /** Per answer: its cell, what was predicted in log-odds, its score, and how much it counts. */
  cellOf: Int32Array
  offsets: Float64Array
  scores: Float64Array
  weights: Float64Array
}

function gather(answers: readonly JudgedAnswer[], now: number): Evidence {
  const sensible = answers.filter(isSensible)
  const counts = new Map<string, number>()
  for (const { modelId } of sensible) counts.set(modelId, (counts.get(modelId) ?? 0) + 1)
  const modelIds = [...counts]
    .filter(([, count]) => count >= MIN_ANSWERS)
    .toSorted(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
    .slice(0, MAX_MODELS)
    .map(([id]) => id)
  const places = new Map(modelIds.map((id, at) => [id, at]))
  const kept = sensible.filter(({ modelId }) => places.has(modelId))
  const cells: Cell[] = []
  const indices = new Map<string, number>()
  const cellOf = Int32Array.from(kept, ({ modelId, taskType }) => {
    const name = `${taskType} ${modelId}`
    const index =
      indices.get(name) ?? cells.push({ model: places.get(modelId) ?? 0, task: taskType, answers: 0 }) - 1
    indices.set(name, index)
    const cell = cells[index]
    if (cell) cell.answers += 1
    return index
  })
  return {
    modelIds,
    cells,
    cellOf,
    offsets: Float64Array.from(kept, ({ predicted }) => logOddsWithin(predicted, LEAST_PREDICTED)),
    scores: Float64Array.from(kept, ({ score }) => score),
    weights: Float64Array.from(kept, ({ at }) => 0.5 ** (Math.max(0, now - at) / HALF_LIFE_MS)),
  }
}

function isSensible({ predicted, score, at }: JudgedAnswer): boolean {
  return predicted >= 0 && predicted <= 1 && score >= 0 && score <= 1 && Number.isFinite(at)
}

/** Terms that cells share: all judges, then one per task, then one per model. */
const FIRST_TASK = 1
const FIRST_MODEL = FIRST_TASK + TASK_TYPES.length

function termsOf({ model, task }: Cell): readonly [number, number, number] {
  return [0, FIRST_TASK + TASK_TYPES.indexOf(task), FIRST_MODEL + model]
}

function priorPrecision(term: number): number {
  if (term === 0) return JUDGES_WIDTH ** -2
  return term < FIRST_MODEL ? TASK_WIDTH ** -2 : MODEL_WIDTH ** -2
}

type Estimate = {
  /** Of the shared terms. */
  model: Float64Array
  /** Of each cell, beyond them. */
  shifts: Float64Array
  /** Of the likelihood, per cell. */
  curvature: Float64Array
  /** Posterior covariance of the shared terms. */
  inverse: Matrix
}

/** Newton's method. A cell's own term meets no other cell's, so these are eliminated and few unknowns are left. */
function mostLikely(evidence: Evidence): Estimate {
  const { cells } = evidence
  const precision = CELL_WIDTH ** -2
  const model = new Float64Array(FIRST_MODEL + evidence.modelIds.length)
  const shifts = new Float64Array(cells.length)
  for (let step = 1; ; step += 1) {
    const { gradient, curvature } = likelihood(evidence, model, shifts)
    const matrix = zeros(model.length, model.length)
    const wanted = model.map((value, term) => -priorPrecision(term) * value)
    for (let term = 0; term < model.length; term += 1) {
      matrix.values[term * model.length + term] = priorPrecision(term)
    }
    for (const [index, cell] of cells.entries()) {
      const weight = curvature[index] ?? 0
      const pull = gradient[index] ?? 0
      const share = weight / (weight + precision)
      const passed = pull - share * (pull - precision * (shifts[index] ?? 0))
      addCell(matrix, wanted, { terms: termsOf(cell), weight: share * precision, pull: passed })
    }
    const inverse = solve(matrix, identity(matrix.rows))
    const moves = product(inverse, { rows: wanted.length, columns: 1, values: wanted }).values
    const own = shifts.map((value, index) => {
      const cell = cells[index]
      const moved = cell ? sumOf(moves, termsOf(cell)) : 0
      const weight = curvature[index] ?? 0
      return ((gradient[index] ?? 0) - precision * value - weight * moved) / (weight + precision)
    })
    const furthest = [...moves, ...own].reduce((most, move) => Math.max(most, Math.abs(move)), 0)
    if (furthest < NEAR_ENOUGH || step === MAX_STEPS) return { model, shifts, curvature, inverse }
    const scale = Math.min(1, LONGEST_STEP / furthest)
    for (const [at, move] of moves.entries()) model[at] = (model[at] ?? 0) + scale * move
    for (const [at, move] of own.entries()) shifts[at] = (shifts[at] ?? 0) + scale * move
  }
}

/** Slope and curvature of the log-likelihood, per cell. */
function likelihood(evidence: Evidence, model: Float64Array, shifts: Float64Array) {
  const { cells, cellOf, offsets, scores, weights } = evidence
  const levels = cells.map((cell, index) => sumOf(model, termsOf(cell)) + (shifts[index] ?? 0))
  const gradient = new Float64Array(cells.length)
  const curvature = new Float64Array(cells.length)
  for (const [answer, cell] of cellOf.entries()) {
    const good = sigmoid((offsets[answer] ?? 0) + (levels[cell] ?? 0))
    const weight = weights[answer] ?? 0
    gradient[cell] = (gradient[cell] ?? 0) + weight * ((scores[answer] ?? 0) - good)
    curvature[cell] = (curvature[cell] ?? 0) + weight * good * (1 - good)
  }
  return { gradient, curvature }
}

type Contribution = { terms: readonly number[]; weight: number; pull: number }

function addCell({ columns, values }: Matrix, wanted: Float64Array, { terms, weight, pull }: Contribution) {
  for (const row of terms) {
    wanted[row] = (wanted[row] ?? 0) + pull
    for (const column of terms) {
      values[row * columns + column] = (values[row * columns + column] ?? 0) + weight
    }
  }
}

/** Of the model's term plus the cell's own, given the uncertainty of the terms it shares with others. */
function sharedVariance(cell: Cell, share: number, { columns, values }: Matrix): number {
  const [judges, task, model] = termsOf(cell)
  const factors: readonly (readonly [number, number])[] = [
    [judges, -share],
    [task, -share],
    [model, 1 - share],
  ]
  let variance = 0
  for (const [row, a] of factors) {
    for (const [column, b] of factors) variance += a * b * (values[row * columns + column] ?? 0)
  }
  return variance
}

function sumOf(values: Float64Array, terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + (values[term] ?? 0), 0)
}
