/** Bounds of one expression and its work, so that what others write ends soon. */
export const JMESPATH_LIMITS = {
  /** UTF-16 units of an expression. */
  chars: 4_000,
  /** Brackets, negations and projections within each other. */
  nesting: 64,
  /** Values and characters that are looked at: a few hundred milliseconds. */
  work: 4_000_000,
  /** Levels of a value that is compared, sorted or given. */
  depth: 100,
} as const

/** What is wrong with an expression, or with the value it is asked of. `at`: UTF-16 offset from 0; null for the value. */
export class JmespathFault extends Error {
  override readonly name = 'JmespathFault'
  readonly at: number | null

  constructor(message: string, at: number | null = null) {
    super(message)
    this.at = at
  }
}
