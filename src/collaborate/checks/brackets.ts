import type { Language } from './languages.ts'

/** A bracket, or a template's backtick, that waits for its end; `at`: where it is, in UTF-16 units. */
type Opened = { sign: string; at: number }

/** A line that begins a statement, as it is outside of brackets and strings; `after`: the last sign of code before it. */
export type StatementLine = { at: number; after: string }

/** `fault`: what does not go up, and where. `isUnsure`: something was passed over that could not be read. */
export type Balance = {
  fault: { at: number; what: string } | null
  isUnsure: boolean
  lines: readonly StatementLine[]
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
const PLAIN = /[\p{L}\p{N}_$]+|[^\S\n]+/uy
/** Where a slash begins a regular expression: after these, and after these words. */
const BEFORE_REGEX = /^$|[(,=:[!&|?{};+*%~^<>-]/
const WORD_BEFORE_REGEX = /^(?:return|typeof|case|in|of|delete|void|throw|new|await|else|do|yield)$/
const REGEX = /\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,200}\]){1,2000}\/[a-z]*/y

/** Whether brackets, strings and comments of a code all end, in the right order. Reads it once, up to the first fault. */
export function balanceOf(code: string, language: Language): Balance {
  const open: Opened[] = []
  const lines: StatementLine[] = []
  let [last, isUnsure, at] = ['', false, 0]
  const done = (fault: Balance['fault']) => ({ fault, isUnsure, lines })
  while (at < code.length) {
    const inTemplate = open.at(-1)?.sign === '`'
    const to = inTemplate ? at : passed(code, at, language, last)
    const sign = code[at] ?? ''
    if (to > at) {
      const text = code.slice(at, to)
      if (/^[\p{L}\p{N}_$]/u.test(text)) last = text
      else if (!/^(?:\s|\/[/*]|#|--)/.test(text)) last = '"'
      at = to
      continue
    }
    if (inTemplate) {
      at = templateEnd(code, at, open)
      if (at < 0) break
      last = '`'
      continue
    }
    if (sign === '\n' && open.length === 0) lines.push({ at: at + 1, after: last })
    const begins = matchAt(language.opens, code, at)
    if (begins !== null && language.mayStand?.test(begins)) isUnsure = true
    else if (begins !== null) {
      return done({ at, what: `a ${begins.startsWith('/') ? 'comment' : 'string'} is never closed` })
    }
    const fault =
      language.special === 'script' && sign === '`' ? push(open, sign, at) : bracket(open, sign, at)
    if (fault) return done({ at, what: fault })
    if (sign.trim() !== '') last = sign
    at++
  }
  const left = open.at(-1)
  return done(left ? { at: left.at, what: `'${left.sign}' is never closed` } : null)
}

/** @returns where code goes on after what is neither bracket nor sign; `at` where there is nothing of the kind */
function passed(code: string, at: number, language: Language, last: string): number {
  const plain = matchAt(language.passes, code, at) ?? matchAt(PLAIN, code, at)
  if (plain !== null) return at + plain.length
  if (language.special !== 'script' || code[at] !== '/') return at
  if (!BEFORE_REGEX.test(last) && !WORD_BEFORE_REGEX.test(last)) return at
  return at + (matchAt(REGEX, code, at)?.length ?? 0)
}

/** @param regex sticky */
function matchAt(regex: RegExp, code: string, at: number): string | null {
  regex.lastIndex = at
  return regex.exec(code)?.[0] ?? null
}

/** Goes on in a template up to its end, or to code within it. @returns -1 where it has no end */
function templateEnd(code: string, from: number, open: Opened[]): number {
  for (let at = from; at < code.length; at++) {
    if (code[at] === '\\') at++
    else if (code[at] === '`') {
      open.pop()
      return at + 1
    } else if (code[at] === '$' && code[at + 1] === '{') {
      open.push({ sign: '{', at: at + 1 })
      return at + 2
    }
  }
  return -1
}

function push(open: Opened[], sign: string, at: number): null {
  open.push({ sign, at })
  return null
}

/** @returns what is wrong with a sign, if it is a bracket */
function bracket(open: Opened[], sign: string, at: number): string | null {
  if (sign === '(' || sign === '[' || sign === '{') return push(open, sign, at)
  const wanted = CLOSES[sign]
  if (wanted === undefined) return null
  const opened = open.pop()
  if (!opened) return `'${sign}' closes nothing`
  return opened.sign === wanted ? null : `'${sign}' stands where '${opened.sign}' must be closed first`
}
