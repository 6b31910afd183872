type Fault = { at: number; what: string }

const VOID = new Set(
  'area base br col embed hr img input link meta param source track wbr !doctype'.split(' '),
)
/** Elements whose end tag HTML lets out. */
const OPTIONAL = new Set(
  'html head body p li dt dd tr td th thead tbody tfoot option optgroup colgroup caption rt rp'.split(' '),
)
/** Elements that hold no tags. */
const RAW = new Set(['script', 'style', 'textarea', 'title'])

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
      if (isHtml && RAW.has(name)) at = endOfRaw(code, at, name)
      continue
    }
    const match = open.findLastIndex((opened) => opened.name === name)
    const between = open.slice(match + 1).findLast((opened) => !mayOmit(opened.name))
    if (match < 0 && mayOmit(name)) continue
    if (match < 0) return { at: from, what: `</${name}> closes nothing` }
    if (between) return { at: from, what: `</${name}> stands where <${between.name}> must be closed first` }
    open.length = match
  }
  const left = open.findLast(({ name }) => !mayOmit(name))
  return left ? { at: left.at, what: `<${left.name}> is never closed` } : null
}

function endOfRaw(code: string, from: number, name: string): number {
  const end = code.toLowerCase().indexOf(`</${name}`, from)
  return end < 0 ? code.length : end
}
