/** A time (Unix ms) as the API shows it: Unix seconds; null for none. */
export function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1_000)
}
