/** What a release claims of routing, and whether it holds: the table of `shared/design/routing.md`. */

/** One row of the table: `holds` is null for what another benchmark measures. */
export type Verdict = { id: string; must: string; measured: string; holds: boolean | null }

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`
export const points = (difference: number) =>
  `${difference >= 0 ? '+' : ''}${(100 * difference).toFixed(2)} pp`

const ORDER = ['R1', 'R2', 'R3', 'M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'O1', 'T1', 'C1', 'S1', 'L1']

const ELSEWHERE: readonly Verdict[] = [
  { id: 'T1', must: '.93 / .75 / .70', measured: 'see npm run bench:classify', holds: null },
  { id: 'L1', must: '≤ half the regret of ε-greedy', measured: 'see npm run bench:online', holds: null },
]

export function printVerdicts(verdicts: readonly Verdict[]): void {
  const rows = [...verdicts, ...ELSEWHERE].toSorted((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id))
  console.log(`\n${line(['id', 'must', 'measured', 'holds'])}`)
  for (const { id, must, measured, holds } of rows) {
    console.log(line([id, must, measured, holds === null ? '–' : holds ? 'yes' : 'no']))
  }
}

const WIDTHS = [4, 42, 62, 5]

export function line(cells: readonly string[], widths: readonly number[] = WIDTHS): string {
  return cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')
}
