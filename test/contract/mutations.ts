import * as fc from 'fast-check'
import { type Json, parseTree, placesOf, putAt, removeAt, valueAt } from '../fuzz/json.ts'

/** What a host may send by mistake in any place of its JSON. */
const ODD_VALUES: readonly [Json, ...Json[]] = [
  null,
  true,
  0,
  -1,
  0.5,
  7,
  2 ** 53,
  1e308,
  -1e9,
  '',
  'unknown_kind',
  'stop',
  'tool_use',
  '\ud800',
  'a\r\n\r\ndata: [DONE]\r\n\r\n',
  [],
  {},
  [null],
  [[]],
  [{}],
  { type: 'text', text: 'x' },
]

/** Events that other hosts, or proxies before them, put into a stream. */
const STRAY_EVENTS = [
  '{}',
  '{"type":"ping"}',
  '{"type":"unknown.event","index":0}',
  '{"choices":[]}',
  '{"error":null}',
]

/** One mistake: what is done, where, and with what. Places are taken modulo what there is. */
type Mistake = {
  kind: 'drop' | 'repeat' | 'swap' | 'cut' | 'stray' | 'put' | 'remove' | 'copy'
  at: number
  to: number
  value: Json
}

const KINDS = [
  'drop',
  'repeat',
  'swap',
  'cut',
  'stray',
  'put',
  'put',
  'put',
  'put',
  'remove',
  'copy',
] as const
const WHOLE_KINDS = ['cut', 'put', 'put', 'put', 'remove', 'copy'] as const

function mistakes(kinds: readonly Mistake['kind'][]): fc.Arbitrary<Mistake[]> {
  const mistake = fc.record({
    kind: fc.constantFrom(...kinds),
    at: fc.nat(10_000),
    to: fc.nat(10_000),
    value: fc.constantFrom(...ODD_VALUES),
  })
  return fc.array(mistake, { minLength: 1, maxLength: 4 })
}

/** Mistakes in a stream, as in its events one by one. */
export const streamMistakes = mistakes(KINDS)
/** Mistakes in a whole answer. */
export const bodyMistakes = mistakes(WHOLE_KINDS)

/** The events of a stream with these mistakes in it. */
export function spoiltStream(events: readonly string[], wrongs: readonly Mistake[]): string[] {
  return wrongs.reduce(spoil, [...events])
}

/** A whole answer with these mistakes in it. */
export function spoiltBody(body: string, wrongs: readonly Mistake[]): string {
  return wrongs.reduce((text, wrong) => spoiltText(text, wrong), body)
}

function spoil(events: string[], wrong: Mistake): string[] {
  if (events.length === 0) return events
  const at = wrong.at % events.length
  const to = wrong.to % events.length
  const here = events[at] ?? ''
  switch (wrong.kind) {
    case 'drop':
      return events.toSpliced(at, 1)
    case 'repeat':
      return events.toSpliced(to, 0, here)
    case 'swap':
      return events.with(at, events[to] ?? '').with(to, here)
    case 'stray':
      return events.toSpliced(at, 0, STRAY_EVENTS[wrong.to % STRAY_EVENTS.length] ?? '{}')
    case 'cut':
    case 'put':
    case 'remove':
    case 'copy':
      return events.with(at, spoiltText(here, { ...wrong, at: wrong.to, to: wrong.at }))
  }
}

function spoiltText(text: string, { kind, at, to, value }: Mistake): string {
  if (kind === 'cut') return text.slice(0, at % (text.length + 1))
  const tree = treeOf(text)
  const places = placesOf(tree)
  const place = places[at % Math.max(places.length, 1)]
  if (!place) return text
  if (kind === 'remove') removeAt(place)
  else putAt(place, kind === 'copy' ? structuredClone(copied(places[to % places.length])) : value)
  return JSON.stringify(tree)
}

function copied(place: Parameters<typeof valueAt>[0] | undefined): Json {
  return place ? valueAt(place) : null
}

/** Null for what is no JSON, such as `[DONE]`. */
function treeOf(text: string): Json {
  try {
    return parseTree(text)
  } catch {
    return null
  }
}
