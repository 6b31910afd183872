/** How much of a text is searched, from its end: answers are stated there. UTF-16 units. */
const MAX_CHARS = 20_000

const SAID =
  /(?:\b(?:final|correct|right|best) (?:answer|choice|option)|\b(?:the|my) answer|^[ >-]*answer)\b[^\n:=.]{0,40}?(?:[:=]|\b(?:is|are)\b:?)\s*([^\n]+)|^ *(?:final )?answer *\n+([^\n]+)|(?:(?:正确|正確|最终|最終|标准|標準)?答案(?:应该|應該|应|應)?\s?(?:是|为|為|选|選|[:：])+|^ *答\s?[:：]|(?:选择|選擇|选|選)\s?[:：]?\s*(?=[(（]?[A-J](?![A-Za-z])))\s*([^\n]+)/gim
const SENTENCE_END =
  /[。；;！]|[.!?](?=\s|$)|,? \b(?:because|since|so that)\b|[,，]?\s?(?:因为|因為|因此|所以)/

/** A text without fenced code and without the thoughts that some models write before it. */
export function proseOf(text: string): string {
  return text
    .slice(-MAX_CHARS)
    .replace(/^[\s\S]*<\/think>/, '')
    .replace(/^ {0,3}(```+|~~~+)[\s\S]*?(?:^ {0,3}\1|(?![\s\S]))/gm, '')
    .trim()
}

/**
 * The answer that a text gives expressly, as it stands there: boxed, after `####`, or after words like "the answer is"
 * or 答案是. Of several the last. Null where there is none.
 */
export function statedIn(prose: string): string | null {
  const boxed = boxedIn(prose)
  if (boxed !== null) return boxed
  // Only figures: four of these also begin a small heading.
  const hashed = /^#### *([-+$€£¥]*\d[^\n]{0,40})$/m.exec(prose)?.[1]
  if (hashed !== undefined) return hashed
  const plain = prose.replace(/\*\*|__|^#+ /gm, '')
  const found = [...plain.matchAll(SAID)]
    .at(-1)
    ?.slice(1)
    .find((each) => each !== undefined)
  return found === undefined ? null : firstSentence(found)
}

/** A text up to the end of its first sentence, or to where it begins to give reasons. */
export function firstSentence(text: string): string {
  return (text.split(SENTENCE_END, 1)[0] ?? text).trim()
}

/** What stands in the last `\boxed{…}`, braces within it included. */
function boxedIn(text: string): string | null {
  const start = text.lastIndexOf('\\boxed{')
  if (start < 0) return null
  let depth = 0
  for (let at = start + 6; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    else if (text[at] === '}') depth -= 1
    if (depth === 0) return text.slice(start + 7, at)
  }
  return null
}
