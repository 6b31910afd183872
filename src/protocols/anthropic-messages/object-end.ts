/**
 * Follows a JSON object as it is written, piece by piece. It is whole when its outermost brace has closed: no
 * valid JSON goes on after that. Text that does not begin with a brace never is.
 */
export function createObjectEnd(): { add(piece: string): void; isWhole(): boolean } {
  let depth = 0
  let begun = false
  let inString = false
  let escaped = false
  function step(char: string): void {
    if (escaped) escaped = false
    else if (inString && char === '\\') escaped = true
    else if (char === '"') inString = !inString
    else if (inString) return
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') depth -= 1
  }
  return {
    add(piece) {
      for (const char of piece) {
        begun ||= char === '{'
        if (begun) step(char)
      }
    },
    isWhole: () => begun && depth === 0,
  }
}
