import type { TextCheck } from '../core/guardrails.ts'
import { compileRegex, type LinearRegex } from '../core/linear-regex.ts'
import { foldWidth, keywordPatterns } from './keywords.ts'
import { findPii } from './pii/find-pii.ts'

/** Something in a text, as UTF-16 offsets, and what it is. */
export type Found = { start: number; end: number; kind: string }

/** Looks texts through, one after the other or piece by piece. */
export type Finder = {
  /** From left to right, none within another. `from`: where to begin; what is before counts as context only. */
  find(text: string, from: number): readonly Found[]
  /**
   * Where a piece of a longer text must be held back: more could make what stands there a find.
   *
   * @returns an offset; the text's length when all of it may go
   */
  openFrom(text: string): number
}

/** @throws RegexFault for a pattern that `compileRegex` refuses */
export function createFinder(check: TextCheck): Finder {
  switch (check.kind) {
    case 'pii':
      return {
        find: (text, from) =>
          findPii(text, check.entities)
            .filter(({ start }) => start >= from)
            .map(({ start, end, entity }) => ({ start, end, kind: entity })),
        openFrom: openNumbersFrom,
      }
    case 'regex':
      return patternFinder(
        check.patterns.map((pattern) => compileRegex(pattern)),
        'pattern',
        (text) => text,
      )
    case 'keywords': {
      const regexes = keywordPatterns(check.words).map((source) => compileRegex(source, { ignoreCase: true }))
      return patternFinder(regexes, 'keyword', foldWidth)
    }
  }
}

/** @param fold keeps the text's length */
function patternFinder(
  regexes: readonly LinearRegex[],
  kind: string,
  fold: (text: string) => string,
): Finder {
  return {
    find(text, from) {
      const folded = fold(text)
      const found = regexes.flatMap((regex) =>
        regex.matches(folded, from).map((match) => ({ ...match, kind })),
      )
      return withoutOverlap(found)
    },
    openFrom(text) {
      const folded = fold(text)
      return regexes.some((regex) => regex.isOpen(folded)) ? 0 : text.length
    },
  }
}

/** Finds that overlap count as one. */
function withoutOverlap(found: readonly Found[]): Found[] {
  const kept: Found[] = []
  for (const one of found.toSorted((a, b) => a.start - b.start)) {
    const last = kept.at(-1)
    if (!last || last.end <= one.start) kept.push(one)
    else kept[kept.length - 1] = { ...last, end: Math.max(last.end, one.end) }
  }
  return kept
}

/** What divides words: blanks, and letters that need none. */
const DIVIDES = /[\s\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uff0f]/
/** How far after a number the words that say what it is may still come, in characters. */
const WORDS_AFTER = 20

/** The last word may go on; before it, numbers belong together, also with a word or two between and after. */
function openNumbersFrom(text: string): number {
  let open = text.length
  let at = text.length
  while (at > 0) {
    let start = at
    while (start > 0 && !DIVIDES.test(text[start - 1] ?? ' ')) start--
    const last = at === text.length
    if (last || (/[\d０-９]/.test(text.slice(start, at)) && open - at <= WORDS_AFTER)) open = start
    else if (open - start > WORDS_AFTER) return open
    at = start - 1
  }
  return open
}
