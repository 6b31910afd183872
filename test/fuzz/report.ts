import { type FuzzRequest, type Protocol, PROTOCOLS } from './bodies.ts'
import type { Outcome } from './session.ts'

/** A broken promise, with the first body that broke it. */
export type Violation = { kind: string; count: number; request: FuzzRequest; reply: string }

/** Why no answer came: how often, and to which body first. */
type Words = Map<string, { count: number; number: number }>
type Row = { bodies: number; ok: number; refused: number; byHosts: Words; byUs: Words; violations: number }

/** How many messages are shown of each protocol. */
const SHOWN_MESSAGES = 10

/** Counts what became of each body. */
export function createTally() {
  const rows = new Map<Protocol, Row>()
  const violations = new Map<string, Violation>()
  const rowOf = (protocol: Protocol): Row => {
    const row = rows.get(protocol) ?? {
      bodies: 0,
      ok: 0,
      refused: 0,
      byHosts: new Map(),
      byUs: new Map(),
      violations: 0,
    }
    rows.set(protocol, row)
    return row
  }
  return {
    violations,
    count({ protocol, number }: FuzzRequest, { status, said, refusal }: Outcome): void {
      const row = rowOf(protocol)
      row.bodies += 1
      if (status >= 200 && status < 300) row.ok += 1
      else if (status >= 400 && status < 500) row.refused += 1
      if (said === null) return
      const words = refusal?.by === 'host' ? row.byHosts : row.byUs
      const known = words.get(said) ?? { count: 0, number }
      words.set(said, { ...known, count: known.count + 1 })
    },
    /** @returns whether it is the first of its kind */
    violate(kind: string, request: FuzzRequest, reply: string): boolean {
      rowOf(request.protocol).violations += 1
      const key = `${request.protocol} ${kind}`
      const known = violations.get(key)
      if (known) known.count += 1
      else violations.set(key, { kind, count: 1, request, reply })
      return !known
    },
    summary: () =>
      [
        table(rows),
        ...messages(rows, 'byUs', 'refused by us'),
        ...messages(rows, 'byHosts', 'refused or failed by hosts'),
      ].join('\n'),
  }
}
export type Tally = ReturnType<typeof createTally>

function table(rows: ReadonlyMap<Protocol, Row>): string {
  const body = [...rows].map(([protocol, { bodies, ok, refused, byHosts, violations }]) =>
    line([PROTOCOLS[protocol], bodies, ok, refused, sum(byHosts), violations]),
  )
  return [line(['', 'bodies', '2xx', '4xx', 'by hosts', 'violations']), ...body].join('\n')
}

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell, at) => (at === 0 ? String(cell).padEnd(28) : String(cell).padStart(12))).join('')
}

function sum(words: Words): number {
  return words.values().reduce((total, { count }) => total + count, 0)
}

/** What was said most, each with the number of a body that it was said to. */
function messages(rows: ReadonlyMap<Protocol, Row>, by: 'byHosts' | 'byUs', title: string): string[] {
  return [...rows].flatMap(([protocol, row]) => {
    const most = [...row[by]].toSorted((a, b) => b[1].count - a[1].count).slice(0, SHOWN_MESSAGES)
    if (most.length === 0) return []
    const lines = most.map(
      ([said, { count, number }]) => `${String(count).padStart(7)}  ${said}  (${number})`,
    )
    return [`\n${PROTOCOLS[protocol]}: ${title}`, ...lines]
  })
}
