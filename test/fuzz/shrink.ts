import { type Json, parseTree, type Place, placesOf, putAt, removeAt, valueAt } from './json.ts'

const LONG_TEXT = 20

/**
 * A smaller body that still fails, made by leaving things out for as long as that works. Bodies that are no JSON are
 * cut from their ends.
 *
 * @param deadline when to be content with what there is, in Unix ms
 */
export async function shrink(
  body: string,
  fails: (body: string) => Promise<boolean>,
  deadline: number,
): Promise<string> {
  let best = body
  for (let improved = true; improved;) {
    improved = false
    for (const smaller of candidates(best)) {
      if (Date.now() > deadline) return best
      if (await fails(smaller)) {
        best = smaller
        improved = true
        break
      }
    }
  }
  return best
}

/** Smaller bodies, the smallest first: each lacks one thing. */
function candidates(body: string): string[] {
  const count = countPlaces(body)
  if (count === 0) {
    return [body.slice(0, body.length / 2), body.slice(body.length / 2), body.slice(0, -1), body.slice(1)]
  }
  const without = (at: number, change: (place: Place) => void): string[] => {
    const tree: Json = parseTree(body)
    const place = placesOf(tree)[at]
    if (!place) return []
    change(place)
    const text = JSON.stringify(tree)
    return text.length < body.length ? [text] : []
  }
  const numbers = Array.from({ length: count }, (_, at) => at)
  const removed = numbers.flatMap((at) => without(at, removeAt))
  const shortened = numbers.flatMap((at) => without(at, shorten))
  return [...new Set([...removed.toSorted((a, b) => a.length - b.length), ...shortened])]
}

/** 0 for what is no JSON, or nested too deep to be written again. */
function countPlaces(body: string): number {
  try {
    const tree = parseTree(body)
    JSON.stringify(tree)
    return placesOf(tree).length
  } catch {
    return 0
  }
}

function shorten(place: Place): void {
  const value = valueAt(place)
  if (typeof value === 'string' && value.length > LONG_TEXT) putAt(place, value.slice(0, value.length / 2))
}
