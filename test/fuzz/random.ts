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

/** Mulberry32 over a seed and the number of the body that the choices are for. */
export function createRandom(seed: number, number: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    int,
    chance: (rate) => next() < rate,
    pick: (list) => list[int(list.length)] ?? list[0],
    some: (list, rate) => list.filter(() => next() < rate),
  }
}
