/** One figure of a scenario. `held` is null where it is told without a target. */
export type Figure = {
  scenario: string
  figure: string
  target: string
  measured: string
  held: boolean | null
}

/** The value with this share (0..1) of the others below it; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** How far the rank of `value` among `values` is from `share`; equal values share an interval of ranks. 0..1 */
export function rankError(values: readonly number[], value: number, share: number): number {
  const below = values.filter((other) => other < value).length / values.length
  const upTo = values.filter((other) => other <= value).length / values.length
  return Math.max(0, below - share, share - upTo)
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`
}

export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`
}

/** What one scenario found, row by row. */
export type Figures = {
  rows: readonly Figure[]
  /** A figure without a target. */
  tell: (figure: string, measured: string) => void
  hold: (figure: string, target: string, measured: string, held: boolean) => void
}

export function createFigures(scenario: string): Figures {
  const rows: Figure[] = []
  return {
    rows,
    tell: (figure, measured) => {
      rows.push({ scenario, figure, target: '', measured, held: null })
    },
    hold: (figure, target, measured, held) => {
      rows.push({ scenario, figure, target, measured, held })
    },
  }
}

/** The figures as a table of text. */
export function tableOf(figures: readonly Figure[]): string {
  const cells = figures.map(({ scenario, figure, target, measured, held }) => [
    scenario,
    figure,
    target,
    measured,
    held === null ? '' : held ? 'yes' : 'NO',
  ])
  const lines = [['', 'figure', 'target', 'measured', 'held'], ...cells]
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  return lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n')
}
