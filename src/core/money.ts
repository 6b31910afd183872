/** Micro-USD per USD. Amounts are integers of micro-USD; prices are micro-USD per million tokens. */
const MICRO = 1_000_000

/** USD for reading, from micro-USD. */
export function usdOf(microUsd: number): number {
  return microUsd / MICRO
}

/** USD from micro-USD; null stays null: unknown. */
export function usdOrNull(microUsd: number | null): number | null {
  return microUsd === null ? null : usdOf(microUsd)
}

/** The nearest whole micro-USD. */
export function microUsdOf(usd: number): number {
  return Math.round(usd * MICRO)
}
