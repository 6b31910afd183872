import { type Equation, equationsIn, type Side } from './equations.ts'
import { fencesIn } from './fences.ts'
import type { Finding } from './finding.ts'
import { unitName } from './math-words.ts'

/** How far a rounded result may be off, as a share of it: said to be rough; and where rounded figures go on. */
const ROUGH = 0.05
const ROUNDED = 0.01
/** What JavaScript's numbers lose on the way. */
const EXACT = 1e-12

/** Sizes of units against each other: what is worked out in one may be told in another. */
const UNITS = [10, 100, 1e3, 1e4, 1e6, 1e8, 1e9, 1e12, 7, 12, 16, 24, 30, 52, 60, 365, 1024, 3600]

/** Words near an equation by which it is not said to be true, or not of usual numbers; and such words right before it. */
const NOT_CLAIMED =
  /\b(?:not|\w+n['’]t|no|wrong|incorrect\w*|false|mistake\w*|errors?|contradict\w*|instead|mod|modulo|binary|hex\w*|octal|base|concat\w*|puzzle|pattern|riddle|suppose)\b|[?？✗❌≠≡]|错|錯|不对|不對|不等|不是|误|誤|余|餘|进制|進制|规律|規律|假设|假設/i
const SUPPOSED = /(?:\b(?:if|assum\w+|say|guess\w*|try|trying|whether)\b|如果|若|试|試)[^,，;；.。\n]{0,30}$/i
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
    equation.isOpen ||
    [left, right].some(({ isAmbiguous, hasPercent, hasSum }) => isAmbiguous || (hasPercent && hasSum)) ||
    (left.isRange && right.value > 0) ||
    !haveOneUnit(equation) ||
    (equation.word !== null && UNITS.some((by) => isScaled(left, right, by) || isScaled(right, left, by))) ||
    agree(left, { ...right, value: right.lead, operations: 0 }, isRough) ||
    /\d\.\d{3}(?!\d)/.test(text.slice(left.from, right.to)) ||
    NOT_CLAIMED.test(around) ||
    SUPPOSED.test(text.slice(Math.max(0, left.from - BEFORE_CHARS), left.from))
  return isDoubtful ? null : false
}

/** Where numbers have units, all of them and the result the same: else they may be sizes, prices, or a riddle's signs. */
function haveOneUnit({ left, right, word }: Equation): boolean {
  const units = [...left.units, ...right.units]
  if (units.length === 0) return true
  return left.operations > 0 && units.every((unit) => unit === unitName(word ?? ''))
}

function isScaled(large: Side, small: Side, by: number): boolean {
  return Math.abs(large.value - small.value * by) <= Math.abs(large.value) * ROUGH
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
