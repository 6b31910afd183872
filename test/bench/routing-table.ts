/** What a release claims of routing, and whether it holds. */

export type Verdict = { id: string; must: string; measured: string; holds: boolean }

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`
export const points = (difference: number) =>
  `${difference >= 0 ? '+' : ''}${(100 * difference).toFixed(2)} pp`

const ORDER = ['R1', 'R2', 'R3', 'M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'O1', 'T1', 'C1', 'S1', 'L1']

export function printVerdicts(verdicts: readonly Verdict[]): void {
  const rows = verdicts.toSorted((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id))
  console.log(`\n${line(['id', 'must', 'measured', 'holds'])}`)
  for (const { id, must, measured, holds } of rows) {
    console.log(line([id, must, measured, holds ? 'yes' : 'no']))
  }
}

const WIDTHS = [4, 42, 62, 5]

export function line(cells: readonly string[], widths: readonly number[] = WIDTHS): string {
  return cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')
}
