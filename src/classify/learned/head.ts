import { bytesOf } from '../../core/base64.ts'
import { gramValue } from './task-model.ts'

/** The committed form of a `Head`: base64 of one signed byte per weight, and what one step of a byte is worth. */
export type PackedHead = { dense: string; denseScale: number; grams: string; gramScale: number }

/** One number that is linear in dense features and in n-grams, the latter in buckets; none is fine. */
export type Head = { dense: Float64Array; grams: Float64Array }

/** @throws RangeError when the number of buckets is not 0 or a power of two */
export function unpackHead({ dense, denseScale, grams, gramScale }: PackedHead): Head {
  const head = { dense: weightsOf(dense, denseScale), grams: weightsOf(grams, gramScale) }
  if ((head.grams.length & (head.grams.length - 1)) !== 0) {
    throw new RangeError('The buckets of a head must be a power of two')
  }
  return head
}

function weightsOf(base64: string, scale: number): Float64Array {
  return Float64Array.from(new Int8Array(bytesOf(base64).buffer), (byte) => byte * scale)
}

/** What the head says of a message; `dense` as `denseFeatures` gives them, `grams` as `gramsOf` does. */
export function readHead(head: Head, dense: Float32Array, grams: Int32Array): number {
  let sum = 0
  for (let feature = 0; feature < dense.length; feature += 1) {
    sum += (dense[feature] ?? 0) * (head.dense[feature] ?? 0)
  }
  if (head.grams.length === 0) return sum
  const last = head.grams.length - 1
  let said = 0
  for (const gram of grams) said += head.grams[gram & last] ?? 0
  return sum + said * gramValue(grams.length)
}
