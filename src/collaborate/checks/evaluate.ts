import type { MathToken } from './math-tokens.ts'

/** What a formula comes to, and what must be known of it to compare it with another. */
export type Value = {
  value: number
  operations: number
  hasDivision: boolean
  hasSum: boolean
  hasPercent: boolean
  /** The most digits after a point in any of its numbers. */
  decimals: number
  /** Its first number. */
  lead: number
  /** Readers differ in what it means: `-2^2`, `6/2(1+2)`. */
  isAmbiguous: boolean
}

type Reader = Omit<Value, 'value'> & { tokens: readonly MathToken[]; at: number }

/**
 * What a formula comes to, by the usual precedence. Numbers are JavaScript's: exact for whole ones to 15 digits.
 *
 * @returns null for what is no whole formula, or comes to no number
 */
export function evaluate(tokens: readonly MathToken[]): Value | null {
  const reader: Reader = {
    tokens,
    at: 0,
    operations: 0,
    hasDivision: false,
    hasSum: false,
    hasPercent: tokens.some(({ kind }) => kind === 'percent'),
    decimals: Math.max(0, ...tokens.map(({ decimals }) => decimals)),
    lead: tokens.find(({ kind }) => kind === 'number')?.value ?? NaN,
    isAmbiguous: false,
  }
  const value = sum(reader)
  const { tokens: _read, at, ...known } = reader
  return at === tokens.length && Number.isFinite(value) ? { ...known, value } : null
}

/** Everything below gives NaN for what cannot be read. */
function sum(reader: Reader): number {
  let value = term(reader)
  for (;;) {
    if (takes(reader, '+')) value += term(reader)
    else if (takes(reader, '-')) value -= term(reader)
    else return value
    reader.operations++
    reader.hasSum = true
  }
}

function term(reader: Reader): number {
  let value = factor(reader)
  let divides = false
  for (;;) {
    if (takes(reader, '*')) value *= factor(reader)
    else if (takes(reader, '/')) {
      value /= factor(reader)
      divides = true
      reader.hasDivision = true
    } else if (reader.tokens[reader.at]?.kind === 'open') {
      value *= factor(reader)
      reader.isAmbiguous ||= divides
    } else return value
    reader.operations++
  }
}

function factor(reader: Reader): number {
  if (takes(reader, '+')) return factor(reader)
  if (!takes(reader, '-')) return power(reader)
  const isPlain = reader.tokens[reader.at]?.kind === 'number'
  const before = reader.operations
  const value = power(reader)
  reader.isAmbiguous ||= isPlain && reader.operations > before
  return -value
}

function power(reader: Reader): number {
  const base = primary(reader)
  const small = reader.tokens[reader.at]
  const exponent = small?.kind === 'exponent' ? small.value : null
  if (exponent !== null) reader.at++
  else if (!takes(reader, '^')) return base
  reader.operations++
  const raised = base ** (exponent ?? factor(reader))
  reader.hasDivision ||= !Number.isInteger(raised)
  return raised
}

function primary(reader: Reader): number {
  const token = reader.tokens[reader.at++]
  let value = NaN
  if (token?.kind === 'number') value = token.value
  if (token?.kind === 'open') value = group(reader)
  if (token?.kind === 'fraction') {
    const over = grouped(reader)
    value = over / grouped(reader)
    reader.hasDivision = true
    reader.operations++
  }
  if (reader.tokens[reader.at]?.kind !== 'percent') return value
  reader.at++
  return value / 100
}

function grouped(reader: Reader): number {
  return reader.tokens[reader.at++]?.kind === 'open' ? group(reader) : NaN
}

function group(reader: Reader): number {
  const value = sum(reader)
  return reader.tokens[reader.at++]?.kind === 'close' ? value : NaN
}

function takes(reader: Reader, sign: string): boolean {
  const token = reader.tokens[reader.at]
  if (token?.kind !== 'operator' || token.sign !== sign) return false
  reader.at++
  return true
}
