/** What a pattern says, as a tree. */
export type RegexNode =
  /** One character out of a set: an index into `ParsedRegex.sets`. */
  | { kind: 'set'; set: number }
  | { kind: 'at'; where: Place }
  | { kind: 'all'; parts: readonly RegexNode[] }
  /** The earlier branch is preferred. */
  | { kind: 'either'; branches: readonly RegexNode[] }
  /** `max`: null for no end. `lazy`: as few as possible are preferred. */
  | { kind: 'repeat'; of: RegexNode; min: number; max: number | null; lazy: boolean }

/** What may be asked of a place between two characters. */
export type Place = 'start' | 'end' | 'word' | 'not-word'

/** `sets`: patterns that match one character, each as JavaScript writes it in unicode mode. */
export type ParsedRegex = { node: RegexNode; sets: readonly string[] }

/** Why a pattern is refused. `at`: the UTF-16 offset where it goes wrong. */
export class RegexFault extends Error {
  override readonly name = 'RegexFault'
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** The longest pattern, in characters, and the most often that a part may be counted. */
const MAX_SOURCE_CHARS = 512
const MAX_REPEAT = 256

type Reader = { source: string; at: number; sets: Map<string, number> }

/**
 * Reads a pattern in the syntax of JavaScript's unicode mode, where also every ASCII sign may be escaped.
 *
 * @throws RegexFault for what is no pattern, or cannot run in linear time
 */
export function parseRegex(source: string): ParsedRegex {
  if (source.length > MAX_SOURCE_CHARS) {
    throw new RegexFault(`A pattern has at most ${MAX_SOURCE_CHARS} characters`, MAX_SOURCE_CHARS)
  }
  const reader: Reader = { source, at: 0, sets: new Map() }
  const node = readBranches(reader)
  if (reader.at < source.length) throw new RegexFault('Nothing is closed here', reader.at)
  return { node, sets: [...reader.sets.keys()] }
}

function readBranches(reader: Reader): RegexNode {
  const branches = [readParts(reader)]
  while (reader.source[reader.at] === '|') {
    reader.at++
    branches.push(readParts(reader))
  }
  return { kind: 'either', branches }
}

function readParts(reader: Reader): RegexNode {
  const parts: RegexNode[] = []
  for (;;) {
    const next = reader.source[reader.at]
    if (next === undefined || next === '|' || next === ')') return { kind: 'all', parts }
    parts.push(readRepeated(reader, readAtom(reader)))
  }
}

function readAtom(reader: Reader): RegexNode {
  const { source, at } = reader
  const char = String.fromCodePoint(source.codePointAt(at) ?? 0)
  reader.at += char.length
  switch (char) {
    case '(':
      return readGroup(reader)
    case '[':
      return readClass(reader)
    case '\\':
      return readEscape(reader)
    case '^':
      return { kind: 'at', where: 'start' }
    case '$':
      return { kind: 'at', where: 'end' }
    case '.':
      return setOf(reader, char, at)
    default:
      if ('*+?{}]'.includes(char)) throw new RegexFault(`${char} has nothing to go with; write \\${char}`, at)
      return setOf(reader, char === '/' ? '\\/' : char, at)
  }
}

/** After the opening parenthesis. What a group caught is never asked for: all are alike. */
function readGroup(reader: Reader): RegexNode {
  const opened = reader.at - 1
  const [begin = ''] = /^\?(?::|<[A-Za-z_$][\w$]*>)/.exec(reader.source.slice(reader.at)) ?? []
  if (begin === '' && reader.source[reader.at] === '?') {
    throw new RegexFault('Look-around and flags within a pattern are not supported', opened)
  }
  reader.at += begin.length
  const inner = readBranches(reader)
  if (reader.source[reader.at] !== ')') throw new RegexFault('This group is never closed', opened)
  reader.at++
  return inner
}

/** Escapes that stand for characters, in and outside of brackets alike; what follows the backslash. */
const CHARACTER_ESCAPE =
  /^(?:[dDwWsSnrtvf]|[pP]\{[A-Za-z_]+(?:=[A-Za-z_]+)?\}|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|u\{[\dA-Fa-f]{1,6}\}|0(?!\d))/
/** Signs that JavaScript lets escape in unicode mode; it wants all others as they are. */
const ESCAPED_SIGN = /[\^$\\.*+?()[\]{}|/]/
const ASCII_SIGN = /[!-/:-@[-`{-~]/

/** After the backslash: the escape as JavaScript writes it. */
function readCharacterEscape(reader: Reader, inClass: boolean): string {
  const { source, at } = reader
  const [escape] = CHARACTER_ESCAPE.exec(source.slice(at)) ?? []
  if (escape !== undefined) {
    reader.at += escape.length
    return `\\${escape}`
  }
  const sign = source[at] ?? ''
  if (!ASCII_SIGN.test(sign)) throw new RegexFault(`\\${sign} is not supported`, at - 1)
  reader.at++
  return ESCAPED_SIGN.test(sign) || (inClass && sign === '-') ? `\\${sign}` : sign
}

function readEscape(reader: Reader): RegexNode {
  const { source, at } = reader
  const next = source[at] ?? ''
  if (next === 'b' || next === 'B') {
    reader.at++
    return { kind: 'at', where: next === 'b' ? 'word' : 'not-word' }
  }
  if (/[1-9k]/.test(next)) throw new RegexFault('References to groups are not supported', at - 1)
  return setOf(reader, readCharacterEscape(reader, false), at - 1)
}

/** After the opening bracket. */
function readClass(reader: Reader): RegexNode {
  const { source } = reader
  const opened = reader.at - 1
  let inside = ''
  if (source[reader.at] === '^') {
    inside = '^'
    reader.at++
  }
  for (;;) {
    const char = source[reader.at++]
    if (char === undefined) throw new RegexFault('These brackets are never closed', opened)
    if (char === ']') return setOf(reader, `[${inside}]`, opened)
    inside += char === '\\' ? readCharacterEscape(reader, true) : char === '/' ? '\\/' : char
  }
}

/** @param began where it is written */
function setOf({ sets }: Reader, native: string, began: number): RegexNode {
  const known = sets.get(native)
  if (known !== undefined) return { kind: 'set', set: known }
  if (!isNative(native)) throw new RegexFault(`${native} is no set of characters`, began)
  sets.set(native, sets.size)
  return { kind: 'set', set: sets.size - 1 }
}

function isNative(set: string): boolean {
  try {
    return new RegExp(set, 'u') instanceof RegExp
  } catch {
    return false
  }
}

function readRepeated(reader: Reader, of: RegexNode): RegexNode {
  const began = reader.at
  const [written, signs, least, comma, most] =
    /^(?:([*+?])|\{(\d{1,4})(,?)(\d{0,4})\})/.exec(reader.source.slice(began)) ?? []
  if (written === undefined) return of
  if (of.kind === 'at') throw new RegexFault('A place between characters cannot be repeated', began)
  const min = signs === undefined ? Number(least) : signs === '+' ? 1 : 0
  const max = signs === undefined ? (most ? Number(most) : comma ? null : min) : signs === '?' ? 1 : null
  if (Math.max(min, max ?? 0) > MAX_REPEAT) {
    throw new RegexFault(`A part can be repeated at most ${MAX_REPEAT} times by count`, began)
  }
  if (max !== null && max < min) throw new RegexFault('These numbers are out of order', began)
  reader.at += written.length
  const lazy = reader.source[reader.at] === '?'
  if (lazy) reader.at++
  return { kind: 'repeat', of, min, max, lazy }
}
