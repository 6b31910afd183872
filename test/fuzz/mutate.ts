import {
  isObject,
  type Json,
  type JsonObject,
  type Place,
  placesOf,
  putAt,
  removeAt,
  valueAt,
} from './json.ts'
import type { Random } from './random.ts'
import { NAMES, TEXTS } from './seeds/words.ts'

/** A string that stands for JSON text which no tree can hold; `render` puts that in its place. */
const RAW = '\u0001raw:'

/** What `JSON.stringify` never writes: numbers beyond all bounds, repeated keys, deep nesting, odd escapes. */
const RAW_TEXTS = [
  '1e400',
  '-1e400',
  '-0',
  '1E+2',
  '9007199254740993',
  '123456789012345678901234567890',
  '0.1e-400',
  '{"type":"text","type":"image","text":"a","text":"b"}',
  '{"__proto__":{"type":"text","text":"a"}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '"\\ud83d"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u2028\\r\\n\\u0085"',
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
  `"${'x'.repeat(100_000)}"`,
] as const

const ODD_VALUES: readonly [Json, ...Json[]] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  1e-7,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  1e21,
  1e308,
  '',
  ' ',
  '0',
  'null',
  [],
  {},
  [[]],
  [null],
  [{}],
  { type: 'text' },
  { type: 'unknown_kind', text: 'a' },
]
/** Keys that mean something to JavaScript, or to nobody. */
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  'a\r\nb',
  '名字',
  '\ud800',
]

type Mutator = (random: Random, root: JsonObject, place: Place) => void

const MUTATORS: readonly [Mutator, ...Mutator[]] = [
  (_, __, place) => removeAt(place),
  (random, _, place) => putAt(place, structuredClone(random.pick(ODD_VALUES))),
  (random, _, place) => putAt(place, `${RAW}${random.int(RAW_TEXTS.length)}`),
  (random, _, place) => putAt(place, random.pick(TEXTS)),
  (random, _, place) => putAt(place, random.pick(NAMES)),
  duplicate,
  wrap,
  nudge,
  addKey,
  renameKey,
  (random, root, place) => putAt(place, structuredClone(valueAt(anywhere(random, root)))),
  function swap(random, root, place) {
    const other = anywhere(random, root)
    const kept = structuredClone(valueAt(place))
    putAt(place, structuredClone(valueAt(other)))
    putAt(other, kept)
  },
]

function anywhere(random: Random, root: JsonObject): Place {
  const [first, ...others] = placesOf(root)
  return first ? random.pick([first, ...others]) : { within: root, key: 'model' }
}

/** The same item again, or many times. */
function duplicate(random: Random, _: JsonObject, place: Place): void {
  const value = valueAt(place)
  if (!Array.isArray(place.within)) return putAt(place, [value, structuredClone(value)])
  const copies = Array.from({ length: random.pick([1, 1, 1, 2, 30]) }, () => structuredClone(value))
  place.within.splice(Number(place.key), 0, ...copies)
}

function wrap(random: Random, _: JsonObject, place: Place): void {
  const value = valueAt(place)
  const inside = Array.isArray(value) ? (value[0] ?? null) : value
  putAt(place, random.chance(0.5) ? inside : random.chance(0.5) ? [value] : { value })
}

/** A little beside the value it had. */
function nudge(random: Random, _: JsonObject, place: Place): void {
  const value = valueAt(place)
  if (typeof value === 'number') putAt(place, random.pick([value + 1, -value, value / 3, value * 1e6]))
  else if (typeof value === 'boolean') putAt(place, !value)
  else if (typeof value === 'string')
    putAt(place, random.pick([`${value} `, value.slice(1), value + random.pick(TEXTS)]))
  else if (Array.isArray(value)) putAt(place, value.toReversed())
}

function addKey(random: Random, root: JsonObject, place: Place): void {
  const value = valueAt(place)
  const within = isObject(value) && !Array.isArray(value) ? value : root
  const key = random.pick(['metadata', 'name', 'id', ...ODD_KEYS])
  putAt(
    { within, key },
    structuredClone(random.chance(0.5) ? random.pick(ODD_VALUES) : valueAt(anywhere(random, root))),
  )
}

function renameKey(random: Random, _: JsonObject, place: Place): void {
  const value = valueAt(place)
  removeAt(place)
  if (!Array.isArray(place.within))
    putAt({ within: place.within, key: random.pick(['x', 'type', ...ODD_KEYS]) }, value)
}

/** Without these a body is refused at the door, and little else is tried. */
const DECISIVE = new Set(['model', 'role', 'type', 'messages', 'input', 'prompt', 'content', 'max_tokens'])
const SPARED_RATE = 0.8

/** A tree changed in so many random places, at most. */
export function mutate(random: Random, body: JsonObject, times: number): JsonObject {
  const root = structuredClone(body)
  for (let done = 0; done < times; done += 1) {
    const place = anywhere(random, root)
    if (DECISIVE.has(String(place.key)) && random.chance(SPARED_RATE)) continue
    const change = random.pick(MUTATORS)
    change(random, root, place)
  }
  return root
}

/** The text of a tree, with what only text can say. */
export function render(tree: Json): string {
  return JSON.stringify(tree).replace(
    /"\\u0001raw:(\d+)"/g,
    (_, index: string) => RAW_TEXTS[Number(index)] ?? 'null',
  )
}

/** JSON text that was damaged on its way. */
export function garble(random: Random, text: string): string {
  const at = random.int(text.length + 1)
  switch (random.int(6)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return (
        text.slice(0, at) +
        random.pick([',', '}', ']', '"', '\\', '\u0000', 'NaN', '\uFEFF', "'"]) +
        text.slice(at)
      )
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + random.int(5))
    case 3:
      return random.pick([
        '',
        ' ',
        'null',
        '[]',
        '"text"',
        '17',
        'undefined',
        '{}',
        '[{}]',
        'true',
        '<html>',
        '{"a":1}{"b":2}',
      ])
    case 4:
      return text.replaceAll('"', "'")
    default:
      return `${random.pick(['\uFEFF', '\n\n', '//\n', 'data: '])}${text}`
  }
}
