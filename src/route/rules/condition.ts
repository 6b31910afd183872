import { compileRegex } from '../../core/linear-regex.ts'
import type { Comparison, Condition, Operand, SignalKind, SignalName, SignalRef } from '../../core/rules.ts'
import type { Clock } from './clock.ts'
import type { Signals } from './signals.ts'

/** Whether a condition holds; null where that depends on texts that are not known. */
export type Check = (signals: Signals) => boolean | null

type ClockOf = (timezone: string | null) => Clock
type Scalar = string | number | boolean
/** Null: the request has none. */
type Value = Scalar | readonly string[] | null
type Test = (value: Value) => boolean

/**
 * A condition made ready.
 *
 * @param clockOf of `createClocks`
 * @throws RangeError for a time zone that is not there, RegexFault for what is no regular expression
 */
export function checkOf(condition: Condition, clockOf: ClockOf): Check {
  const ready = (inner: Condition) => checkOf(inner, clockOf)
  switch (condition.kind) {
    case 'all':
      return joined(condition.of.map(ready), false)
    case 'any':
      return joined(condition.of.map(ready), true)
    case 'not': {
      const check = ready(condition.of)
      return (signals) => {
        const held = check(signals)
        return held === null ? null : !held
      }
    }
    case 'leaf':
      return leafCheck(condition, clockOf)
  }
}

/** @param decisive what one of them settles the whole with */
function joined(checks: readonly Check[], decisive: boolean): Check {
  return (signals) => {
    let whole: boolean | null = !decisive
    for (const check of checks) {
      const held = check(signals)
      if (held === decisive) return decisive
      if (held === null) whole = null
    }
    return whole
  }
}

function leafCheck(
  { ref, is, timezone, comparisons }: Condition & { kind: 'leaf' },
  clockOf: ClockOf,
): Check {
  const passes = allOf(comparisons.map((comparison) => testOf(comparison, is)))
  const read = readerOf(ref, clockOf(timezone))
  if (is.kind === 'words') return (signals) => (signals.texts === null ? null : passes(read(signals)))
  if (isFolded(is)) return (signals) => passes(folded(read(signals)))
  return (signals) => passes(read(signals))
}

/** Most leaves have one comparison. */
function allOf(tests: readonly Test[]): Test {
  const [first, second] = tests
  return first && !second ? first : (value) => tests.every((test) => test(value))
}

/** Whether case does not count. */
function isFolded(is: SignalKind): boolean {
  return is.kind === 'words' || (is.kind === 'text' && is.folded)
}

function folded<V extends Value>(value: V): V | string {
  return typeof value === 'string' ? value.toLowerCase() : value
}

function readerOf(ref: SignalRef, clock: Clock): (signals: Signals) => Value {
  if ('key' in ref) {
    const { of, key } = ref
    return ({ metadata, headers }) => valueIn(of === 'metadata' ? metadata : headers, key)
  }
  const read = READERS[ref.of]
  return (signals) => read(signals, clock)
}

function valueIn(pairs: Readonly<Record<string, string>>, key: string): string | null {
  return Object.hasOwn(pairs, key) ? (pairs[key] ?? null) : null
}

const READERS: Readonly<Record<SignalName, (signals: Signals, clock: Clock) => Value>> = {
  task_type: ({ demand }) => demand.taskType,
  tier: ({ demand }) => demand.tier,
  language: ({ demand }) => demand.language,
  difficulty: ({ demand }) => demand.difficulty,
  // Tokenizers differ; one is the measure.
  input_tokens: ({ demand }) => demand.inputTokens.openai,
  expected_output_tokens: ({ demand }) => demand.expectedOutputTokens,
  modalities: ({ demand }) => demand.modalities,
  needs: ({ demand }) => demand.needs,
  has_tools: ({ hasTools }) => hasTools,
  stream: ({ stream }) => stream,
  model: ({ model }) => model,
  user: ({ user }) => user,
  session: ({ session }) => session,
  key: ({ key }) => key,
  region: ({ region }) => region,
  hour: ({ now }, clock) => clock(now).hour,
  weekday: ({ now }, clock) => clock(now).weekday,
  date: ({ now }, clock) => clock(now).date,
  text: ({ texts }) => texts?.said || null,
  system_text: ({ texts }) => texts?.instructed || null,
}

/** Of a value whose case was folded where it does not count. What is not there is equal to nothing. */
function testOf({ operator, operand }: Comparison, is: SignalKind): Test {
  const operands = operandsOf(operand).map((one) => (isFolded(is) ? folded(one) : one))
  const [first = '', last = first] = operands
  const isListed = (value: Value) => isScalar(value) && operands.includes(value)
  switch (operator) {
    case 'eq':
    case 'in':
      return isListed
    case 'ne':
    case 'not_in':
      return (value) => !isListed(value)
    case 'gt':
      return placed(is, (place) => place(first) > 0)
    case 'gte':
      return placed(is, (place) => place(first) >= 0)
    case 'lt':
      return placed(is, (place) => place(first) < 0)
    case 'lte':
      return placed(is, (place) => place(first) <= 0)
    case 'between':
      return placed(is, (place) => place(first) >= 0 && place(last) <= 0)
    case 'contains':
    case 'contains_any':
      return (value) => holdsAny(value, operands)
    case 'starts_with':
      return (value) => typeof value === 'string' && value.startsWith(String(first))
    case 'ends_with':
      return (value) => typeof value === 'string' && value.endsWith(String(first))
    case 'matches':
      return regexTest(String(operand), isFolded(is))
    case 'exists':
      return (value) => (value !== null) === operand
  }
}

/** Only so much of a text is read for regular expressions, in characters. */
const MATCHED_CHARS = 16_384

function regexTest(source: string, ignoreCase: boolean): Test {
  const regex = compileRegex(source, { ignoreCase })
  return (value) => typeof value === 'string' && regex.test(value.slice(0, MATCHED_CHARS))
}

function operandsOf(operand: Operand): readonly Scalar[] {
  return typeof operand === 'object' ? operand : [operand]
}

function isScalar(value: Value): value is Scalar {
  return typeof value !== 'object'
}

function holdsAny(value: Value, parts: readonly Scalar[]): boolean {
  if (value === null) return false
  return isScalar(value)
    ? parts.some((part) => String(value).includes(String(part)))
    : value.some((one) => parts.includes(one))
}

/** @param test is told where the value stands from an operand: below 0 before it, above 0 after it */
function placed(is: SignalKind, test: (place: (operand: Scalar) => number) => boolean): Test {
  const place = is.kind === 'choice' ? (one: Scalar) => is.of.indexOf(String(one)) : (one: Scalar) => one
  return (value) => {
    if (!isScalar(value)) return false
    const at = place(value)
    return test((operand) => compare(at, place(operand)))
  }
}

/** Numbers by size; dates, which are texts of one form, by time. */
function compare(a: Scalar, b: Scalar): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a) < String(b) ? -1 : Number(String(a) > String(b))
}
