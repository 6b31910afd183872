/**
 * The characters that a pattern can tell apart. Characters that are in the same sets are one symbol: an automaton needs
 * a transition for each symbol only.
 */
export type Alphabet = {
  /** The symbol of a code point: 1 and up. */
  symbolOf(codePoint: number): number
  /** Whether a symbol's characters are in a set. */
  has(symbol: number, set: number): boolean
  /** Whether a symbol's characters are part of words, as `\b` takes it. */
  isWord(symbol: number): boolean
}

/** The symbol that stands after the last character, and before the first. */
export const END = 0

const PAGE = 256
/** Pages of symbols that are remembered, at half a kilobyte each; a text in Chinese needs a hundred. */
const MAX_PAGES = 256

/** @param sets patterns that match one character */
export function createAlphabet(sets: readonly string[], ignoreCase: boolean): Alphabet {
  const flags = ignoreCase ? 'iu' : 'u'
  const tests = [...sets, String.raw`\w`].map((set) => new RegExp(`^${set}$`, flags))
  const members: (readonly boolean[])[] = [tests.map(() => false)]
  const symbols = new Map<string, number>()
  const pages = new Map<number, Uint16Array>()
  const latin = new Uint16Array(PAGE)

  function symbolFor(codePoint: number): number {
    const char = String.fromCodePoint(codePoint)
    const inSets = tests.map((test) => test.test(char))
    const key = inSets.map(Number).join('')
    const known = symbols.get(key)
    if (known !== undefined) return known
    symbols.set(key, members.length)
    return members.push(inSets) - 1
  }

  function pageOf(codePoint: number): Uint16Array {
    const number = codePoint >> 8
    const known = pages.get(number)
    if (known) return known
    if (pages.size >= MAX_PAGES) pages.clear()
    const page = new Uint16Array(PAGE)
    pages.set(number, page)
    return page
  }

  return {
    symbolOf(codePoint) {
      const page = codePoint < PAGE ? latin : pageOf(codePoint)
      const place = codePoint & (PAGE - 1)
      const known = page[place]
      if (known) return known
      const symbol = symbolFor(codePoint)
      page[place] = symbol
      return symbol
    },
    has: (symbol, set) => members[symbol]?.[set] ?? false,
    isWord: (symbol) => members[symbol]?.[sets.length] ?? false,
  }
}
