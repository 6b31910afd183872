import type { StatementLine } from './brackets.ts'

type Fault = { at: number; what: string }

/** Python counts a tab up to the next multiple of this, and compares again with tabs as one. */
const TAB = 8

/**
 * What Python's reader would refuse of a code's indentation: tabs and spaces that do not agree, a block too few or too
 * many. A code whose later lines stand further left than its first is an excerpt: null, as for a sound one.
 *
 * @param lines where statements begin
 */
export function indentationFault(code: string, lines: readonly StatementLine[]): Fault | null {
  const levels: { wide: number; narrow: number }[] = []
  let before = 0
  for (const { at, after } of [{ at: 0, after: '' }, ...lines]) {
    const [indent = ''] = /^[ \t]*/.exec(code.slice(at, at + 200)) ?? []
    const first = code[at + indent.length]
    if (first === undefined || first === '\n' || first === '\r' || first === '#') continue
    const { wide, narrow } = widthsOf(indent)
    const top = levels.at(-1)
    const isCommented = /\n[ \t]*#/.test(code.slice(before, at))
    before = at
    if (!top) {
      levels.push({ wide, narrow })
      continue
    }
    if (wide > top.wide) {
      if (narrow <= top.narrow) return { at, what: 'tabs and spaces are mixed' }
      if (after !== ':') return { at, what: 'this line is indented for no reason' }
      levels.push({ wide, narrow })
      continue
    }
    if (after === ':' && !isCommented) return { at, what: 'an indented block is missing' }
    while ((levels.at(-1)?.wide ?? -1) > wide) levels.pop()
    const level = levels.at(-1)
    if (!level) return null
    if (level.wide !== wide) return { at, what: 'the indentation matches no block' }
    if (level.narrow !== narrow) return { at, what: 'tabs and spaces are mixed' }
  }
  return null
}

function widthsOf(indent: string): { wide: number; narrow: number } {
  let wide = 0
  for (const char of indent) wide = char === '\t' ? (Math.floor(wide / TAB) + 1) * TAB : wide + 1
  return { wide, narrow: indent.length }
}
