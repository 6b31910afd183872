import type { PackedHead } from '../../classify/learned/head.ts'
import type { PackedTaskModel } from '../../classify/learned/task-model.ts'
import { base64Of } from '../../core/base64.ts'
import { TASK_TYPES } from '../../core/demand.ts'
import type { HeadWeights } from './head-fit.ts'
import type { TaskFit } from './task-fit.ts'

const TYPES = TASK_TYPES.length
const LARGEST_HALF = 7
const HALF = 8
const LARGEST_BYTE = 127
/** Shares of an n-gram's weights, by size, that a scale may leave unclipped. */
const UNCLIPPED = [0.97, 0.98, 0.99, 0.995, 0.998, 1]
const DIGITS = 4

/** Rounds weights: half a byte for an n-gram, with a scale per type, and a byte for others, with a scale per feature. */
export function packTaskModel({ weights, grams }: TaskFit): PackedTaskModel {
  const gramScales = TASK_TYPES.map((_, type) => scaleOf(column(weights.grams, type)))
  const halves = new Uint8Array(Math.ceil(weights.grams.length / 2))
  for (const [at, weight] of weights.grams.entries()) {
    const half = steps(weight, gramScales[at % TYPES] ?? 1, LARGEST_HALF) + HALF
    halves[at >> 1] = (halves[at >> 1] ?? 0) | (at % 2 === 0 ? half : half << 4)
  }
  const denseScales = Array.from({ length: weights.dense.length / TYPES }, (_, feature) =>
    rounded(largest(weights.dense.subarray(feature * TYPES, (feature + 1) * TYPES)) / LARGEST_BYTE),
  )
  const bytes = Int8Array.from(weights.dense, (weight, at) =>
    steps(weight, denseScales[Math.floor(at / TYPES)] ?? 1, LARGEST_BYTE),
  )
  return {
    grams: base64Of(Uint8Array.from(differences(grams).flatMap(leb128))),
    gramWeights: base64Of(halves),
    gramScales,
    denseWeights: base64Of(new Uint8Array(bytes.buffer)),
    denseScales,
  }
}

/** Rounds the weights of a head to a byte each. */
export function packHead({ dense, grams }: HeadWeights): PackedHead {
  const denseScale = rounded(largest(dense) / LARGEST_BYTE)
  const gramScale = rounded(largest(grams) / LARGEST_BYTE)
  return { dense: inBytes(dense, denseScale), denseScale, grams: inBytes(grams, gramScale), gramScale }
}

function inBytes(weights: Float64Array, scale: number): string {
  const bytes = Int8Array.from(weights, (weight) => steps(weight, scale, LARGEST_BYTE))
  return base64Of(new Uint8Array(bytes.buffer))
}

function column(weights: Float32Array, type: number): Float32Array {
  return weights.filter((_, at) => at % TYPES === type)
}

/** The one of least squared error. */
function scaleOf(weights: Float32Array): number {
  const sizes = weights.map(Math.abs).sort()
  const scales = UNCLIPPED.map((share) => {
    const edge = sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))] ?? 0
    const scale = rounded(edge / LARGEST_HALF)
    const error = weights.reduce(
      (sum, weight) => sum + (weight - scale * steps(weight, scale, LARGEST_HALF)) ** 2,
      0,
    )
    return { scale, error }
  })
  return scales.reduce((best, other) => (other.error < best.error ? other : best)).scale
}

function steps(weight: number, scale: number, most: number): number {
  return Math.max(-most, Math.min(most, Math.round(weight / scale)))
}

function largest(weights: Float32Array | Float64Array): number {
  let most = 0
  for (const weight of weights) most = Math.max(most, Math.abs(weight))
  return most
}

/** To a few digits, and never 0. */
function rounded(scale: number): number {
  return Number(Math.max(scale, 1e-9).toPrecision(DIGITS))
}

function differences(numbers: Int32Array): number[] {
  return Array.from(numbers, (number, at) => number - (at === 0 ? 0 : (numbers[at - 1] ?? 0)))
}

function leb128(number: number): number[] {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...leb128(number >> 7)]
}
