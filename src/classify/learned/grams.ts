import { fold } from '../folding.ts'

/** How much of a text is read: its beginning and its end, UTF-16 units; all of it when it is no longer than both. */
const HEAD = 360
const TAIL = 240
const MAX_GRAMS = 1600

/** N-grams are numbered by a hash below this, a power of two. */
export const GRAM_SPACE = 1 << 20
const FNV_PRIME = 0x01000193
/** Multiplicative hashing with the golden ratio. */
const SPREAD = 0x9e3779b1

const BLANK = 0
const WORD = 1
const DIGIT = 2
/** Scripts that put no blanks between words, and hangul. */
const DENSE = 3
const MARK = 4

const kinds = new Uint8Array(0x10000)
for (let unit = 0; unit < kinds.length; unit += 1) kinds[unit] = kindOf(unit)

function kindOf(unit: number): number {
  const isWithin = (first: number, last: number) => unit >= first && unit <= last
  if (isWithin(0x30, 0x39)) return DIGIT
  if (isWithin(0x61, 0x7a) || unit === 0x27 || unit === 0x5f) return WORD
  if (isWithin(0xc0, 0xdff) || isWithin(0x1e00, 0x1fff)) return WORD
  if (isWithin(0xe00, 0xeff) || isWithin(0x3040, 0x9fff) || isWithin(0xac00, 0xd7af)) return DENSE
  return unit <= 0x20 || unit === 0xa0 ? BLANK : MARK
}

/** Keep the families of n-grams apart. Openings use the 32 salts that follow theirs. */
const SALT = { word: 0x1111, stem: 0x2222, pair: 0x3333, densePair: 0x5555, denseTriple: 0x6666 } as const
const HEAD_OPENING = 0x8888
const TAIL_OPENING = 0x9999
const STEM = 4
const STEMMED_FROM = 6
const OPENING_WORDS = 3
const OPENING_DENSE = 4

/** One pass over a window: what came before the present unit, and the n-grams found so far. */
type Scan = {
  found: Int32Array
  count: number
  opening: number
  /** Words and dense characters seen in this window. */
  words: number
  previousWord: number
  /** The last two dense characters, the latest first; 0 when something else stands between. */
  previous: number
  beforePrevious: number
}

/**
 * Numbers below `GRAM_SPACE` of the n-grams at the beginning and the end of `text`, repeated as often as they stand:
 * words, their beginnings, word pairs, pairs and triples of dense characters, and the first of these once more as
 * openings. Case, width and Chinese script are folded; a run of digits is one word.
 */
export function gramsOf(text: string): Int32Array {
  const scan: Scan = {
    found: new Int32Array(MAX_GRAMS),
    count: 0,
    opening: HEAD_OPENING,
    words: 0,
    previousWord: 0,
    previous: 0,
    beforePrevious: 0,
  }
  if (text.length <= HEAD + TAIL) scanWindow(text, 0, text.length, HEAD_OPENING, scan)
  else {
    scanWindow(text, 0, HEAD, HEAD_OPENING, scan)
    scanWindow(text, text.length - TAIL, text.length, TAIL_OPENING, scan)
  }
  return scan.found.subarray(0, scan.count)
}

function scanWindow(text: string, from: number, to: number, opening: number, scan: Scan): void {
  scan.opening = opening
  scan.words = 0
  scan.previousWord = 0
  scan.previous = 0
  scan.beforePrevious = 0
  let at = from
  while (at < to) {
    const unit = fold(text.charCodeAt(at))
    const kind = kinds[unit] ?? MARK
    if (kind === WORD || kind === DIGIT) at = scanWord(text, at, to, kind, scan)
    else {
      if (kind === DENSE) addDense(unit, scan)
      else if (kind === MARK) {
        scan.previous = 0
        scan.beforePrevious = 0
        scan.previousWord = 0
      }
      at += 1
    }
  }
}

/** Adds the word that starts at `from`; returns where it ends. */
function scanWord(text: string, from: number, to: number, kind: number, scan: Scan): number {
  let hash = kind === DIGIT ? 0x30 : 0
  let stem = 0
  let at = from
  for (; at < to; at += 1) {
    const unit = fold(text.charCodeAt(at))
    if (kinds[unit] !== kind) break
    if (kind === DIGIT) continue
    hash = Math.imul(hash ^ unit, FNV_PRIME) + unit
    if (at - from === STEM - 1) stem = hash
  }
  const pair = Math.imul(scan.previousWord, 31) + hash
  add(scan, hash, SALT.word)
  if (kind === WORD && at - from >= STEMMED_FROM) add(scan, stem, SALT.stem)
  if (scan.previousWord !== 0) add(scan, pair, SALT.pair)
  if (scan.words < OPENING_WORDS) {
    add(scan, hash, scan.opening + scan.words)
    if (scan.words > 0) add(scan, pair, scan.opening + 8 + scan.words)
  }
  scan.previousWord = hash
  scan.words += 1
  scan.previous = 0
  scan.beforePrevious = 0
  return at
}

function addDense(unit: number, scan: Scan): void {
  const pair = scan.previous * 0x10000 + unit
  if (scan.previous !== 0) add(scan, pair, SALT.densePair)
  if (scan.beforePrevious !== 0) {
    add(scan, Math.imul(scan.beforePrevious * 0x10000 + scan.previous, 31) + unit, SALT.denseTriple)
  }
  if (scan.previous !== 0 && scan.words < OPENING_DENSE) add(scan, pair, scan.opening + 16 + scan.words)
  scan.beforePrevious = scan.previous
  scan.previous = unit
  scan.words += 1
  scan.previousWord = 0
}

function add(scan: Scan, hash: number, salt: number): void {
  if (scan.count >= MAX_GRAMS) return
  const mixed = Math.imul(hash ^ salt, SPREAD)
  scan.found[scan.count] = (mixed ^ (mixed >>> 15)) & (GRAM_SPACE - 1)
  scan.count += 1
}
