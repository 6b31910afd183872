/** Any JSON value that can be changed in place. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** A place in a tree: its container and the key there. */
export type Place = { within: Json[]; key: number } | { within: JsonObject; key: string }

/** How deep trees are walked; deeper ones are made of text. */
const MAX_DEPTH = 200

export function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every place below the root. */
export function placesOf(root: Json, depth = 0): Place[] {
  if (typeof root !== 'object' || root === null || depth > MAX_DEPTH) return []
  const places: Place[] = Array.isArray(root)
    ? root.map((_, key) => ({ within: root, key }))
    : Object.keys(root).map((key) => ({ within: root, key }))
  return places.flatMap((place) => [place, ...placesOf(valueAt(place), depth + 1)])
}

export function valueAt(place: Place): Json {
  const value = Array.isArray(place.within) ? place.within[Number(place.key)] : place.within[place.key]
  return value ?? null
}

/** Puts a value at a place, also under names such as `__proto__`. */
export function putAt(place: Place, value: Json): void {
  Object.defineProperty(place.within, place.key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

export function removeAt(place: Place): void {
  if (Array.isArray(place.within)) place.within.splice(Number(place.key), 1)
  else delete place.within[place.key]
}

/** @throws when it is not JSON */
export function parseTree(text: string): Json {
  const value: Json = JSON.parse(text)
  return value
}
