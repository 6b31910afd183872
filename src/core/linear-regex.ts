/**
 * Regular expressions that others write. They run in time linear in the text, whatever is written: no backtracking, no
 * look-around, no back-references.
 */

import { type Alphabet, createAlphabet, END } from './linear-regex/alphabet.ts'
import { type Automaton, moveOn, type State, stateAt } from './linear-regex/automaton.ts'
import { parseRegex } from './linear-regex/parse.ts'
import { writeProgram } from './linear-regex/program.ts'

export { RegexFault } from './linear-regex/parse.ts'

/** Where a pattern matches, as UTF-16 offsets. */
type RegexMatch = { start: number; end: number }

export type LinearRegex = {
  /** Whether it matches anywhere. */
  test(text: string): boolean
  /**
   * Every match that is not empty from left to right, none within another; each is the one that JavaScript finds.
   * `from`: where to begin, as JavaScript's `lastIndex`.
   */
  matches(text: string, from?: number): readonly RegexMatch[]
  /** Whether a match may have begun that more text could end. */
  isOpen(text: string): boolean
  /** How much was done so far, in characters read and states looked at: the cost without the clock. */
  readonly work: number
}

/**
 * How often a text is read for its matches, at most. A pattern can make each match depend on the rest of the text;
 * beyond this, the rest counts as one match: whoever masks hides too much rather than too little.
 */
const MAX_READS = 64

/**
 * Syntax and meaning are those of JavaScript's unicode mode (`u`); every ASCII sign may be escaped. Not there:
 * look-around, references, flags within. At most 512 characters and 2,000 states; parts are counted up to 256 times.
 *
 * @throws RegexFault with what is wrong, and where
 */
export function compileRegex(source: string, { ignoreCase = false } = {}): LinearRegex {
  const { node, sets } = parseRegex(source)
  const alphabet = createAlphabet(sets, ignoreCase)
  const automaton = (direction: 'forward' | 'backward'): Automaton => ({
    program: writeProgram(node, direction),
    alphabet,
    preferring: direction === 'forward',
    states: new Map(),
    looks: 0,
  })
  const engine: Engine = { forward: automaton('forward'), backward: automaton('backward'), read: 0 }
  return {
    test: (text) => endOf(engine, text, 0, true) >= 0,
    matches: (text, from = 0) => matchesOf(engine, text, from),
    isOpen: (text) => isOpen(engine, text),
    get work() {
      return engine.read + engine.forward.looks + engine.backward.looks
    },
  }
}

/** `forward` tells where a match ends, `backward` where it began. `read`: characters so far. */
type Engine = { forward: Automaton; backward: Automaton; read: number }

function matchesOf(engine: Engine, text: string, begin: number): RegexMatch[] {
  const found: RegexMatch[] = []
  const enough = engine.read + MAX_READS * (text.length + 1)
  for (let from = begin; from <= text.length;) {
    const end = endOf(engine, text, from, false)
    if (end < 0) break
    const start = startOf(engine, text, end, from)
    if (start < end) found.push({ start, end })
    if (engine.read > enough) {
      if (end < text.length) found.push({ start: end, end: text.length })
      break
    }
    from = start < end ? end : end + charsOf(text.codePointAt(end) ?? 0)
  }
  return found
}

/** Reads on after each match; at the end, whether anything but the search for a beginning is under way. */
function isOpen({ forward }: Engine, text: string): boolean {
  const { alphabet, program } = forward
  for (let from = 0; from < text.length;) {
    let state: State | null = stateAt(forward, 'searching', symbolBefore(alphabet, text, from))
    let end = from + 1
    for (let at = from; state && at < text.length;) {
      const codePoint = text.codePointAt(at) ?? 0
      const { to, matched } = moveOn(forward, state, alphabet.symbolOf(codePoint))
      if (matched) end = Math.max(end, at)
      state = to
      at += charsOf(codePoint)
    }
    if (state) return state.threads.some((thread) => thread !== program.searching)
    from = end
  }
  return false
}

/** @returns where the first match ends, or, of any match, the earliest end; -1 for no match */
function endOf(engine: Engine, text: string, from: number, earliest: boolean): number {
  const { forward } = engine
  const { alphabet } = forward
  let end = -1
  let state = stateAt(forward, 'searching', symbolBefore(alphabet, text, from))
  for (let at = from; ;) {
    const unit = at < text.length ? text.charCodeAt(at) : -1
    const codePoint = isSurrogate(unit) ? (text.codePointAt(at) ?? unit) : unit
    const symbol = unit < 0 ? END : alphabet.symbolOf(codePoint)
    const { to, matched } = state.moves[symbol] ?? moveOn(forward, state, symbol)
    if (matched) end = at
    if (!to || (matched && earliest)) {
      engine.read += at - from
      return end
    }
    state = to
    at += charsOf(codePoint)
  }
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000
}

/** @returns where the leftmost match begins that ends here and does not reach back beyond `from` */
function startOf(engine: Engine, text: string, end: number, from: number): number {
  const { backward } = engine
  const { alphabet } = backward
  const after = text.codePointAt(end)
  let start = end
  let state = stateAt(backward, 'anchored', after === undefined ? END : alphabet.symbolOf(after))
  for (let at = end; ;) {
    const { to, matched } = moveOn(backward, state, symbolBefore(alphabet, text, at))
    if (matched) start = at
    if (!to || at <= from) {
      engine.read += end - at
      return start
    }
    state = to
    at -= charsOf(codePointBefore(text, at))
  }
}

function symbolBefore(alphabet: Alphabet, text: string, at: number): number {
  return at > 0 ? alphabet.symbolOf(codePointBefore(text, at)) : END
}

function charsOf(codePoint: number): number {
  return codePoint > 0xffff ? 2 : 1
}

/** As reading from the start would have it: a pair of surrogates is one character. */
function codePointBefore(text: string, at: number): number {
  const last = text.charCodeAt(at - 1)
  const paired = last >= 0xdc00 && last < 0xe000 && at > 1 ? (text.codePointAt(at - 2) ?? 0) : 0
  return paired > 0xffff ? paired : last
}
