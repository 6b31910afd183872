/**
 * What of a continuation is new, as it comes. `beganAnew`: the model writes another answer from the start, which
 * cannot follow what was written; nothing more is given then.
 */
export type Joined = { text: string; beganAnew: boolean }

/** Takes the continuation's text in order. `end` gives what was still held back when there is no more. */
export type OverlapRemover = { add(delta: string): Joined; end(): Joined }

/** A repeat is looked for in so much of the written text's end, in UTF-16 units. */
const MAX_OVERLAP = 2_000
/** From this weight on, equal words are a repeat and no accident: 8 letters, or 4 Chinese or Japanese characters. */
const MIN_OVERLAP = 8
/** An answer that begins like the written one for this weight, or for this share of it if that is less, is a new one. */
const SAME_BEGINNING = { weight: 40, share: 0.75 }

/** What models put before they go on. */
const PRELUDE = /^[\s.…]*/
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
const WIDE_ALL = new RegExp(WIDE, 'gu')
/** A part of a word in scripts that put blanks between words. */
const IN_WORD =
  /(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])[\p{L}\p{N}\p{M}_]/u

/**
 * Joins what another model writes to the text that was written before it: what the continuation repeats of the text's
 * end is left out, also when it repeats all of it from the beginning. Text is held back only while it may still turn
 * out to be a repeat; of several the longest counts. Only whole words are repeats, but the last one may be cut.
 */
export function createOverlapRemover(partial: string): OverlapRemover {
  const spoken = partial.trimEnd()
  const space = partial.slice(spoken.length)
  const search = createSearch(spoken)
  let held = ''
  let phase: 'searching' | 'spacing' | 'passing' | 'failed' = spoken === '' ? 'passing' : 'searching'

  function join(delta: string, ended: boolean): Joined {
    held += delta
    if (phase === 'searching') {
      const prelude = PRELUDE.exec(held)?.[0].length ?? 0
      const found = search(held.slice(prelude), ended || prelude > MAX_OVERLAP)
      if (found === 'began anew') phase = 'failed'
      else if (found !== 'unknown') {
        if (found > 0) held = held.slice(prelude + found)
        phase = 'spacing'
      }
    }
    if (phase === 'spacing' && (ended || space === '' || /\S/.test(held))) {
      held = withoutRepeatedSpace(space, held)
      phase = 'passing'
    }
    if (phase !== 'passing') return { text: '', beganAnew: phase === 'failed' }
    const text = held
    held = ''
    return { text, beganAnew: false }
  }

  return { add: (delta) => join(delta, false), end: () => join('', true) }
}

/** How much of the heard text repeats the end of the spoken one; 0 for none. Called with ever more of the same text. */
type Search = (heard: string, ended: boolean) => number | 'unknown' | 'began anew'

function createSearch(spoken: string): Search {
  let starts = startsIn(spoken)
  let read = 0
  let overlap = 0
  /** How far the heard text is the spoken one from its beginning. */
  let likeBeginning = 0
  return function search(heard, ended) {
    for (; read < heard.length && starts.length > 0; read += 1) {
      const unit = heard.charCodeAt(read)
      starts = starts.filter((start) => spoken.charCodeAt(start + read) === unit)
      if (starts[0] === 0) likeBeginning = read + 1
      if (starts.at(-1) === spoken.length - read - 1) overlap = spoken.length - (starts.pop() ?? 0)
    }
    if (starts.length > 0 && !ended) return 'unknown'
    return overlap === 0 && isSameBeginning(likeBeginning, spoken) ? 'began anew' : overlap
  }
}

/** Where a repeat may begin, in order: at words, and early enough that it is none by accident. */
function startsIn(spoken: string): number[] {
  let last = spoken.length
  for (let weight = 0; last > 0 && weight < MIN_OVERLAP;) weight += weightOf(spoken.charAt(--last))
  const starts = [0]
  for (let at = Math.max(1, spoken.length - MAX_OVERLAP); at <= last; at += 1) {
    if (isWordStart(spoken, at)) starts.push(at)
  }
  return starts
}

function isWordStart(text: string, at: number): boolean {
  const [before, here] = [text.charAt(at - 1), text.charAt(at)]
  const insideCharacter = /[\uDC00-\uDFFF]/.test(here) && /[\uD800-\uDBFF]/.test(before)
  return !insideCharacter && !/[\s.…]/.test(here) && !(IN_WORD.test(before) && IN_WORD.test(here))
}

function isSameBeginning(length: number, spoken: string): boolean {
  const { weight, share } = SAME_BEGINNING
  const enough = Math.max(MIN_OVERLAP, Math.min(weight, share * weightOf(spoken)))
  return weightOf(spoken.slice(0, length)) >= enough
}

/** Characters of scripts that say much with one count twice. */
function weightOf(text: string): number {
  return text.length + (text.match(WIDE_ALL)?.length ?? 0)
}

/** What follows `space`, without the blanks and line breaks that are there already. */
function withoutRepeatedSpace(space: string, text: string): string {
  const blank = text.length - text.trimStart().length
  for (let length = Math.min(space.length, blank); length > 0; length -= 1) {
    if (space.endsWith(text.slice(0, length))) return text.slice(length)
  }
  return text
}
