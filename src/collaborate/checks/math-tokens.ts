/**
 * A piece of a text as arithmetic reads it. `sign` is set for operators (`+ - * / ^`) and for `≈` among the equals
 * signs; `value` and `decimals` (digits after the point) for numbers, `value` for exponents written small.
 * `unit`: of a number, where a formula goes on after it.
 */
export type MathToken = {
  kind: MathKind
  start: number
  end: number
  text: string
  sign: string
  value: number
  decimals: number
  unit: string
}
type MathKind =
  | 'number'
  | 'exponent'
  | 'percent'
  | 'operator'
  | 'fraction'
  | 'open'
  | 'close'
  | 'equals'
  | 'word'
  | 'stop'
  | 'dots'
  | 'line'
  | 'other'

/** Tried in order; what matches none is `other`. Blank is what is no part of a formula: currency, typesetting. */
const FORMS: readonly (readonly [MathKind | 'blank', RegExp])[] = [
  ['blank', /[^\S\n]+|[$€£¥￥°&~]|\\(?:left|right|boxed|displaystyle|q?quad)(?![a-z])|\\[,;:! ()[\]$]/],
  ['line', /\n|\\\\/],
  ['other', /https?:\/\/\S+|`[^`\n]{0,120}`|0[xXbBoO][\da-fA-F]+|(?<=\d):(?=\d)|[!<>:+*/-]=|=[=<>~]+/],
  ['number', /\d+(?:(?:,|\{,\})\d+)*(?:\.\d+)*|\.\d+/],
  ['exponent', /⁻?[⁰¹²³⁴-⁹]+/],
  [
    'operator',
    /\\(?:times|cdot|div)(?![a-z])|(?<=[\d)%] ?)[xX](?= ?[\d($.])|\*\*|[-+*/^×·⋅∙✕✖∗＊÷∕／＋−–－]/,
  ],
  ['fraction', /\\[dt]?frac(?![a-z])/],
  ['open', /[([{（]|\\\{/],
  ['close', /[)\]}）]|\\\}/],
  ['percent', /\\?%|％/],
  ['equals', /[=＝≈≒≃≅]|\\(?:approx|simeq)(?![a-z])/],
  ['word', /\\?[A-Za-zÀ-ɏͰ-Ͽ_][A-Za-zÀ-ɏͰ-Ͽ\d_]*(?:['’][a-z]{1,3})?|[^\P{L}A-Za-z]+/u],
  ['dots', /\.\.+|…+/],
  ['stop', /[.,;:!?，。；：！？、"“”'‘’|—→⇒•]/],
]
const TOKEN = new RegExp(FORMS.map(([, { source }]) => `(${source})`).join('|'), 'yu')

/** What makes a line worth reading; of others only the end tells whether it goes on in the next. */
const SIGNS = /[=＝≈≒≃≅%％]|\\approx|\\simeq|\bequals\b|等[于於]/
const GOES_ON = /^[\s&]*[=＝≈≒≃≅\\]/
const LINE_END_CHARS = 12

const GROUPED = /^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?$/
const PLAIN = /^\d*(?:\.\d+)?$/
const SMALL_DIGITS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** Reads the lines of a text that may hold equations, once, from left to right. */
export function mathTokens(text: string): readonly MathToken[] {
  const tokens: MathToken[] = []
  let line = ''
  for (let from = 0; from < text.length; from += line.length) {
    const newline = text.indexOf('\n', from)
    line = newline < 0 ? text.slice(from) : text.slice(from, newline + 1)
    const next = text.slice(from + line.length, from + line.length + LINE_END_CHARS)
    const isRead = SIGNS.test(line) || GOES_ON.test(next)
    readTokens(
      text,
      isRead ? from : from + Math.max(0, line.length - LINE_END_CHARS),
      from + line.length,
      tokens,
    )
  }
  return tokens
}

function readTokens(text: string, from: number, to: number, tokens: MathToken[]): void {
  const regex = new RegExp(TOKEN)
  for (let at = from; at < to;) {
    regex.lastIndex = at
    const match = regex.exec(text)
    const said = match?.[0] ?? String.fromCodePoint(text.codePointAt(at) ?? 0)
    const [kind] = FORMS[match ? match.indexOf(said, 1) - 1 : -1] ?? ['other' as const]
    const end = at + said.length
    const isBold = said === '**' && !isPower(text, at)
    if (kind !== 'blank' && !isBold) tokens.push({ ...readAs(kind, said), start: at, end, text: said })
    at = end
  }
}

type Reading = Omit<MathToken, 'start' | 'end' | 'text'>

function readAs(kind: MathKind, said: string): Reading {
  const reading: Reading = { kind, sign: '', value: 0, decimals: 0, unit: '' }
  if (kind === 'operator') return { ...reading, sign: signOf(said) }
  if (kind === 'equals') return { ...reading, sign: /[=＝]/.test(said) ? '=' : '≈' }
  if (kind === 'exponent') {
    const digits = Array.from(said, (digit) => (digit === '⁻' ? '-' : SMALL_DIGITS.indexOf(digit)))
    return { ...reading, value: Number(digits.join('')) }
  }
  if (kind !== 'number') return reading
  const digits = said.replaceAll(/[{}]/g, '')
  if (!PLAIN.test(digits) && !GROUPED.test(digits)) return { ...reading, kind: 'other' }
  const decimals = digits.split('.')[1]?.length ?? 0
  return { ...reading, value: Number(digits.replaceAll(',', '')), decimals }
}

function signOf(said: string): string {
  if (/^[+＋]$/.test(said)) return '+'
  if (/^[-−–－]$/.test(said)) return '-'
  if (/^(?:[/÷∕／]|\\div)$/.test(said)) return '/'
  return said === '^' || said === '**' ? '^' : '*'
}

/** Two stars are a power between two numbers that both touch them, or both do not; else they make text bold. */
function isPower(text: string, at: number): boolean {
  return /^[\d)]\*\*[\d(]$|^ \*\* $/.test(text.slice(Math.max(0, at - 1), at + 3))
}
