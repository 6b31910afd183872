import { createRandom as createNumbers } from '../../src/learn/random.ts'

/** A source of chance that repeats itself: equal seeds give equal choices. */
export type Random = {
  /** From 0 up to, not including, `below`. */
  int(below: number): number
  /** True so often, 0..1. */
  chance(rate: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
  /** Some of a list, in its order. */
  some<T>(list: readonly T[], rate: number): T[]
}

/** Repeats itself for a seed and the number of the body that the choices are for. */
export function createRandom(seed: number, number: number): Random {
  const next = createNumbers(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  const int = (below: number) => Math.floor(next() * below)
  return {
    int,
    chance: (rate) => next() < rate,
    pick: (list) => list[int(list.length)] ?? list[0],
    some: (list, rate) => list.filter(() => next() < rate),
  }
}
