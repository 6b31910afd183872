/**
 * Regular expressions that others write. They run in time linear in the text, whatever is written: no backtracking, no
 * look-around, no back-references.
 */

/** Where a pattern matches, as UTF-16 offsets. */
export type RegexMatch = { start: number; end: number }

export type LinearRegex = {
  /** Whether it matches anywhere. */
  test(text: string): boolean
  /** Every match from left to right, none within another. */
  matches(text: string): readonly RegexMatch[]
}
