/**
 * A block of code in Markdown, with the name of its language or none. `start`, `end`: where it stands in the text,
 * fences included, in UTF-16 units.
 */
export type Fence = { lang: string; code: string; start: number; end: number; isClosed: boolean }

/** Of a text, in UTF-16 units and in blocks; what is beyond is not looked at. */
export const MAX_CHARS = 100_000
const MAX_BLOCKS = 64

/** Of a line, as much as a fence may be; in UTF-16 units. */
const FENCE_CHARS = 200
const FENCE = /^([ \t>]{0,32})(`{3,}|~{3,})[ \t]*(\S{0,32})([^\n]*)$/
/** How much further right than its opening one a closing fence may stand, in columns (CommonMark). */
const MAX_INDENT = 3

type Opening = { indent: number; mark: string; lang: string; start: number; codeAt: number }

/** The fenced blocks of a text, in order. The last one may never be closed. Reads each line once. */
export function fencesIn(text: string): readonly Fence[] {
  const found: Fence[] = []
  let open: Opening | null = null
  for (let at = 0; at < Math.min(text.length, MAX_CHARS) && found.length < MAX_BLOCKS;) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    const fence = FENCE.exec(text.slice(at, Math.min(end, at + FENCE_CHARS)))
    if (fence && open && closes(fence, open)) {
      found.push(blockOf(text, open, at, end))
      open = null
    } else if (fence) open ??= openingOf(fence, at, end + 1)
    at = end + 1
  }
  return open ? [...found, { ...blockOf(text, open, text.length, text.length), isClosed: false }] : found
}

/** A span of code within a line may begin with as many backticks. */
function openingOf(
  [, indent = '', mark = '', lang = '', rest = '']: RegExpExecArray,
  start: number,
  codeAt: number,
): Opening | null {
  if (`${lang}${rest}`.includes('`')) return null
  const name = lang.toLowerCase().replace(/^\{?\.?|[,:{}].*$/g, '')
  return { indent: indent.length, mark, lang: name, start, codeAt }
}

function closes([, indent = '', mark = '', lang = '', rest = '']: RegExpExecArray, open: Opening): boolean {
  return (
    `${lang}${rest}`.trim() === '' && mark.startsWith(open.mark) && indent.length <= open.indent + MAX_INDENT
  )
}

function blockOf(text: string, { lang, start, codeAt }: Opening, codeEnd: number, end: number): Fence {
  return { lang, code: text.slice(codeAt, codeEnd), start, end, isClosed: true }
}
