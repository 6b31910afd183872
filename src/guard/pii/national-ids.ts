import { weighted } from './check-digits.ts'
import type { DigitRun, Span } from './digit-runs.ts'
import { type Detector, isNear, spansOf } from './span.ts'

/** Numbers of nine digits that are written `ddd-dd-dddd`; without signs between, a word must say what they are. */
function nineDigits(isGiven: (digits: string) => boolean, words: RegExp): Detector {
  return (text, runs) =>
    runs.flatMap((run) => {
      const sizes = run.groups.map(({ digits }) => digits.length).join('-')
      const written = sizes === '3-2-4' && new Set(run.separators).size === 1
      if (run.plus || run.digits.length !== 9 || !isGiven(run.digits)) return []
      const { start, end } = run
      return written && /^[ -]$/.test(run.separators[0] ?? '')
        ? [{ start, end }]
        : run.groups.length === 1 && isNear(text, run, words)
          ? [{ start, end }]
          : []
    })
}

/** Social Security Administration: no area 000, 666 or from 900, no group 00, no serial 0000. */
export const findUsSsns = nineDigits(
  (digits) => /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits),
  /\bssns?\b|social security|社会安全|社會安全/i,
)

/** IRS Publication 1915: 9, and a group of 50–65, 70–88, 90–92 or 94–99. */
export const findUsItins = nineDigits(
  (digits) => /^9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/.test(digits),
  /\bitins?\b|taxpayer|tax id/i,
)

/** A letter and eight digits, or nine digits, beside the word. */
export function findUsPassports(text: string): Span[] {
  return spansOf(
    text,
    /\b[A-Za-z]?\d{8,9}\b/g,
    (found, span) => found.length === 9 && isNear(text, span, /passport|护照|護照/i),
  )
}

const NHS_WEIGHTS = [10, 9, 8, 7, 6, 5, 4, 3, 2]

/** NHS Data Dictionary: ten digits, the last a check modulo 11; a telephone number may pass it: a word must stand near. */
export function findUkNhs(text: string, runs: readonly DigitRun[]): Span[] {
  return runs.flatMap((run) => {
    const { digits, groups, start, end } = run
    if (digits.length !== 10 || groups.length > 3 || run.plus) return []
    const check = (11 - (weighted(digits, NHS_WEIGHTS) % 11)) % 11
    const real = check === Number(digits[9]) && isNear(text, run, /\bnhs\b|health service|patient/i)
    return real ? [{ start, end }] : []
  })
}

const CN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** GB 11643-1999: region, date of birth, serial, and a check modulo 11 where ten is written X. */
export function findCnIdCards(text: string): Span[] {
  return spansOf(text, /(?<![A-Za-z\d])[1-9]\d{16}[\dXx](?![A-Za-z\d])/g, (found) => {
    const date =
      /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:19|20)\d{2}(\d{2})(\d{2})/.exec(found)
    const check = '10X98765432'[weighted(found, CN_WEIGHTS) % 11]
    const [, month = '', day = ''] = date ?? []
    return date !== null && isDay(month, day) && check === found.slice(17).toUpperCase()
  })
}

function isDay(month: string, day: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31
}

/** The letters' two digits, in the order of the alphabet: by region, not by letter. */
const TW_LETTERS = [
  10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
]
const TW_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 1, 1]

/** Ministry of the Interior: national cards (1, 2), residents' of 2021 (8, 9) and earlier (two letters). */
export function findTwIdCards(text: string): Span[] {
  return spansOf(text, /(?<![A-Za-z\d])[A-Za-z][1289A-Da-d]\d{8}(?![A-Za-z\d])/g, (found) => {
    const region = twLetter(found[0])
    const second = /\d/.test(found[1] ?? '') ? (found[1] ?? '') : String(twLetter(found[1]) % 10)
    const sum = Math.floor(region / 10) + (region % 10) * 9 + weighted(second + found.slice(2), TW_WEIGHTS)
    return sum % 10 === 0
  })
}

function twLetter(letter = 'A'): number {
  return TW_LETTERS[Number.parseInt(letter, 36) - 10] ?? 0
}

/** Immigration Department: one or two letters, six digits, a check modulo 11; without parentheses beside a word only. */
export function findHkIdCards(text: string): Span[] {
  return spansOf(
    text,
    /(?<![A-Za-z\d])[A-Za-z]{1,2}\d{6}(?:\([\dAa]\)|（[\dAa]）|[\dAa](?![A-Za-z\d]))/g,
    (found, span) => {
      const plain = found.replaceAll(/[()（）]/g, '').toUpperCase()
      const values = Array.from(plain.padStart(9, ' '), (sign) =>
        sign === ' ' ? 36 : Number.parseInt(sign, 36),
      )
      const sum = values.reduce((total, value, i) => total + value * (9 - i), 0)
      const written = plain.length < found.length
      return sum % 11 === 0 && (written || isNear(text, span, /hkid|hong kong|identity|身份|身分|香港/i))
    },
  )
}
