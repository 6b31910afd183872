import type { DigitRun, Span } from './digit-runs.ts'
import { isNear } from './span.ts'

const PHONE_WORDS =
  /phone|\btel\b|telefon|téléphone|\bmobile|\bcell|\bcall|\bfax|\bdial|\bring\b|\bsms\b|text (?:me|him|her|us)|whats ?app|\bcontact|hotline|\breach|answering|\bmessages?\b|voicemail|handy|电话|電話|手机|手機|联系|聯絡|聯繫|携帯|传真|傳真|打给|打給|致电|致電/i
/** What else a bare number may be, right before it. */
const OTHER_WORDS =
  /(?:order|account|invoice|ticket|reference|ref|case|id|zip|code|card|passport|licen[cs]e|ssn|security|version|pin|订单|訂單|单号|單號|帐号|帳號|账号)[\s#:.：no-]{0,6}(?:number|is|号|號)?[\s:：]{0,2}$/i

/** Mobile numbers that are told by their digits alone: China, Taiwan, Japan, the UK and France. */
const MOBILE = /^(?:(?:86)?1[3-9]\d{9}|09\d{8}|0[789]0\d{8}|07[1-57-9]\d{8}|0[67]\d{8})$/
/** The North American plan: area and exchange begin at 2. */
const NORTH_AMERICA = /^1?[2-9]\d{2}[2-9]\d{6}$/

/** Telephone numbers: by their form where it is theirs alone, else by the words around them. */
export function findPhones(text: string, runs: readonly DigitRun[]): Span[] {
  return runs.filter((run) => isPhone(text, run)).map(({ start, end }) => ({ start, end }))
}

function isPhone(text: string, run: DigitRun): boolean {
  const { length } = run.digits
  if (length < 7 || length > 15 || isOtherNotation(run)) return false
  if (run.plus) return length >= 8
  return hasPhoneForm(run) || (isNear(text, run, PHONE_WORDS) && !isNamedOtherwise(text, run))
}

function isNamedOtherwise(text: string, { start }: Span): boolean {
  return OTHER_WORDS.test(text.slice(Math.max(0, start - 24), start))
}

function hasPhoneForm({ digits, groups, parenthesis, separators }: DigitRun): boolean {
  const { length } = digits
  if (parenthesis) return length <= 12 && groups[0] !== undefined && groups[0].digits.length <= 5
  if (groups.length === 1) return MOBILE.test(digits)
  const sizes = groups.map((group) => group.digits.length).join('-')
  if (/^(?:1-)?3-3-4$/.test(sizes) && NORTH_AMERICA.test(digits)) return true
  if (/^(?:2-)?3-4-4$/.test(sizes) && MOBILE.test(digits)) return true
  // The country's code, without its sign.
  if (/^[1-3]-[1-4]-[34]-4$/.test(sizes)) return true
  // A trunk zero, and few groups of a few digits: dialled from within a country.
  const trunk = /^0[1-9]/.test(digits) && length >= 9 && length <= 12
  if (trunk && groups.length <= 6 && /^[2-5]-/.test(sizes)) return new Set(separators).size <= 2
  return digits.startsWith('00') && length >= 11 && groups.length >= 3
}

/** Dates, years, decimals, addresses of computers. */
function isOtherNotation({ groups, separators }: DigitRun): boolean {
  const sizes = groups.map(({ digits }) => digits.length).join('-')
  const signs = new Set(separators)
  if (signs.size === 1 && /^(?:4-[12]-[12]|[12]-[12]-4)$/.test(sizes)) return true
  if (groups.length === 2 && signs.has('.')) return true
  if (groups.length === 4 && signs.size === 1 && signs.has('.') && groups.every(isOctet)) return true
  return sizes === '4-4' && groups.every(({ digits }) => /^(?:1[89]|20)/.test(digits)) && !signs.has(' ')
}

function isOctet({ digits }: { digits: string }): boolean {
  return Number(digits) <= 255 && !/^0\d/.test(digits)
}
