/** A value to three digits behind the point: more than anything that is learned from outcomes is worth. */
export function thousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
