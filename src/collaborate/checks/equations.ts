import { evaluate, type Value } from './evaluate.ts'
import { type MathToken, mathTokens } from './math-tokens.ts'
import { isMathWord, unitName, withPercentsOf, withUnits } from './math-words.ts'

/** One side of an equation. `from`, `to`: where it stands in the text, in UTF-16 units. `units`: those of its numbers. */
export type Side = Value & { from: number; to: number; isRange: boolean; units: readonly string[] }

/**
 * Two formulas that a text says are equal. `word`: what follows, perhaps a unit. `isOpen`: what follows may belong to the
 * number: `!`, a remainder, a part in a smaller unit.
 */
export type Equation = { left: Side; right: Side; isRough: boolean; word: string | null; isOpen: boolean }

/** Equals signs that are looked at, and pieces of one side; more is not what people write. */
const MAX_EQUATIONS = 500
const MAX_PIECES = 64

const IN_FORMULA: ReadonlySet<MathToken['kind']> = new Set([
  'number',
  'exponent',
  'percent',
  'operator',
  'fraction',
  'open',
  'close',
])

/** The equations of a text whose sides are both plain numbers or formulas of numbers, and one of them a formula. */
export function equationsIn(text: string): readonly Equation[] {
  const tokens = withUnits(withPercentsOf(mathTokens(text)))
  const signs = tokens.flatMap(({ kind }, at) => (kind === 'equals' ? [at] : [])).slice(0, MAX_EQUATIONS)
  return signs.flatMap((at) => {
    const left = sideBefore(tokens, at)
    const right = left && sideAfter(tokens, at)
    if (!left || !right || left.operations + right.side.operations === 0) return []
    const isRough =
      tokens[at]?.sign === '≈' || /^[^\S\n]*~/.test(text.slice(tokens[at]?.end, right.side.from))
    return [{ left, right: right.side, isRough, word: right.word, isOpen: right.isOpen }]
  })
}

/** Whether one number or bracket stands right after another: what belongs together there cannot be told. */
function isApart(one: MathToken | undefined, next: MathToken | undefined): boolean {
  if (!one || !next || !['number', 'close', 'percent', 'exponent'].includes(one.kind)) return false
  if (next.kind === 'number' || next.kind === 'fraction') return true
  return next.kind === 'open' && next.start > one.end
}

function sideBefore(tokens: readonly MathToken[], sign: number): Side | null {
  const to = tokens[sign - 1]?.kind === 'line' ? sign - 1 : sign
  let depth = 0
  let from = to
  for (; from > 0 && to - from < MAX_PIECES; from--) {
    const token = tokens[from - 1]
    if (!token || !IN_FORMULA.has(token.kind) || (from < to && isApart(token, tokens[from]))) break
    if (token.kind === 'close') depth++
    if (token.kind === 'open' && --depth < 0) break
  }
  const isListed = isBullet(tokens, from)
  if (!isListed && !mayBegin(tokens, from)) return null
  const side = sideOf(tokens.slice(isListed ? from + 1 : from, to))
  return side && (side.operations > 0 || tokens[from - 1]?.kind !== 'word') ? side : null
}

/** A dash or star that begins a list's entry. */
function isBullet(tokens: readonly MathToken[], at: number): boolean {
  const [before, first, next] = [tokens[at - 1], tokens[at], tokens[at + 1]]
  if (first?.kind !== 'operator' || first.sign === '+' || (before && before.kind !== 'line')) return false
  return next !== undefined && next.start > first.end && !endsOpen(tokens, at - 2)
}

/** Whether a line goes on in the next one. */
function endsOpen(tokens: readonly MathToken[], at: number): boolean {
  const last = tokens[at]
  return last !== undefined && ['operator', 'open', 'fraction'].includes(last.kind)
}

/** Whether a formula can begin there: not in the middle of a longer one that is more than numbers. */
function mayBegin(tokens: readonly MathToken[], at: number): boolean {
  const [before, first, next] = [tokens[at - 1], tokens[at], tokens[at + 1]]
  const isSigned = first?.kind === 'operator'
  if (!first || (isSigned && (!next || next.start > first.end))) return false
  if (!before || before.kind === 'equals' || before.kind === 'open') return true
  if (before.kind === 'line') return !endsOpen(tokens, at - 2)
  if (before.kind === 'stop') return !isSigned || before.text !== '|'
  if (before.kind === 'dots') return !isSigned
  if (before.kind === 'word') {
    if (isSigned || isMathWord(before.text)) return false
    return before.end < first.start || (first.kind === 'number' && !/[A-Za-z]/.test(before.text))
  }
  const listed = tokens[at - 3]
  return before.kind === 'close' && tokens[at - 2]?.kind === 'number' && (!listed || listed.kind === 'line')
}

function sideAfter(
  tokens: readonly MathToken[],
  sign: number,
): ({ side: Side } & Pick<Equation, 'word' | 'isOpen'>) | null {
  const from = tokens[sign + 1]?.kind === 'line' ? sign + 2 : sign + 1
  let depth = 0
  let to = from
  for (; to < tokens.length && to - from < MAX_PIECES; to++) {
    const token = tokens[to]
    if (!token || !IN_FORMULA.has(token.kind) || (to > from && isApart(tokens[to - 1], token))) break
    if (token.kind === 'open') depth++
    if (token.kind === 'close' && --depth < 0) break
  }
  const [last, after, next] = [tokens[to - 1], tokens[to], tokens[to + 1]]
  const side = sideOf(tokens.slice(from, to))
  if (!side || !last) return null
  const isGlued = after?.start === last.end
  if (after?.kind === 'word') {
    if (isGlued && /^(?:\\?[A-Za-z]|[eE]\d*)$/.test(after.text)) return null
    return { side, word: after.text, isOpen: next?.kind === 'number' }
  }
  if (after?.kind === 'number' || after?.kind === 'fraction') return null
  if (isGlued && after.kind === 'other') return null
  const isOpen = after?.kind === 'dots' ? next?.kind === 'number' : isGlued && after.text === '!'
  return { side, word: last.unit || null, isOpen }
}

function sideOf(tokens: readonly MathToken[]): Side | null {
  const [first, last] = [tokens[0], tokens.at(-1)]
  const value = first && last && evaluate(tokens)
  if (!value) return null
  const units = tokens.flatMap(({ unit }) => (unit === '' ? [] : [unitName(unit)]))
  return { ...value, from: first.start, to: last.end, isRange: isRange(tokens), units }
}

/** `1990-2000`, said of years or pages. */
function isRange([first, dash, last, ...more]: readonly MathToken[]): boolean {
  if (!first || !dash || !last || more.length > 0 || dash.sign !== '-') return false
  return first.end === dash.start && dash.end === last.start && first.value < last.value
}
