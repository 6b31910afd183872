import type { Matrix } from './matrix.ts'
import {
  countStatistics,
  readColumns,
  readCount,
  readFloat,
  readFloats,
  writeColumns,
  writeCount,
  writeFloat,
  writeFloats,
} from './packed-numbers.ts'
import type { BitReader, BitWriter } from './range-coder.ts'
import type { TextLayer } from './text-layer.ts'

/** Buckets are a power of two, at most this one. */
const MAX_BUCKET_BITS = 16
const MAX_RANK = 64
/** Rarity is above 0 and at most this: the logarithm of more prompts than anybody has. */
const MAX_RARITY = 50
/** How finely rarity is told: in this many steps from the commonest to the rarest. */
const RARITY_LEVELS = 32
/**
 * Of weights, as a share of the root mean square of their column. A prompt's terms have length 1, so that all rounding
 * together moves what words say by about a third of a step.
 */
const WEIGHT_STEP = 1

/**
 * How rare a bucket is tells how large its weights may be, which makes those of buckets that were never seen cost
 * nothing: zeros in a row of zeros.
 */
export function writeTextLayer(writer: BitWriter, { rarity, weights, offset }: TextLayer): void {
  const bits = Math.log2(rarity.length)
  if (!Number.isInteger(bits) || bits > MAX_BUCKET_BITS) throw new RangeError('Sizes do not fit')
  if (offset.length > MAX_RANK) throw new RangeError('Words say too many numbers')
  writeCount(writer, bits, countStatistics())
  writeCount(writer, offset.length, countStatistics())
  const least = rarity.reduce((a, b) => Math.min(a, b), Infinity)
  const most = rarity.reduce((a, b) => Math.max(a, b), -Infinity)
  if (!(least > 0 && most <= MAX_RARITY)) throw new RangeError('Rarity is out of range')
  const step = (most - least) / RARITY_LEVELS
  writeFloat(writer, least)
  writeFloat(writer, step)
  const levels = Uint8Array.from(rarity, (value) => (step === 0 ? 0 : Math.round((value - least) / step)))
  const statistics = countStatistics()
  for (const level of levels) writeCount(writer, RARITY_LEVELS - level, statistics)
  const size = { rows: rarity.length, columns: offset.length }
  const told = Float64Array.from(levels, (level) => least + level * step)
  writeColumns(writer, scaledRows(weights, told.map(importanceOf)), size, {
    step: WEIGHT_STEP,
    bands: levels,
  })
  writeFloats(writer, offset, offset.length)
}

export function readTextLayer(reader: BitReader): TextLayer {
  const buckets = 1 << readCount(reader, countStatistics(), MAX_BUCKET_BITS)
  const rank = readCount(reader, countStatistics(), MAX_RANK)
  const [least, step] = [readFloat(reader), readFloat(reader)]
  if (!(least > 0 && step >= 0 && least + RARITY_LEVELS * step <= MAX_RARITY + 1)) {
    throw new RangeError('Rarity is out of range')
  }
  const statistics = countStatistics()
  const levels = new Uint8Array(buckets)
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    levels[bucket] = RARITY_LEVELS - readCount(reader, statistics, RARITY_LEVELS)
  }
  const rarity = Float64Array.from(levels, (level) => least + level * step)
  const written = readColumns(reader, { rows: buckets, columns: rank }, levels)
  const weights = scaledRows(
    written,
    rarity.map((one) => 1 / importanceOf(one)),
  )
  return { rarity, weights, offset: readFloats(reader, rank) }
}

/**
 * By how much finer the steps of a bucket are. What it adds to prompts is, root mean square, in proportion to
 * `exp(-rarity / 2) * rarity`; the root of that, since prompts to come use words otherwise than those learned from.
 */
function importanceOf(rarity: number): number {
  return Math.sqrt(Math.exp(-rarity / 2) * rarity)
}

function scaledRows(matrix: Matrix, by: Float64Array): Matrix {
  const values = matrix.values.map((value, at) => value * (by[Math.floor(at / matrix.columns)] ?? 0))
  return { ...matrix, values }
}
