/** Where something was found, as UTF-16 offsets. */
export type Span = { start: number; end: number }

/** Digits as people write them, in groups: `+44 20 7946 0958`. */
export type DigitRun = Span & {
  digits: string
  groups: readonly (Span & { digits: string })[]
  /** It begins with a plus sign, or with digits in parentheses. */
  plus: boolean
  parenthesis: boolean
  /** What stands between the groups, in order. */
  separators: readonly string[]
}

const MAX_GROUPS = 12
const SEPARATORS = ' -.()/\u00a0\u2010\u2011\u2013'
/** The most signs between two groups, as in `) (`. */
const MAX_GAP = 2

/** Every run of digits that is no part of a word, from left to right. Full-width digits count. */
export function digitRuns(text: string): DigitRun[] {
  const runs: DigitRun[] = []
  for (let at = 0; at < text.length;) {
    if (!isDigit(text.charCodeAt(at))) {
      at++
      continue
    }
    const run = readRun(text, at)
    const free = !isWordChar(text.charCodeAt(at - 1)) && !isWordChar(text.charCodeAt(run.end))
    if (free) runs.push(run)
    at = run.end
  }
  return runs
}

function readRun(text: string, first: number): DigitRun {
  const groups: DigitRun['groups'][number][] = []
  const separators: string[] = []
  let at = first
  for (;;) {
    const start = at
    while (isDigit(text.charCodeAt(at))) at++
    groups.push({ start, end: at, digits: text.slice(start, at).normalize('NFKC') })
    const next = groups.length < MAX_GROUPS ? nextGroup(text, at) : null
    if (next === null) break
    separators.push(text.slice(at, next))
    at = next
  }
  const parenthesis = text[first - 1] === '(' && separators[0]?.startsWith(')') === true
  const before = parenthesis ? first - 1 : first
  const plus = text[before - 1] === '+' || (text[before - 1] === ' ' && text[before - 2] === '+')
  const start = plus ? text.lastIndexOf('+', before) : before
  return {
    start,
    end: at,
    groups,
    separators,
    plus,
    parenthesis,
    digits: groups.map(({ digits }) => digits).join(''),
  }
}

function nextGroup(text: string, end: number): number | null {
  let at = end
  while (at - end <= MAX_GAP && SEPARATORS.includes(text[at] ?? '?')) at++
  return at > end && at - end <= MAX_GAP && isDigit(text.charCodeAt(at)) ? at : null
}

function isDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0xff10 && code <= 0xff19)
}

/** Letters of scripts that put no spaces between words may touch a number. */
function isWordChar(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    (code >= 0xc0 && code <= 0x52f)
  )
}
