/**
 * How a number may be read. `isPercent`: 50 % is written 50; else it is 0.5. `mayHaveUnit`: words may follow it, as in
 * "42 apples"; they are not looked at, so that 2 hours and 2 minutes are the same.
 */
export type NumberReading = { isPercent?: boolean; mayHaveUnit?: boolean }

/** No number that is somebody's answer is longer, with its unit; UTF-16 units. */
const MAX_CHARS = 120
/** Digits that a result of divisions and roots is compared by: floating point has 15 to 17. */
const PRECISION = 12

const SCALES: Readonly<Record<string, number>> = Object.fromEntries(
  'k:1e3 thousand:1e3 million:1e6 billion:1e9 trillion:1e12 百:1e2 千:1e3 万:1e4 萬:1e4 亿:1e8 億:1e8'
    .split(' ')
    .map((pair) => pair.split(':'))
    .map(([name, value]) => [name, Number(value)]),
)
const WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const HAN_DIGITS = '零一二三四五六七八九〇两兩'
const DIGITS_OF_HAN = '0123456789022'
const HAN_TENS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1_000 }

/** Digits: plain; in groups, as 1,234, 1'234, 1 234 or 12,34,567; or as 1.234.567. A decimal comma only after such. */
const DIGITS = String.raw`(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:[ '_]\d{3})+|\d+)(?:\.\d+)?|\.\d+`
const DOTTED = String.raw`\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}`
const NUMBER = new RegExp(
  String.raw`^([-+]?)(?:10\^([-+]?\d+)|(${DOTTED}|${DIGITS})(?: ?[×x*] ?10\^([-+]?\d+)|e([-+]?\d+))?)`,
)
const FRACTION = /^([-+]?)(?:(\d+) )?(\d+) ?\/ ?(\d+)(?![\d/])/
const AROUND = /^(?:[≈~=:]|about |approximately |around |roughly |大?[约約]|[总總]?共|百分之)* ?/
const CURRENCY = /^([-+]?)(?:us|hk|nt|a|c)?(?:[$€£¥₹₩]|usd|eur|gbp|rmb|cny) ?/
const AFTER =
  /^ ?(%|percent(?:age points?)?|per cent)?(?: ?(k|thousand|million|billion|trillion|[百千万萬亿億])(?![a-z]))?/
const UNIT =
  /^(?: ?(?!(?:[ap]m|or|and|to|not|bc|ad)\b)[a-z°µ$€£¥₹₩\p{sc=Han}][\p{L}°'./-]*(?:\^-?\d)?){0,3}$/u
const HAN_NUMBER =
  /^(负|負)?([零〇一二两兩三四五六七八九十百千万萬亿億]+)(?:[点點]([零〇一二三四五六七八九]+))?(?:[个個元块塊人名位只隻头頭天年月日岁歲次件本张張米斤辆輛秒枚颗顆粒条條种種页頁组組套]|公里|公斤|分[钟鐘]|小[时時])?$/

/**
 * A number as text, the same for every way to write it: separators, currency, percent, fractions, powers of ten,
 * full-width digits, LaTeX, simple Chinese numerals. Null where a text is more or less than one number.
 */
export function numberKey(text: string, reading: NumberReading = {}): string | null {
  if (text.length > MAX_CHARS) return null
  const plain = plainMath(text)
    .toLowerCase()
    .replace(/[.。!]+$/, '')
    .trim()
  const isOfHundred = plain.includes('百分之')
  const bare = plain.replace(AROUND, '').replace(CURRENCY, '$1')
  const read = readHan(bare) ?? readWord(bare, reading) ?? readFraction(bare) ?? readDigits(bare)
  if (read === null) return null
  const [, percent, scale = ''] = AFTER.exec(read.rest) ?? []
  const rest = read.rest.replace(AFTER, '')
  if (rest.trim() !== '' && !isCurrency(rest) && !(reading.mayHaveUnit && UNIT.test(rest))) return null
  const share = (percent !== undefined || isOfHundred) && !reading.isPercent ? 0.01 : 1
  const factor = (SCALES[scale] ?? 1) * share
  if (factor === 1 && read.exact !== null) return read.exact
  return keyOf(read.value * factor)
}

/** Every different number that stands in a line, as keys in order. What looks like part of a word or a code is none. */
export function numbersIn(line: string, reading: NumberReading = {}): readonly string[] {
  const found = plainMath(line).matchAll(
    /(?<![a-z\d.]|[a-z]-)[-+]?\d(?:[\d,.']*\d)?(?: ?\/ ?\d+)?(?: ?[×x*] ?10\^[-+]?\d+)?(?: ?%| (?:thousand|million|billion)\b| ?[百千万萬亿億])?/giu,
  )
  const keys = Array.from(found, ([text]) => numberKey(text, reading))
  return [...new Set(keys.filter((key) => key !== null))]
}

/** Often two, one in the other. */
const FONT = /\\(?:text|mathrm|mathbf|textbf|mbox)\{([^{}]*)\}/g

/** A text without what writes mathematics rather than saying it: LaTeX's spacing and fonts, full-width characters. */
export function plainMath(text: string): string {
  return text
    .replace(/[¼-¾⅐-⅞]/g, (one) => ` ${one.normalize('NFKC')}`)
    .replace(/[⁰¹²³⁴-⁹⁻]+/g, (power) => `^${power.normalize('NFKC')}`)
    .normalize('NFKC')
    .replace(/[−–]/g, '-')
    .replaceAll('⁄', '/')
    .replace(/\\(?:left|right|displaystyle|[,;:! ()[\]])|(?<!\\)\$(?!\d)|(?<=\d)\$/g, '')
    .replace(/\{,\}/g, ',')
    .replace(FONT, '$1')
    .replace(FONT, '$1')
    .replace(/\\[dt]frac/g, '\\frac')
    .replace(/\\frac *\{ *(-?\d+) *\} *\{ *(\d+) *\}/g, '$1/$2')
    .replace(/\\frac(\d)(\d)/g, '$1/$2')
    .replace(/\\times/g, '×')
    .replace(/\^\{([^{}]*)\}/g, '^$1')
    .replace(/\^?\\circ/g, '°')
    .replace(/\\([%$])/g, '$1')
    .replace(/[~\s]+/g, ' ')
    .trim()
}

/** `exact`: its key, where floating point does not hold it. */
type Read = { value: number; exact: string | null; rest: string }

function readDigits(text: string): Read | null {
  const [all, sign, alone, digits, ...powers] = NUMBER.exec(text) ?? []
  if (all === undefined) return null
  const power = alone ?? powers.find((each) => each !== undefined)
  const isDotted = digits !== undefined && new RegExp(`^(?:${DOTTED})$`).test(digits)
  const plain = isDotted
    ? digits.replaceAll('.', '').replace(',', '.')
    : (digits ?? '1').replace(/[, '_]/g, '')
  const value = Number(`${sign}${plain}e${power ?? 0}`)
  const exact = power === undefined && /^\d+$/.test(plain) && !Number.isSafeInteger(value) ? plain : null
  if (!Number.isFinite(value) && exact === null) return null
  return {
    value,
    exact: exact && `${sign === '-' ? '-' : ''}${exact.replace(/^0+/, '')}`,
    rest: text.slice(all.length),
  }
}

function readFraction(text: string): Read | null {
  const [all, sign, whole = '0', above, below] = FRACTION.exec(text) ?? []
  if (all === undefined || Number(below) === 0) return null
  const value = Number(whole) + Number(above) / Number(below)
  return { value: sign === '-' ? -value : value, exact: null, rest: text.slice(all.length) }
}

/** Short words only: who says more than twelve mostly writes digits. */
function readWord(text: string, { mayHaveUnit }: NumberReading): Read | null {
  const [word = ''] = /^[a-z]+/.exec(text) ?? []
  const value = WORDS.indexOf(word)
  return mayHaveUnit && value >= 0 ? { value, exact: null, rest: text.slice(word.length) } : null
}

/** 一百零五, 两万三千, 二〇二四, 三点五, with what is counted. */
function readHan(text: string): Read | null {
  const [, minus, digits, decimals = ''] = HAN_NUMBER.exec(text) ?? []
  const whole = digits === undefined ? null : hanValue(digits)
  if (whole === null) return null
  const value = Number(`${whole}.${hanDigits(decimals)}`)
  return { value: minus ? -value : value, exact: null, rest: '' }
}

function hanDigits(text: string): string {
  return Array.from(text, (each) => DIGITS_OF_HAN[HAN_DIGITS.indexOf(each)] ?? '').join('')
}

/** Null for characters that are no number in this order. */
function hanValue(text: string): number | null {
  if (!/[十百千万萬亿億]/.test(text)) return Number(hanDigits(text))
  if (/^[百千万萬亿億]/.test(text)) return null
  let total = 0
  let section = 0
  let digit = 0
  for (const each of text) {
    const tens = HAN_TENS[each]
    const scale = SCALES[each]
    if (HAN_DIGITS.includes(each)) digit = Number(hanDigits(each))
    else if (tens !== undefined) {
      section += (digit || (each === '十' ? 1 : 0)) * tens
      digit = 0
    } else if (scale !== undefined) {
      total = (total + section + digit) * scale
      section = 0
      digit = 0
    }
  }
  return total + section + digit
}

function isCurrency(text: string): boolean {
  return /^ ?(?:[$€£¥₹₩元]|dollars?|usd|euros?|eur|rmb|cny|gbp|pounds?|人民[币幣]|美元|[块塊]钱?)$/.test(text)
}

function keyOf(value: number): string | null {
  if (!Number.isFinite(value)) return null
  if (Number.isSafeInteger(value)) return String(value + 0 === 0 ? 0 : value)
  return String(Number(value.toPrecision(PRECISION)))
}
