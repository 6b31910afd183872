import type { Mode } from './truth-faults.ts'
import { PROTOCOLS } from './truth-protocols.ts'

/** What one test found. `ok` stays false when it throws. */
export type Finding = { row: string; protocol: string; mode: Mode; ok: boolean }

const findings: Finding[] = []

/** Runs a check and remembers whether it held. */
export async function note(where: Omit<Finding, 'ok'>, check: () => Promise<void>): Promise<void> {
  const finding = { ...where, ok: false }
  findings.push(finding)
  await check()
  finding.ok = true
}

/** One line per fault: for each protocol, whether a stream and a whole answer told the truth, at every host. */
export function truthTable(): string {
  const rows = [...new Set(findings.map(({ row }) => row))]
  const width = Math.max(...rows.map((row) => row.length))
  const held = findings.filter(({ ok }) => ok).length
  const head = `${'stream / whole'.padEnd(width)}  ${PROTOCOLS.map(({ name }) => name.padEnd(9)).join('  ')}`
  const lines = rows.map((row) => {
    const cells = PROTOCOLS.map(({ name }) => `${mark(row, name, 'stream')} / ${mark(row, name, 'whole')}`)
    return `${row.padEnd(width)}  ${cells.map((cell) => cell.padEnd(9)).join('  ')}`
  })
  return [head, ...lines, `${held} of ${findings.length} reported truthfully`].join('\n')
}

function mark(row: string, protocol: string, mode: Mode): string {
  const found = findings.filter((one) => one.row === row && one.protocol === protocol && one.mode === mode)
  if (found.length === 0) return ' '
  return found.every(({ ok }) => ok) ? '✓' : '✗'
}
