import { namePieces, type Prompt } from './prompt.ts'

/** How much of a prompt is read for its words: its beginning, UTF-16 units. */
const MAX_CHARS = 6_000

const SPACE = 0
const LETTER = 1
const DIGIT = 2
/** Stands for itself: punctuation, and scripts that are written without blanks. */
const SINGLE = 3

const kinds = new Uint8Array(0x10000).fill(SINGLE)
for (let unit = 0; unit < kinds.length; unit += 1) {
  const text = String.fromCharCode(unit)
  if (/\s/.test(text)) kinds[unit] = SPACE
  else if (/\d/.test(text)) kinds[unit] = DIGIT
  else if (/[\p{L}\p{M}]/u.test(text) && !isUnspaced(unit)) kinds[unit] = LETTER
}

/** Han, kana, Thai, Lao, Khmer and Burmese. Hangul is written in words. */
function isUnspaced(unit: number): boolean {
  return (
    (unit >= 0x0e00 && unit <= 0x0eff) ||
    (unit >= 0x1000 && unit <= 0x109f) ||
    (unit >= 0x1780 && unit <= 0x17ff) ||
    (unit >= 0x2e80 && unit <= 0x31ff) ||
    (unit >= 0x3400 && unit <= 0x9fff) ||
    (unit >= 0xf900 && unit <= 0xfaff)
  )
}

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
/** Tells words of tools' names from those of the text. */
const TOOL = 0x5bd1e995
/** Longer numbers are alike. */
const MAX_DIGITS = 4

/**
 * Words, and pairs of neighbours, as counts per bucket (hashing trick, Weinberger et al. 2009; FNV-1a). Case is
 * folded, numbers are told apart by their length only, and characters of unspaced scripts are words of their own, so
 * that their pairs are what word pairs are elsewhere. Words of tools' names are terms apart from those of the text.
 *
 * @param buckets a power of two
 */
export function countTerms({ text, tools }: Prompt, buckets: number): Map<number, number> {
  const counts = new Map<number, number>()
  for (const piece of tools.flatMap(({ name }) => namePieces(name))) {
    add(counts, mixed(hashOf(piece, 0, piece.length) ^ TOOL) & (buckets - 1))
  }
  const lower = text.slice(0, MAX_CHARS).toLowerCase()
  let previous = 0
  let at = 0
  while (at < lower.length) {
    const kind = kinds[lower.charCodeAt(at)] ?? SINGLE
    const start = at
    at += 1
    if (kind === SPACE) continue
    if (kind !== SINGLE) while (at < lower.length && kinds[lower.charCodeAt(at)] === kind) at += 1
    const word =
      kind === DIGIT && at - start > 1 ? Math.min(at - start, MAX_DIGITS) : hashOf(lower, start, at)
    add(counts, mixed(word) & (buckets - 1))
    if (previous !== 0) add(counts, mixed(Math.imul(previous, FNV_PRIME) ^ word) & (buckets - 1))
    previous = word
  }
  return counts
}

function add(counts: Map<number, number>, bucket: number): void {
  counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
}

function hashOf(text: string, from: number, to: number): number {
  let hash = FNV_OFFSET
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  return hash
}

/** Spreads what differs in high bits only over the low ones. */
function mixed(hash: number): number {
  let value = hash ^ (hash >>> 15)
  value = Math.imul(value, 0x2c1b3c6d)
  return value ^ (value >>> 12)
}
