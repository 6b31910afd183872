/** Four digits are more than any predicted figure is worth. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
