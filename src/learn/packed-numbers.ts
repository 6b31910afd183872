import { type Matrix, zeros } from './matrix.ts'
import { type BitReader, type BitWriter, createStatistics, type Statistics } from './range-coder.ts'

/** Whole numbers have fewer binary digits than this. */
const MAX_DIGITS = 24
const LARGEST = (1 << (MAX_DIGITS - 1)) - 2
/** Digits after the first that are told apart by those before. */
const TREE_DIGITS = 3
const TREE = 1 << TREE_DIGITS
/** Numbers in one matrix or vector, at most: nothing that is read makes the reader allocate more. */
const MAX_NUMBERS = 1 << 19

/** Statistics for whole numbers of one kind. */
export function countStatistics(): Statistics {
  return createStatistics(MAX_DIGITS * (1 + TREE))
}

/** A whole number from 0 on, by the number of its digits and then these (Elias gamma, its bits learned). */
export function writeCount(writer: BitWriter, value: number, statistics: Statistics): void {
  if (!Number.isInteger(value) || value < 0 || value > LARGEST) {
    throw new RangeError('A whole number is out of range')
  }
  const digits = 31 - Math.clz32(value + 1)
  for (let at = 0; at < digits; at += 1) writer.learned(1, statistics, at)
  writer.learned(0, statistics, digits)
  let node = 1
  for (let place = digits - 1; place >= 0; place -= 1) {
    const bit = ((value + 1) >>> place) & 1
    if (node < TREE) writer.learned(bit, statistics, MAX_DIGITS + digits * TREE + node)
    else writer.plain(bit, 1)
    node = 2 * node + bit
  }
}

/** @throws RangeError when it is larger than `most` */
export function readCount(reader: BitReader, statistics: Statistics, most: number): number {
  let digits = 0
  while (digits < MAX_DIGITS - 1 && reader.learned(statistics, digits) === 1) digits += 1
  let node = 1
  for (let place = digits - 1; place >= 0; place -= 1) {
    const bit = node < TREE ? reader.learned(statistics, MAX_DIGITS + digits * TREE + node) : reader.plain(1)
    node = 2 * node + bit
  }
  if (node - 1 > most) throw new RangeError('A whole number is too large')
  return node - 1
}

const FLOAT_BITS = 32
const view = new DataView(new ArrayBuffer(FLOAT_BITS / 8))

/** A number in single precision. */
export function writeFloat(writer: BitWriter, value: number): void {
  if (!Number.isFinite(Math.fround(value))) throw new RangeError('A number is not finite')
  view.setFloat32(0, value)
  writer.plain(view.getUint32(0), FLOAT_BITS)
}

export function readFloat(reader: BitReader): number {
  view.setUint32(0, reader.plain(FLOAT_BITS))
  const value = view.getFloat32(0)
  if (!Number.isFinite(value)) throw new RangeError('A number is not finite')
  return value
}

/** @throws RangeError when they are not `length` */
export function writeFloats(writer: BitWriter, values: Float64Array, length: number): void {
  if (values.length !== length) throw new RangeError('Sizes do not fit')
  for (const value of values) writeFloat(writer, value)
}

export function readFloats(reader: BitReader, length: number): Float64Array {
  const values = new Float64Array(checkedSize(length, 1))
  for (let at = 0; at < length; at += 1) values[at] = readFloat(reader)
  return values
}

function checkedSize(rows: number, columns: number): number {
  if (rows * columns > MAX_NUMBERS) throw new RangeError('Too many numbers')
  return rows * columns
}

/** Rows and columns that a matrix has to have. */
type Size = { rows: number; columns: number }

/** How a matrix is written. */
type Fineness = {
  /** A step of a column, as a share of its root mean square. */
  step: number
  /** Kinds of rows that differ in how large their numbers are, from 0 on; null where all are of one kind. */
  bands: ArrayLike<number> | null
}

/** Classes of the sizes before and above a number, which tell how large it may be: 0, 1, 2, 3 to 4, 5 to 8, … */
const NEIGHBOURHOODS = 6

/** Numbers rounded to whole steps of their column. */
export function writeColumns(writer: BitWriter, matrix: Matrix, size: Size, { step, bands }: Fineness): void {
  const fits = matrix.rows === size.rows && matrix.columns === size.columns
  if (!fits || matrix.values.length !== checkedSize(size.rows, size.columns)) {
    throw new RangeError('Sizes do not fit')
  }
  const steps = Array.from({ length: size.columns }, (_, column) => Math.fround(stepOf(matrix, column, step)))
  for (const one of steps) writeFloat(writer, one)
  const statistics = statisticsOf(bands)
  const sizes = new Int32Array(matrix.values.length)
  for (const [at, value] of matrix.values.entries()) {
    const one = steps[at % size.columns] ?? 0
    const rounded = one === 0 ? 0 : Math.round(value / one)
    sizes[at] = Math.abs(rounded)
    const of = statistics[classOf(sizes, at, size.columns, bands)]
    if (!of) throw new RangeError('Sizes do not fit')
    writeCount(writer, Math.abs(rounded), of)
    if (rounded !== 0) writer.plain(rounded < 0 ? 1 : 0, 1)
  }
}

export function readColumns(reader: BitReader, { rows, columns }: Size, bands: Fineness['bands']): Matrix {
  checkedSize(rows, columns)
  const steps = readFloats(reader, columns)
  const matrix = zeros(rows, columns)
  const statistics = statisticsOf(bands)
  const sizes = new Int32Array(matrix.values.length)
  for (let at = 0; at < sizes.length; at += 1) {
    const of = statistics[classOf(sizes, at, columns, bands)]
    if (!of) throw new RangeError('Sizes do not fit')
    const size = readCount(reader, of, LARGEST)
    sizes[at] = size
    const sign = size !== 0 && reader.plain(1) === 1 ? -1 : 1
    matrix.values[at] = sign * size * (steps[at % columns] ?? 0)
  }
  return matrix
}

/** Such that the largest number is a whole number of steps. */
function stepOf({ rows, columns, values }: Matrix, column: number, share: number): number {
  let [squares, largest] = [0, 0]
  for (let at = column; at < values.length; at += columns) {
    const value = Math.abs(values[at] ?? 0)
    squares += value ** 2
    largest = Math.max(largest, value)
  }
  return largest === 0 ? 0 : largest / Math.ceil(largest / (share * Math.sqrt(squares / rows)))
}

function statisticsOf(bands: Fineness['bands']): Statistics[] {
  const count = bands ? 1 + Array.from(bands).reduce((most, band) => Math.max(most, band), 0) : 1
  return Array.from({ length: count * NEIGHBOURHOODS }, countStatistics)
}

/** By the band of its row and the sizes of the numbers before and above it. */
function classOf(sizes: Int32Array, at: number, columns: number, bands: Fineness['bands']): number {
  const before = at % columns === 0 ? 0 : (sizes[at - 1] ?? 0)
  const above = at < columns ? 0 : (sizes[at - columns] ?? 0)
  const near = before + above
  const neighbourhood = near < 3 ? near : Math.min(NEIGHBOURHOODS - 1, 33 - Math.clz32(near - 1))
  const band = bands?.[Math.floor(at / columns)] ?? 0
  return band * NEIGHBOURHOODS + neighbourhood
}
