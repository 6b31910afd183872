import { evaluate, type Value } from './evaluate.ts'
import { type MathToken, mathTokens } from './math-tokens.ts'

/** One side of an equation. `from`, `to`: where it stands in the text, in UTF-16 units. */
export type Side = Value & { from: number; to: number; isRange: boolean }

/**
 * Two formulas that a text says are equal. `after`: what follows: a word (a unit, perhaps, of another size), something
 * that may belong to the number (`!`, a remainder), or neither.
 */
export type Equation = {
  left: Side
  right: Side
  isRough: boolean
  after: 'word' | 'more' | null
}

/** Equals signs that are looked at, and pieces of one side; more is not what people write. */
const MAX_EQUATIONS = 500
const MAX_PIECES = 64

const FUNCTION =
  /^\\|^(?:sin|cos|tan|log|ln|lg|exp|sqrt|max|min|gcd|lcm|mod|abs|floor|ceil|round|sum|root)$|^[A-Za-zͰ-Ͽ]$|_$/i
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
  const tokens = withPercentsOf(mathTokens(text))
  const signs = tokens.flatMap(({ kind }, at) => (kind === 'equals' ? [at] : [])).slice(0, MAX_EQUATIONS)
  return signs.flatMap((at) => {
    const left = sideBefore(tokens, at)
    const right = left && sideAfter(tokens, at)
    if (!left || !right || left.operations + right.side.operations === 0) return []
    const isRough =
      tokens[at]?.sign === '≈' || /^[^\S\n]*~/.test(text.slice(tokens[at]?.end, right.side.from))
    return [{ left, right: right.side, isRough, after: right.after }]
  })
}

/** `15% of 80 is 12` and `80 的 15% 是 12` with signs in place of the words. */
function withPercentsOf(tokens: readonly MathToken[]): readonly MathToken[] {
  const signed: MathToken[] = []
  let ofAt = -9
  for (const [at, token] of tokens.entries()) {
    const [before, next] = [tokens[at - 1], tokens[at + 1]]
    const isOf =
      (/^of$/i.test(token.text) && before?.kind === 'percent') ||
      (token.text === '的' && before?.kind === 'number' && tokens[at + 2]?.kind === 'percent')
    const isEquals =
      /^(?:equals|等于|等於)$/i.test(token.text) || (/^(?:is|[是为為])$/i.test(token.text) && at - ofAt < 4)
    if (isOf && next?.kind === 'number') ofAt = at
    if (next?.kind !== 'number' || (!isOf && !isEquals)) signed.push(token)
    else
      signed.push({ ...token, ...(isOf ? { kind: 'operator', sign: '*' } : { kind: 'equals', sign: '=' }) })
  }
  return signed
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
    if (isSigned || FUNCTION.test(before.text)) return false
    return before.end < first.start || (first.kind === 'number' && !/[A-Za-z]/.test(before.text))
  }
  const listed = tokens[at - 3]
  return before.kind === 'close' && tokens[at - 2]?.kind === 'number' && (!listed || listed.kind === 'line')
}

function sideAfter(
  tokens: readonly MathToken[],
  sign: number,
): { side: Side; after: Equation['after'] } | null {
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
    return { side, after: next?.kind === 'number' ? 'more' : 'word' }
  }
  if (after?.kind === 'number' || after?.kind === 'fraction' || (isGlued && after.kind === 'other'))
    return null
  const isMore = after?.kind === 'dots' ? next?.kind === 'number' : isGlued && after.text === '!'
  return { side, after: isMore ? 'more' : null }
}

function sideOf(tokens: readonly MathToken[]): Side | null {
  const [first, last] = [tokens[0], tokens.at(-1)]
  const value = first && last && evaluate(tokens)
  if (!value) return null
  return { ...value, from: first.start, to: last.end, isRange: isRange(tokens) }
}

/** `1990-2000`, said of years or pages. */
function isRange([first, dash, last, ...more]: readonly MathToken[]): boolean {
  if (!first || !dash || !last || more.length > 0 || dash.sign !== '-') return false
  return first.end === dash.start && dash.end === last.start && first.value < last.value
}
