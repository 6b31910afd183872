import { isRecord } from './canonical-json.ts'

/** One step from one JSON document to another. `path`: a JSON Pointer (RFC 6901); `''` is the whole document. */
export type Change =
  | { op: 'add'; path: string; to: unknown }
  | { op: 'remove'; path: string; from: unknown }
  | { op: 'replace'; path: string; from: unknown; to: unknown }

/**
 * What changes one JSON document into another. Applied one after the other as JSON Patch (RFC 6902) does, where `to` is
 * the value, the changes make `to` of `from`; none for equal documents. What lists begin and end with alike is left
 * alone, so that one more item is one change.
 */
export function diffOf(from: unknown, to: unknown, path = ''): Change[] {
  if (Array.isArray(from) && Array.isArray(to)) return diffOfLists(from, to, path)
  if (isRecord(from) && isRecord(to)) return diffOfRecords(from, to, path)
  return from === to ? [] : [{ op: 'replace', path, from, to }]
}

type JsonObject = Readonly<Record<string, unknown>>

function diffOfRecords(from: JsonObject, to: JsonObject, path: string): Change[] {
  const at = (key: string) => `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const removed = Object.keys(from).filter((key) => !Object.hasOwn(to, key))
  return [
    ...removed.map((key): Change => ({ op: 'remove', path: at(key), from: from[key] })),
    ...Object.keys(to).flatMap((key): Change[] =>
      Object.hasOwn(from, key)
        ? diffOf(from[key], to[key], at(key))
        : [{ op: 'add', path: at(key), to: to[key] }],
    ),
  ]
}

function diffOfLists(from: readonly unknown[], to: readonly unknown[], path: string): Change[] {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && isSame(from[start], to[start])) start += 1
  let end = 0
  while (end < shorter - start && isSame(from.at(-1 - end), to.at(-1 - end))) end += 1
  const changes: Change[] = []
  for (let at = start; at < shorter - end; at += 1) changes.push(...diffOf(from[at], to[at], `${path}/${at}`))
  // From the last one on: what stands before keeps its place.
  for (let at = from.length - end - 1; at >= shorter - end; at -= 1) {
    changes.push({ op: 'remove', path: `${path}/${at}`, from: from[at] })
  }
  for (let at = shorter - end; at < to.length - end; at += 1) {
    changes.push({ op: 'add', path: `${path}/${at}`, to: to[at] })
  }
  return changes
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, at) => isSame(each, other[at]))
  }
  if (!isRecord(one) || !isRecord(other)) return one === other
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  )
}
