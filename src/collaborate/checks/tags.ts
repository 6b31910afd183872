type Fault = { at: number; what: string }

const VOID = new Set(
  'area base br col embed hr img input link meta param source track wbr !doctype'.split(' '),
)
/** Elements whose end tag HTML lets out. */
const OPTIONAL = new Set(
  'html head body p li dt dd tr td th thead tbody tfoot option optgroup colgroup caption rt rp'.split(' '),
)
/** Elements that hold no tags, and what ends them. */
const RAW = new Map(
  ['script', 'style', 'textarea', 'title'].map((name) => [name, new RegExp(`</${name}`, 'gi')]),
)

const TAG = /<(\/?)([A-Za-z][\w:.-]{0,60})((?:[^"'<>]|"[^"]{0,4000}"|'[^']{0,4000}'){0,4000})>/y

/** What stands between these is no element. */
const ASIDES = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
] as const

/** Whether the tags of HTML or XML are all closed, in the right order. Reads it once, up to the first fault. */
export function tagFault(code: string, isHtml: boolean): Fault | null {
  const open: { name: string; at: number }[] = []
  const counts = new Map<string, number>()
  const count = (name: string, by: number) => counts.set(name, (counts.get(name) ?? 0) + by)
  const mayOmit = (name: string) => isHtml && OPTIONAL.has(name)
  for (let at = code.indexOf('<'); at >= 0; at = code.indexOf('<', at)) {
    const aside = ASIDES.find(([begin]) => code.startsWith(begin, at))
    if (aside) {
      const end = code.indexOf(aside[1], at + aside[0].length)
      if (end < 0) return { at, what: `'${aside[0]}' is never closed` }
      at = end + aside[1].length
      continue
    }
    TAG.lastIndex = at
    const [tag = '<', slash, written = '', rest = ''] = TAG.exec(code) ?? []
    const name = isHtml ? written.toLowerCase() : written
    const from = at
    at += tag.length
    if (name === '' || rest.endsWith('/') || (isHtml && VOID.has(name))) continue
    if (!slash) {
      open.push({ name, at: from })
      count(name, 1)
      if (isHtml) at = endOfRaw(code, at, name)
      continue
    }
    if (!counts.get(name)) {
      if (mayOmit(name)) continue
      return { at: from, what: `</${name}> closes nothing` }
    }
    for (let last = open.pop(); last; last = open.pop()) {
      count(last.name, -1)
      if (last.name === name) break
      if (mayOmit(last.name)) continue
      return { at: from, what: `</${name}> stands where <${last.name}> must be closed first` }
    }
  }
  const left = open.findLast(({ name }) => !mayOmit(name))
  return left ? { at: left.at, what: `<${left.name}> is never closed` } : null
}

/** Where the content of an element that holds no tags ends; `from` for all others. */
function endOfRaw(code: string, from: number, name: string): number {
  const end = RAW.get(name)
  if (!end) return from
  end.lastIndex = from
  return end.exec(code)?.index ?? code.length
}
