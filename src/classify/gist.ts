import { gramsOf } from './learned/grams.ts'

/** Numbers that stand for a text: enough to tell likeness to about six points of a hundred. */
const SIZE = 64

/**
 * What a text says, as a sketch (Broder 1997): the smallest hashes of its distinct words and pairs, ascending. Nobody can
 * read the text from it.
 */
export function gistOf(text: string): number[] {
  return [...new Set(gramsOf(text))].toSorted((a, b) => a - b).slice(0, SIZE)
}

/** Share (0..1) of words and pairs that two texts have in common, by their gists; 0 where one says nothing. */
export function likeness(a: readonly number[], b: readonly number[]): number {
  const union = [...new Set([...a, ...b])].toSorted((x, y) => x - y).slice(0, SIZE)
  const [inA, inB] = [new Set(a), new Set(b)]
  return union.filter((hash) => inA.has(hash) && inB.has(hash)).length / Math.max(1, union.length)
}
