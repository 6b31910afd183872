import { base64Of, bytesOf } from './base64.ts'

/** What is to be turned into vectors: texts, or tokens as the model's own tokenizer numbers them. Never empty. */
export type EmbeddingInputs =
  | { kind: 'texts'; texts: readonly string[] }
  | { kind: 'tokens'; tokens: readonly (readonly number[])[] }

/** How vectors are written: as numbers, or as base64 of 32-bit floats, least significant byte first. */
export const VECTOR_ENCODINGS = ['float', 'base64'] as const
export type VectorEncoding = (typeof VECTOR_ENCODINGS)[number]

/** A vector in either encoding. Hosts and clients differ; what need not be converted is passed on as it came. */
export type Vector = readonly number[] | string

/** A request for vectors, one per input. */
export type EmbeddingRequest = {
  inputs: EmbeddingInputs
  /** How long the vectors are to be; absent means the model's own length. */
  dimensions?: number
  /** How the caller reads vectors. A host that can is asked for the same. */
  encoding: VectorEncoding
  /** The end user behind the request, as the caller names them. */
  user?: string
  /** Fields that only hosts of OpenAI's format may know. */
  extra: Readonly<Record<string, unknown>>
}

/** How many inputs there are, and so how many vectors are wanted. */
export function inputCount(inputs: EmbeddingInputs): number {
  return inputs.kind === 'texts' ? inputs.texts.length : inputs.tokens.length
}

/** Inputs `from` up to, but without, `to`. */
export function inputSlice(inputs: EmbeddingInputs, from: number, to: number): EmbeddingInputs {
  return inputs.kind === 'texts'
    ? { kind: 'texts', texts: inputs.texts.slice(from, to) }
    : { kind: 'tokens', tokens: inputs.tokens.slice(from, to) }
}

const FLOAT_BYTES = 4

/** A vector in the encoding asked for. */
export function vectorAs(encoding: VectorEncoding, vector: Vector): Vector {
  if (encoding === 'base64') return typeof vector === 'string' ? vector : packed(vector)
  return typeof vector === 'string' ? unpacked(vector) : vector
}

/** How many numbers a vector has; not whole for text that is no base64 of floats. */
export function dimensionsOf(vector: Vector): number {
  if (typeof vector !== 'string') return vector.length
  const padding = vector.endsWith('==') ? 2 : vector.endsWith('=') ? 1 : 0
  return ((vector.length / 4) * 3 - padding) / FLOAT_BYTES
}

function packed(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * FLOAT_BYTES))
  for (const [index, value] of vector.entries()) view.setFloat32(index * FLOAT_BYTES, value, true)
  return base64Of(new Uint8Array(view.buffer))
}

function unpacked(base64: string): number[] {
  const view = new DataView(bytesOf(base64).buffer)
  return Array.from({ length: Math.floor(view.byteLength / FLOAT_BYTES) }, (_, index) =>
    view.getFloat32(index * FLOAT_BYTES, true),
  )
}
