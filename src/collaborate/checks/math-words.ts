import type { MathToken } from './math-tokens.ts'

const FUNCTION =
  /^\\|^(?:sin|cos|tan|log|ln|lg|exp|sqrt|max|min|gcd|lcm|mod|abs|floor|ceil|round|sum|root|xor)$|^[A-Za-zͰ-Ͽ]$|_$/i
const BETWEEN_BITS = /^(?:AND|OR|XOR|NOT)$/
const SHORT_UNIT = /^(?:[cmk]m|[mk]g|ml|[KMGT]B|ft|lb|oz|hr)$/
const UNIT = /^(?:[a-z]{3,20}|\p{Script=Han}{1,4})$/iu

/** Whether a word may belong to the formula after it: a function, a variable. */
export function isMathWord(word: string): boolean {
  return FUNCTION.test(word) || BETWEEN_BITS.test(word)
}

/** `15% of 80 is 12` and `80 的 15% 是 12` with signs in place of the words. */
export function withPercentsOf(tokens: readonly MathToken[]): readonly MathToken[] {
  let ofAt = -Infinity
  return tokens.map((token, at) => {
    const [before, next] = [tokens[at - 1], tokens[at + 1]]
    if (token.kind !== 'word' || next?.kind !== 'number') return token
    const isOf =
      (/^of$/i.test(token.text) && before?.kind === 'percent') ||
      (token.text === '的' && before?.kind === 'number' && tokens[at + 2]?.kind === 'percent')
    if (isOf) {
      ofAt = at
      return { ...token, kind: 'operator', sign: '*' }
    }
    const isEquals =
      /^(?:equals|等于|等於)$/i.test(token.text) || (/^(?:is|[是为為])$/i.test(token.text) && at - ofAt < 4)
    return isEquals ? { ...token, kind: 'equals', sign: '=' } : token
  })
}

/** The units of numbers that a formula goes on after, at their numbers: `4 * 20 sheep =`, `200 GB / 2 GB/minute =`. */
export function withUnits(tokens: readonly MathToken[]): readonly MathToken[] {
  const kept: MathToken[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    const before = kept.at(-1)
    if (!token) break
    const per = token.sign === '/' && before?.end === token.start ? tokens[at + 1] : undefined
    const word = per ?? token
    const next = tokens[per ? at + 2 : at + 1]
    const isDropped =
      before?.kind === 'number' &&
      isUnit(word) &&
      (next?.kind === 'operator' || next?.kind === 'equals' || next?.kind === 'close')
    if (!isDropped) {
      kept.push(token)
      continue
    }
    kept[kept.length - 1] = { ...before, end: word.end, unit: `${before.unit}${per ? '/' : ''}${word.text}` }
    if (per) at++
  }
  return kept
}

function isUnit({ kind, text }: MathToken): boolean {
  return kind === 'word' && (SHORT_UNIT.test(text) || (UNIT.test(text) && !isMathWord(text)))
}

/** Units in one form: without the plural. */
export function unitName(unit: string): string {
  return unit.toLowerCase().replace(/s$/, '')
}
