import { kindOfTerm, TERM_KINDS } from '../classify/features/terms.ts'
import { fitLogistic } from './logistic.ts'
import { type Matrix, matrixOf, rowOf, spreadOf, zeros } from './matrix.ts'
import { quantile } from './outcomes.ts'
import { type Reading, termOf } from './reading.ts'

/**
 * Knows prompts that are unlike all that was learned from; a router should not trust its predictions there, and send
 * them to its reference model. A prompt is foreign when `weights[0] + weights[1..3] · signs > threshold`, where the
 * signs are the share of its words that are new, that of its pairs of words, and ln(0.05 + how far its shape lies from
 * the nearest kind of prompts seen), unless words and shape are nearly all familiar.
 */
export type Guard = {
  /**
   * Words, and pairs of words, that at least two training prompts had: bit sets by the low bits of a term's number,
   * the first in the lowest bit of the first byte. Each `SEEN_BITS / 8` bytes.
   */
  words: Uint8Array
  pairs: Uint8Array
  /** Per kind of training prompts one row: the mean of each number of the shape, and its spread. */
  means: Matrix
  spreads: Matrix
  /** Four: an offset, and one per sign. */
  weights: Float64Array
  threshold: number
}

/** Whether a prompt is unlike all that the guard has seen. */
export function isForeign(guard: Guard, reading: Reading): boolean {
  const signs = signsOf(reading, { words: bitOf(guard.words), pairs: bitOf(guard.pairs) }, guard, null)
  return !isAlike(signs) && scoreOf(guard.weights, signs) > guard.threshold
}

/** However alike all others were, no prompt is a stranger whose shape is that of a kind, but for few new words … */
const FEW_NEW_WORDS = 0.2
const SAME_SHAPE = 0.5
/** … or which says nearly what others said. */
const HARDLY_NEW_WORDS = 0.05
const FEW_NEW_PAIRS = 0.2

function isAlike([newWords = 0, newPairs = 0, logDistance = 0]: readonly number[]): boolean {
  if (newWords <= HARDLY_NEW_WORDS && newPairs <= FEW_NEW_PAIRS) return true
  return newWords <= FEW_NEW_WORDS && logDistance <= Math.log(NEAREST + SAME_SHAPE)
}

function bitOf(bits: Uint8Array): (at: number) => boolean {
  return (at) => (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1
}

/** Numbers that terms are told apart by: more would be kept apart better, in a larger guard. */
const SEEN_BITS = 1 << 17
/** Prompts that must have a term for it to count as seen. */
const ENOUGH = 2
/** Share of prompts of known kinds that are taken for foreign. */
const FALSE_ALARMS = 0.05
/** Log-odds of a prompt that is as likely foreign as known. */
const AS_LIKELY = 0
/** Of the spread over all prompts: what a kind's own is at least. */
const LEAST_SPREAD = 0.25
/** What a number may differ by that is the same for all known prompts. */
const NO_SPREAD = 1e-3
/** No number of the shape counts for more: three spreads, squared. */
const FARTHEST = 9
const NEAREST = 0.05

/**
 * Learns what foreign prompts look like from kinds of prompts that it has not seen: each kind is held against all
 * others, and each fold of prompts against the other folds.
 *
 * @param kinds of each prompt, numbers from 0
 * @returns null where all prompts are of one kind
 */
export function fitGuard(
  readings: readonly Reading[],
  kinds: Int32Array,
  folds: readonly (readonly number[])[],
): Guard | null {
  const members = membersOf(kinds)
  if (members.length < 2) return null
  const shapes = shapesOf(readings, members)
  const all = { words: countersOf(readings, TERM_KINDS.word), pairs: countersOf(readings, TERM_KINDS.pair) }
  const signsWithout = (held: readonly number[], kind: number | null) => {
    const own = held.flatMap((row) => readings.slice(row, row + 1))
    const seen = { words: seenWithout(all, own, 'words'), pairs: seenWithout(all, own, 'pairs') }
    return own.map((reading) => signsOf(reading, seen, shapes, kind))
  }
  const known = folds.flatMap((held) => signsWithout(held, null))
  const foreign = members.flatMap((held, kind) => signsWithout(held, kind))
  const weights = fitLogistic([...known, ...foreign], [...known.map(() => 0), ...foreign.map(() => 1)])
  const scores = Float64Array.from(known, (signs) => scoreOf(weights, signs)).toSorted()
  return {
    words: bitsOf(all.words),
    pairs: bitsOf(all.pairs),
    ...shapes,
    weights,
    // Where all known prompts are much alike, more is asked of a foreign one than to be a little different.
    threshold: Math.max(AS_LIKELY, quantile(scores, 1 - FALSE_ALARMS)),
  }
}

function membersOf(kinds: Int32Array): number[][] {
  const members: number[][] = []
  for (const [row, kind] of kinds.entries()) (members[kind] ??= []).push(row)
  return members.filter((rows) => rows.length > 0)
}

type Seen = { words: (at: number) => boolean; pairs: (at: number) => boolean }

function signsOf({ shape, terms }: Reading, seen: Seen, shapes: Shapes, without: number | null): number[] {
  return [
    shareNew(terms, TERM_KINDS.word, seen.words),
    shareNew(terms, TERM_KINDS.pair, seen.pairs),
    Math.log(NEAREST + distanceOf(shape, shapes, without)),
  ]
}

function shareNew(terms: Uint32Array, kind: number, hasSeen: (at: number) => boolean): number {
  let [count, fresh] = [0, 0]
  for (const packed of terms) {
    const term = termOf(packed)
    if (kindOfTerm(term) !== kind) continue
    count += 1
    if (!hasSeen(term & (SEEN_BITS - 1))) fresh += 1
  }
  return fresh / Math.max(1, count)
}

type Shapes = { means: Matrix; spreads: Matrix }

/** From the nearest kind, but one; the mean over the numbers of the shape, each in spreads, squared. */
function distanceOf(shape: Float64Array, { means, spreads }: Shapes, without: number | null): number {
  let nearest = FARTHEST
  for (let kind = 0; kind < means.rows; kind += 1) {
    if (kind === without) continue
    const [mean, spread] = [rowOf(means, kind), rowOf(spreads, kind)]
    let sum = 0
    for (const [at, value] of shape.entries()) {
      sum += Math.min(FARTHEST, ((value - (mean[at] ?? 0)) / (spread[at] ?? 1)) ** 2)
    }
    nearest = Math.min(nearest, sum / shape.length)
  }
  return nearest
}

function shapesOf(readings: readonly Reading[], members: readonly number[][]): Shapes {
  const width = readings[0]?.shape.length ?? 0
  const whole = spreadOf(matrixOf(readings.map(({ shape }) => shape)))
  const [means, spreads] = [zeros(members.length, width), zeros(members.length, width)]
  for (const [kind, rows] of members.entries()) {
    const own = spreadOf(matrixOf(rows.map((row) => readings[row]?.shape ?? new Float64Array(width))))
    means.values.set(own.mean, kind * width)
    const least = whole.spread.map((spread) => LEAST_SPREAD * spread + NO_SPREAD)
    spreads.values.set(
      own.spread.map((spread, at) => Math.max(spread, least[at] ?? 0)),
      kind * width,
    )
  }
  return { means, spreads }
}

/** In how many prompts each term is. */
function countersOf(readings: readonly Reading[], kind: number): Uint16Array {
  const counters = new Uint16Array(SEEN_BITS)
  for (const { terms } of readings) {
    for (const packed of terms) {
      const term = termOf(packed)
      const at = term & (SEEN_BITS - 1)
      if (kindOfTerm(term) === kind) counters[at] = Math.min(0xffff, (counters[at] ?? 0) + 1)
    }
  }
  return counters
}

function seenWithout(
  all: { words: Uint16Array; pairs: Uint16Array },
  held: readonly Reading[],
  which: 'words' | 'pairs',
): (at: number) => boolean {
  const own = countersOf(held, which === 'words' ? TERM_KINDS.word : TERM_KINDS.pair)
  const counters = all[which]
  return (at) => (counters[at] ?? 0) - (own[at] ?? 0) >= ENOUGH
}

function bitsOf(counters: Uint16Array): Uint8Array {
  const bits = new Uint8Array(SEEN_BITS / 8)
  for (const [at, count] of counters.entries()) {
    if (count >= ENOUGH) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7))
  }
  return bits
}

function scoreOf(weights: Float64Array, signs: readonly number[]): number {
  return signs.reduce((sum, sign, at) => sum + sign * (weights[at + 1] ?? 0), weights[0] ?? 0)
}
