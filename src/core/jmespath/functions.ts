import { isRecord } from '../canonical-json.ts'
import { JmespathFault } from './fault.ts'
import { flat, keyOf, type Meter, Reference, spend, weigh } from './meter.ts'

/** Characters that are compared in the time of one step. */
const SEARCHED_AT_ONCE = 64

/** What a function is called with. `ask`: what a reference finds in a value. */
type Call = {
  name: string
  args: readonly unknown[]
  meter: Meter
  ask: (reference: Reference, value: unknown) => unknown
}
/** `takes`: how many arguments, at least and at most. */
type JmespathFunction = { takes: readonly [number, number]; run: (call: Call) => unknown }

function wrong({ name }: Call, wanted: string): JmespathFault {
  return new JmespathFault(`${name}() takes ${wanted}`)
}

function numberAt(call: Call, at: number): number {
  const value = call.args[at]
  if (typeof value !== 'number') throw wrong(call, 'a number')
  return value
}

function textAt(call: Call, at: number): string {
  const value = call.args[at]
  if (typeof value !== 'string') throw wrong(call, 'a text')
  spend(call.meter, value.length)
  return value
}

function listAt(call: Call, at: number): readonly unknown[] {
  const value = call.args[at]
  if (!Array.isArray(value)) throw wrong(call, 'a list')
  spend(call.meter, value.length)
  return value
}

function recordAt(call: Call, at: number): Readonly<Record<string, unknown>> {
  const value = call.args[at]
  if (!isRecord(value) || value instanceof Reference) throw wrong(call, 'an object')
  spend(call.meter, Object.keys(value).length)
  return value
}

function referenceAt(call: Call, at: number): Reference {
  const value = call.args[at]
  if (!(value instanceof Reference)) throw wrong(call, 'an expression with &')
  return value
}

const isNumber = (value: unknown) => typeof value === 'number'
const isText = (value: unknown) => typeof value === 'string'

function numbersAt(call: Call, at: number): readonly number[] {
  const list = listAt(call, at)
  if (!list.every(isNumber)) throw wrong(call, 'a list of numbers')
  return list
}

function textsAt(call: Call, at: number): readonly string[] {
  const list = listAt(call, at)
  if (!list.every(isText)) throw wrong(call, 'a list of texts')
  for (const text of list) spend(call.meter, text.length)
  return list
}

type Ranked = { value: unknown; rank: number | string }

/** A list with what it goes by: all numbers, or all texts. */
function ranked(call: Call, rankOf: (item: unknown) => unknown): Ranked[] {
  const list = listAt(call, 0)
  spend(call.meter, list.length * Math.ceil(Math.log2(list.length + 2)))
  const items = list.map((value) => ({ value, rank: rankOf(value) }))
  const isOfNumbers = items.every((item): item is Ranked => isNumber(item.rank))
  if (isOfNumbers) return items
  const isOfTexts = items.every((item): item is Ranked => isText(item.rank))
  if (!isOfTexts) throw wrong(call, 'what is all numbers, or all texts')
  return items
}

const before = (one: Ranked, other: Ranked) => Number(one.rank > other.rank) - Number(one.rank < other.rank)
const itself = (value: unknown) => value

function sorted(call: Call, rankOf: (item: unknown) => unknown): unknown[] {
  return ranked(call, rankOf)
    .sort(before)
    .map(({ value }) => value)
}

/** The first of those that come last (`1`), or first (`-1`); null of none. */
function extreme(call: Call, sign: 1 | -1, rankOf: (item: unknown) => unknown): unknown {
  const [first, ...rest] = ranked(call, rankOf)
  if (!first) return null
  return rest.reduce((best, each) => (before(each, best) * sign > 0 ? each : best), first).value
}

const byReference = (call: Call) => {
  const reference = referenceAt(call, 1)
  return (item: unknown) => call.ask(reference, item)
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)
const finite = (value: number) => (Number.isFinite(value) ? value : null)

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value)
    ? finite(Number(value))
    : null
}

function textOf({ args: [value], meter }: Call): string {
  if (typeof value === 'string') return value
  weigh(value, meter)
  return JSON.stringify(value) ?? 'null'
}

function lengthOf(call: Call): number {
  const [value] = call.args
  if (typeof value === 'string') return Array.from(textAt(call, 0)).length
  return Array.isArray(value) ? value.length : Object.keys(recordAt(call, 0)).length
}

function contains(call: Call): boolean {
  const [whole, part] = call.args
  if (typeof whole === 'string') {
    const [text, wanted] = wholeAndPart(call)
    return text.includes(wanted)
  }
  const key = keyOf(part, call.meter)
  return listAt(call, 0).some((each) => keyOf(each, call.meter) === key)
}

function reversed(call: Call): unknown {
  return typeof call.args[0] === 'string'
    ? Array.from(textAt(call, 0)).toReversed().join('')
    : listAt(call, 0).toReversed()
}

function unique(call: Call): unknown[] {
  const byKey = new Map(listAt(call, 0).map((each) => [keyOf(each, call.meter), each] as const))
  return [...byKey.values()]
}

function merged(call: Call): object {
  return Object.fromEntries(call.args.flatMap((_, at) => Object.entries(recordAt(call, at))))
}

/** Texts to look for one within the other; a search may begin anew at every character. */
function wholeAndPart(call: Call): [whole: string, part: string] {
  const [whole, part] = [textAt(call, 0), textAt(call, 1)]
  spend(call.meter, (whole.length * part.length) / SEARCHED_AT_ONCE)
  return [whole, part]
}

/** @param glue what stands between the parts of the text that is made */
function glued(call: Call, parts: readonly string[], glue: string): string {
  spend(call.meter, parts.length * glue.length)
  return parts.join(glue)
}

function split(call: Call): string[] {
  const [text, mark] = wholeAndPart(call)
  return mark === '' ? Array.from(text) : text.split(mark)
}

function jsonOf(call: Call): unknown {
  try {
    return JSON.parse(textAt(call, 0))
  } catch {
    throw wrong(call, 'JSON')
  }
}

const one = [1, 1] as const
const two = [2, 2] as const
const any = [1, Infinity] as const

/** JMESPath's own functions, and after them some more that tools' answers want. */
export const FUNCTIONS: Readonly<Record<string, JmespathFunction>> = {
  abs: { takes: one, run: (call) => Math.abs(numberAt(call, 0)) },
  avg: { takes: one, run: (call) => finite(total(numbersAt(call, 0)) / listAt(call, 0).length) },
  ceil: { takes: one, run: (call) => Math.ceil(numberAt(call, 0)) },
  contains: { takes: two, run: contains },
  ends_with: { takes: two, run: (call) => textAt(call, 0).endsWith(textAt(call, 1)) },
  floor: { takes: one, run: (call) => Math.floor(numberAt(call, 0)) },
  join: { takes: two, run: (call) => glued(call, textsAt(call, 1), textAt(call, 0)) },
  keys: { takes: one, run: (call) => Object.keys(recordAt(call, 0)) },
  length: { takes: one, run: lengthOf },
  map: {
    takes: two,
    run: (call) => listAt(call, 1).map((item) => call.ask(referenceAt(call, 0), item)),
  },
  max: { takes: one, run: (call) => extreme(call, 1, itself) },
  max_by: { takes: two, run: (call) => extreme(call, 1, byReference(call)) },
  merge: { takes: any, run: merged },
  min: { takes: one, run: (call) => extreme(call, -1, itself) },
  min_by: { takes: two, run: (call) => extreme(call, -1, byReference(call)) },
  not_null: { takes: any, run: ({ args }) => args.find((each) => each !== null) ?? null },
  reverse: { takes: one, run: reversed },
  sort: { takes: one, run: (call) => sorted(call, itself) },
  sort_by: { takes: two, run: (call) => sorted(call, byReference(call)) },
  starts_with: { takes: two, run: (call) => textAt(call, 0).startsWith(textAt(call, 1)) },
  sum: { takes: one, run: (call) => finite(total(numbersAt(call, 0))) },
  to_array: { takes: one, run: ({ args: [value] }) => (Array.isArray(value) ? value : [value]) },
  to_number: { takes: one, run: ({ args: [value] }) => numberOf(value) },
  to_string: { takes: one, run: textOf },
  type: { takes: one, run: ({ args: [value] }) => typeOf(value) },
  values: { takes: one, run: (call) => Object.values(recordAt(call, 0)) },

  flatten: { takes: one, run: (call) => flat(listAt(call, 0), call.meter) },
  from_json: { takes: one, run: jsonOf },
  lower: { takes: one, run: (call) => textAt(call, 0).toLowerCase() },
  replace: {
    takes: [3, 3],
    run: (call) => glued(call, split(call), textAt(call, 2)),
  },
  split: { takes: two, run: split },
  trim: { takes: one, run: (call) => textAt(call, 0).trim() },
  unique: { takes: one, run: unique },
  upper: { takes: one, run: (call) => textAt(call, 0).toUpperCase() },
}
