import { type Equation, equationsIn, type Side } from './equations.ts'
import { fencesIn } from './fences.ts'
import type { Finding } from './finding.ts'

/** How far a rounded result may be off, as a share of it: said to be rough; and where rounded figures go on. */
const ROUGH = 0.05
const ROUNDED = 0.01
/** What JavaScript's numbers lose on the way. */
const EXACT = 1e-12

/** Sizes of units against each other: what is worked out in one may be told in another. */
const UNITS = [10, 100, 1e3, 1e4, 1e6, 1e8, 1e9, 1e12, 2, 3, 4, 5, 7, 12, 16, 24, 30, 52, 60, 365, 1024, 3600]

/** Words by which an equation is not said to be true, or not of usual numbers; UTF-16 units around that are read for them. */
const NOT_CLAIMED =
  /\b(?:not|\w+n['’]t|no|wrong|incorrect\w*|false|mistake\w*|errors?|contradict\w*|suppose|assum\w+|if|guess\w*|try|trying|instead|mod|modulo|binary|hex\w*|octal|base|concat\w*|puzzle|pattern|riddle)\b|[?？✗❌≠≡]|错|錯|不对|不對|不等|不是|误|誤|如果|假设|假設|若|试|試|余|餘|进制|進制|规律|規律/i
const ABOUT =
  /\b(?:round\w*|approx\w*|about|roughly|estimat\w*|nearly|almost)\b|约|約|大概|四舍五入|四捨五入/i
const BEFORE_CHARS = 160
const AFTER_CHARS = 80
/** Of an equation, in a complaint. */
const MAX_TOLD_CHARS = 120

/**
 * Which equations of a text are wrong. Looks at sums, products, quotients, powers and percents of plain numbers, in
 * prose or LaTeX, outside of code. Says nothing where a formula holds words, units or variables, where the equation is
 * doubted, supposed or quoted from `asked`, and where rounding, units of another size, or another way of writing
 * numbers would make it true.
 *
 * @param asked what the user has said: an equation from there is not the model's
 */
export function checkArithmetic(text: string, asked: string): Finding {
  const prose = withoutCode(text)
  const equations = equationsIn(prose)
  if (equations.length === 0) return null
  let compact: string | null = null
  const isQuoted = (equation: string) => {
    compact ??= asked.replaceAll(/\s/g, '')
    return compact.includes(equation.replaceAll(/\s/g, ''))
  }
  const verdicts = equations.map((equation) => ({ equation, isTrue: verdictOn(equation, prose) }))
  const wrong = verdicts.filter(
    ({ equation: { left, right }, isTrue }) =>
      isTrue === false && !isQuoted(prose.slice(left.from, right.to)),
  )
  if (wrong.length === 0) return verdicts.some(({ isTrue }) => isTrue) ? [] : null
  return wrong.map(({ equation: { left, right } }) => {
    const formula = left.operations > 0 ? left : right
    const figure = Number(formula.value.toPrecision(10))
    return `"${said(prose, left.from, right.to)}" is wrong: ${said(prose, formula.from, formula.to)} is ${figure}.`
  })
}

function said(text: string, from: number, to: number): string {
  return text.slice(from, Math.min(to, from + MAX_TOLD_CHARS))
}

/** As long as the text, so that places stay. */
function withoutCode(text: string): string {
  const parts: string[] = []
  let from = 0
  for (const { start, end } of fencesIn(text)) {
    parts.push(text.slice(from, start), ' '.repeat(end - start))
    from = end
  }
  return [...parts, text.slice(from)].join('')
}

/** Null where it cannot be told. */
function verdictOn(equation: Equation, text: string): boolean | null {
  const { left, right } = equation
  const around = lineAround(text, left.from, right.to)
  const isRough = equation.isRough || ABOUT.test(around)
  if (agree(left, right, isRough)) return true
  const isDoubtful =
    [left, right].some((side) => side.isAmbiguous || side.isRange || (side.hasPercent && side.hasSum)) ||
    equation.after === 'more' ||
    (equation.after === 'word' && UNITS.some((unit) => agree(left, scaled(right, unit), isRough))) ||
    (equation.after === 'word' && UNITS.some((unit) => agree(left, scaled(right, 1 / unit), isRough))) ||
    agree(left, { ...right, value: right.lead, operations: 0 }, isRough) ||
    /\d\.\d{3}(?!\d)/.test(text.slice(left.from, right.to)) ||
    NOT_CLAIMED.test(around)
  return isDoubtful ? null : false
}

function scaled(side: Side, by: number): Side {
  return { ...side, value: side.value * by, decimals: side.decimals - Math.log10(by) }
}

/** Two formulas are compared as fractions; a formula and its result as exactly as the result is told. */
function agree(left: Side, right: Side, isRough: boolean): boolean {
  const [formula, result] = right.operations > 0 && left.operations === 0 ? [right, left] : [left, right]
  const percents = formula.hasPercent || result.hasPercent ? [1, 100, 0.01] : [1]
  return percents.some((percent) => {
    const off = Math.abs(formula.value * percent - result.value)
    const size = Math.max(Math.abs(formula.value * percent), Math.abs(result.value))
    if (off <= size * (isRough ? ROUGH : EXACT)) return true
    if (result.operations > 0) return off <= size * (formula.decimals + result.decimals > 0 ? ROUNDED : EXACT)
    const unit = 10 ** -result.decimals / (result.hasPercent ? 100 : 1)
    return formula.hasDivision ? off < unit * (1 - 1e-9) : off <= unit * (0.5 + 1e-9)
  })
}

function lineAround(text: string, from: number, to: number): string {
  const before = text.slice(Math.max(0, from - BEFORE_CHARS), from)
  const after = text.slice(to, to + AFTER_CHARS)
  return `${before.slice(before.lastIndexOf('\n') + 1)} ${after.split('\n', 1)[0] ?? ''}`
}
