import { namePieces, type Prompt } from './prompt.ts'

/** How much of a prompt is read for its words: its beginning, UTF-16 units, and no more terms than that. */
const MAX_CHARS = 4_000
const MAX_TERMS = 2_000

const SPACE = 0
const LETTER = 1
const DIGIT = 2
/** Stand for themselves: punctuation, and characters of scripts that are written without blanks. */
const SINGLE = 3
const UNSPACED = 4

let kinds: Uint8Array | null = null

/** The kind of every UTF-16 unit. Made when the first prompt is read so: where nothing was learned, none is. */
function kindsOf(): Uint8Array {
  if (kinds) return kinds
  kinds = new Uint8Array(0x10000).fill(SINGLE)
  for (let unit = 0; unit < kinds.length; unit += 1) {
    const text = String.fromCharCode(unit)
    if (/\s/.test(text)) kinds[unit] = SPACE
    else if (/\d/.test(text)) kinds[unit] = DIGIT
    else if (/[\p{L}\p{M}]/u.test(text)) kinds[unit] = isUnspaced(unit) ? UNSPACED : LETTER
  }
  return kinds
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

/** What a term is: a word, two neighbours, or else (number, punctuation, word of a tool's name). */
export const TERM_KINDS = { word: 0, pair: 1, other: 2 } as const

/** Of a term's number; its kind stands above. */
const HASH_BITS = 22
const HASHES = (1 << HASH_BITS) - 1

/** The kind of a term, from its number. */
export function kindOfTerm(term: number): number {
  return term >>> HASH_BITS
}

/**
 * Words, and pairs of neighbours, as counts per term (FNV-1a). Case is folded, numbers are told apart by their length
 * only, and characters of unspaced scripts are words of their own, so that their pairs are what word pairs are
 * elsewhere. Words of tools' names are terms apart from those of the text.
 *
 * @returns counts by a number of 24 bits; its low bits alone are a bucket (hashing trick, Weinberger et al. 2009)
 */
export function countTerms({ text, tools }: Prompt): Map<number, number> {
  const counts = new Map<number, number>()
  const kindAt = kindsOf()
  for (const piece of tools.flatMap(({ name }) => namePieces(name)).slice(0, MAX_TERMS)) {
    add(counts, TERM_KINDS.other, hashOf(piece, 0, piece.length) ^ TOOL)
  }
  const lower = text.slice(0, MAX_CHARS).toLowerCase()
  let previous = 0
  let at = 0
  while (at < lower.length && counts.size < MAX_TERMS) {
    const kind = kindAt[lower.charCodeAt(at)] ?? SINGLE
    const start = at
    at += 1
    if (kind === SPACE) continue
    if (kind < SINGLE) while (at < lower.length && kindAt[lower.charCodeAt(at)] === kind) at += 1
    const word =
      kind === DIGIT && at - start > 1 ? Math.min(at - start, MAX_DIGITS) : hashOf(lower, start, at)
    const isWord = kind === LETTER || kind === UNSPACED
    add(counts, isWord ? TERM_KINDS.word : TERM_KINDS.other, word)
    if (previous !== 0) add(counts, TERM_KINDS.pair, Math.imul(previous, FNV_PRIME) ^ word)
    previous = word
  }
  return counts
}

function add(counts: Map<number, number>, kind: number, hash: number): void {
  const term = (kind << HASH_BITS) | (mixed(hash) & HASHES)
  counts.set(term, (counts.get(term) ?? 0) + 1)
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
