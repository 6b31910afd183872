import { passesLuhn } from './check-digits.ts'
import type { DigitRun, Span } from './digit-runs.ts'
import { isNear } from './span.ts'

/** Issuers' prefixes and lengths (ISO/IEC 7812; the schemes' own tables). */
const ISSUERS: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/,
  /^3[47]\d{13}$/,
  /^(?:30[0-59]|36|38|39)\d{11,12}$/,
  /^(?:6011|64[4-9]|65|62|81)\d{10,17}$/,
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/,
  /^(?:2131|1800)\d{11}$/,
  /^220[0-4]\d{12,15}$/,
]
/** Other issuers are many, and Maestro's numbers short: they take a word beside them. */
const CARD_WORDS = /card|credit|debit|\bcc\b|visa|maestro|payment|purchase|charge|卡|信用|刷/i

/** Payment cards: 12 to 19 digits in groups or not, by issuer, length and check digit. */
export function findCards(text: string, runs: readonly DigitRun[]): Span[] {
  return runs.flatMap((run) => cardIn(text, run) ?? [])
}

/** The longest row of whole groups that is a card: other numbers may stand beside it. */
function cardIn(text: string, { groups }: DigitRun): Span | null {
  for (let count = groups.length; count > 0; count--) {
    for (let from = 0; from + count <= groups.length; from++) {
      const row = groups.slice(from, from + count)
      const digits = row.map((group) => group.digits).join('')
      const [first, last] = [row[0], row.at(-1)]
      if (!first || !last || (count > 1 && row.some((group) => group.digits.length < 2))) continue
      const span = { start: first.start, end: last.end }
      if (isCard(digits, text, span)) return span
    }
  }
  return null
}

function isCard(digits: string, text: string, span: Span): boolean {
  if (digits.length < 12 || digits.length > 19 || !passesLuhn(digits)) return false
  return ISSUERS.some((issuer) => issuer.test(digits)) || isNear(text, span, CARD_WORDS)
}
