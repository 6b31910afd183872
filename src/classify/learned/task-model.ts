import { bytesOf } from '../../core/base64.ts'
import { TASK_TYPES } from '../../core/demand.ts'
import { GRAM_SPACE } from './grams.ts'

/** The committed form of a `TaskModel`: small, and readable by a text editor as far as numbers are. */
export type PackedTaskModel = {
  /** Numbers of the n-grams, ascending: differences to the one before, as base64 of LEB128. */
  grams: string
  /** Base64 of one signed half byte per n-gram and type, offset by 8, the low half first. */
  gramWeights: string
  /** What one step of a half byte is worth, by type. */
  gramScales: readonly number[]
  /** Base64 of one signed byte per dense feature and type. */
  denseWeights: string
  /** What one step of a byte is worth, by feature. */
  denseScales: readonly number[]
}

/** A linear model over dense features and n-grams, one column per task type in the order of `TASK_TYPES`. */
export type TaskModel = {
  /** Open-addressed table: number of an n-gram + 1, and its row in `gramWeights`. */
  keys: Int32Array
  rows: Uint16Array
  gramWeights: Int8Array
  gramScales: Float64Array
  dense: Float64Array
}

const TYPES = TASK_TYPES.length
const HALF = 8
/** Keeps short texts from leaning on few n-grams. */
const SOFTENING = 4
const SLOTS = 1 << 15
/** Multiplicative hashing with the golden ratio: the high bits are the mixed ones. */
const SPREAD = 0x9e3779b1
const SHIFT = 17

/** @throws RangeError when the parts do not fit each other */
export function unpackTaskModel(packed: PackedTaskModel): TaskModel {
  const grams = ascending(bytesOf(packed.grams))
  const halves = bytesOf(packed.gramWeights)
  const denseBytes = new Int8Array(bytesOf(packed.denseWeights).buffer)
  const gramWeights = new Int8Array(grams.length * TYPES)
  for (let index = 0; index < gramWeights.length; index += 1) {
    const byte = halves[index >> 1] ?? 0
    gramWeights[index] = (index % 2 === 0 ? byte & 0xf : byte >> 4) - HALF
  }
  const dense = Float64Array.from(
    denseBytes,
    (byte, index) => byte * (packed.denseScales[Math.floor(index / TYPES)] ?? 0),
  )
  const fits =
    halves.length === Math.ceil(gramWeights.length / 2) &&
    packed.gramScales.length === TYPES &&
    dense.length === packed.denseScales.length * TYPES &&
    grams.length < SLOTS / 2 &&
    (grams.at(-1) ?? 0) < GRAM_SPACE
  if (!fits) throw new RangeError('The parts of the task model do not fit each other')
  return { ...tabulate(grams), gramWeights, gramScales: Float64Array.from(packed.gramScales), dense }
}

/** Sums of differences in LEB128. */
function ascending(bytes: Uint8Array): number[] {
  const numbers: number[] = []
  let last = 0
  let difference = 0
  let shift = 0
  for (const byte of bytes) {
    difference |= (byte & 0x7f) << shift
    shift += 7
    if (byte >= 0x80) continue
    last += difference
    numbers.push(last)
    difference = 0
    shift = 0
  }
  return numbers
}

function tabulate(grams: readonly number[]): { keys: Int32Array; rows: Uint16Array } {
  const keys = new Int32Array(SLOTS)
  const rows = new Uint16Array(SLOTS)
  for (const [row, gram] of grams.entries()) {
    let slot = slotOf(gram)
    while (keys[slot] !== 0) slot = (slot + 1) & (SLOTS - 1)
    keys[slot] = gram + 1
    rows[slot] = row
  }
  return { keys, rows }
}

function slotOf(gram: number): number {
  return Math.imul(gram, SPREAD) >>> SHIFT
}

/** The row of an n-gram in the model, or -1. */
function rowOf({ keys, rows }: TaskModel, gram: number): number {
  let slot = slotOf(gram)
  while (true) {
    const key = keys[slot]
    if (key === 0 || key === undefined) return -1
    if (key === gram + 1) return rows[slot] ?? -1
    slot = (slot + 1) & (SLOTS - 1)
  }
}

/**
 * What one of `count` n-grams of a text counts. All of them are counted, known or not: text full of unknown ones leans
 * less on the few known.
 */
export function gramValue(count: number): number {
  return 1 / Math.sqrt(count + SOFTENING)
}

/** Unnormalised log-probabilities of the task types. */
export function taskLogits(model: TaskModel, dense: Float32Array, grams: Int32Array): Float64Array {
  const { gramWeights, gramScales } = model
  const logits = new Float64Array(TYPES)
  for (const gram of grams) {
    const row = rowOf(model, gram)
    if (row < 0) continue
    const from = row * TYPES
    for (let type = 0; type < TYPES; type += 1)
      logits[type] = (logits[type] ?? 0) + (gramWeights[from + type] ?? 0)
  }
  const value = gramValue(grams.length)
  for (let type = 0; type < TYPES; type += 1)
    logits[type] = (logits[type] ?? 0) * value * (gramScales[type] ?? 0)
  for (let feature = 0; feature < dense.length; feature += 1) {
    const amount = dense[feature] ?? 0
    if (amount === 0) continue
    const from = feature * TYPES
    for (let type = 0; type < TYPES; type += 1)
      logits[type] = (logits[type] ?? 0) + amount * (model.dense[from + type] ?? 0)
  }
  return logits
}
