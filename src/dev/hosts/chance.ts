import { fnv1a, scattered } from '../../core/hash.ts'

/** A number in [0, 1), always the same for the same text. */
export function chanceOf(text: string): number {
  return scattered(fnv1a(text)) / 2 ** 32
}

/** One of `items`, always the same for the same seed. Throws when there are none. */
export function pick<T>(items: readonly T[], seed: string): T {
  const item = items[Math.floor(chanceOf(seed) * items.length)]
  if (item === undefined) throw new RangeError('Nothing to pick from')
  return item
}
