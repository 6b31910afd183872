import type { Guard } from './guard.ts'
import type { Matrix } from './matrix.ts'
import {
  countStatistics,
  readCount,
  readFloat,
  readFloats,
  writeCount,
  writeFloat,
  writeFloats,
} from './packed-numbers.ts'
import { type BitReader, type BitWriter, createStatistics } from './range-coder.ts'

/** Of one bit set: a power of two of bytes, at most this one. */
const MAX_SET_BITS = 17
const MAX_KINDS = 1_000
/** An offset, and one per sign of a foreign prompt. */
const WEIGHTS = 4

/** @param shape how many numbers say how a prompt is built */
export function writeGuard(writer: BitWriter, guard: Guard, shape: number): void {
  writeSet(writer, guard.words)
  writeSet(writer, guard.pairs)
  const kinds = guard.means.rows
  if (kinds > MAX_KINDS) throw new RangeError('Too many kinds of prompts')
  writeCount(writer, kinds, countStatistics())
  if (!arePositive(guard.spreads.values)) throw new RangeError('A spread is not positive')
  writeFloats(writer, guard.means.values, kinds * shape)
  writeFloats(writer, guard.spreads.values, kinds * shape)
  writeFloats(writer, guard.weights, WEIGHTS)
  writeFloat(writer, guard.threshold)
}

export function readGuard(reader: BitReader, shape: number): Guard {
  const [words, pairs] = [readSet(reader), readSet(reader)]
  const rows = readCount(reader, countStatistics(), MAX_KINDS)
  const readMatrix = (): Matrix => ({ rows, columns: shape, values: readFloats(reader, rows * shape) })
  const means = readMatrix()
  const spreads = readMatrix()
  if (!arePositive(spreads.values)) throw new RangeError('A spread is not positive')
  return { words, pairs, means, spreads, weights: readFloats(reader, WEIGHTS), threshold: readFloat(reader) }
}

/** In single precision. */
function arePositive(spreads: Float64Array): boolean {
  return spreads.every((spread) => Math.fround(spread) > 0)
}

/** Sets of hashes have no order to use; all that is learned is how full they are. */
function writeSet(writer: BitWriter, set: Uint8Array): void {
  const size = Math.log2(set.length)
  if (!Number.isInteger(size) || size > MAX_SET_BITS) throw new RangeError('Sizes do not fit')
  writeCount(writer, size, countStatistics())
  const statistics = createStatistics(1)
  for (const byte of set) {
    for (let place = 0; place < 8; place += 1) writer.learned((byte >> place) & 1, statistics, 0)
  }
}

function readSet(reader: BitReader): Uint8Array {
  const set = new Uint8Array(1 << readCount(reader, countStatistics(), MAX_SET_BITS))
  const statistics = createStatistics(1)
  for (let at = 0; at < set.length; at += 1) {
    let byte = 0
    for (let place = 0; place < 8; place += 1) byte |= reader.learned(statistics, 0) << place
    set[at] = byte
  }
  return set
}
