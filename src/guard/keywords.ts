/** A pattern of `compileRegex` has at most 512 characters. */
const MAX_PATTERN_CHARS = 500

/**
 * Patterns for words that are looked for without case and width, in texts of `foldWidth`. Words that begin or end with
 * a letter of the alphabet, or a digit, are not found within others.
 */
export function keywordPatterns(words: readonly string[]): string[] {
  const patterns: string[] = []
  let pattern = ''
  for (const word of words.map(keywordPattern)) {
    if (pattern !== '' && pattern.length + word.length >= MAX_PATTERN_CHARS) {
      patterns.push(pattern)
      pattern = ''
    }
    pattern = pattern === '' ? word : `${pattern}|${word}`
  }
  return pattern === '' ? patterns : [...patterns, pattern]
}

function keywordPattern(word: string): string {
  const folded = foldWidth(word).trim()
  const escaped = folded
    .replaceAll(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`)
    .replaceAll(/\s+/g, String.raw`\s+`)
  return `${/^\w/.test(folded) ? String.raw`\b` : ''}${escaped}${/\w$/.test(folded) ? String.raw`\b` : ''}`
}

/** Full-width signs as ASCII has them; the length stays. */
export function foldWidth(text: string): string {
  return text.replaceAll(/[\uff01-\uff5e\u3000]/g, (sign) =>
    sign === '\u3000' ? ' ' : String.fromCharCode(sign.charCodeAt(0) - 0xfee0),
  )
}
