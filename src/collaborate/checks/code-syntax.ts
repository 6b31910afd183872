import { parsed } from '../read-json.ts'
import { balanceOf } from './brackets.ts'
import { type Fence, fencesIn, MAX_CHARS } from './fences.ts'
import type { Finding } from './finding.ts'
import { indentationFault } from './indentation.ts'
import { LANGUAGES } from './languages.ts'
import { tagFault } from './tags.ts'

/** What is wrong with a code and where, in UTF-16 units. @returns null where nothing is, undefined where that is unsure */
type Reader = (code: string, lang: string) => { at: number; what: string } | null | undefined

/** What shows that a code is part of another, or not meant to be run as it is. */
const PLACEHOLDER = /(?:\.\.\.|…)(?![\w$[({'"`*])|^[+-](?![+-])[^\n]*$|^[<>]{3,}|\{%|<%|<\?php/m
const SESSION = /^(?:>>>|\.\.\.|In \[|[%!$?])/m
const MARKUP_WITHIN = /<\/[A-Za-z>]|\/>/
const OTHER_BRANCH = /^[ \t]*#[ \t]*(?:else|elif)/m

/**
 * Whether the fenced blocks of a text are closed, and read as code of the language they name. JSON is read for good. Of
 * JavaScript, TypeScript, Java, C, C++, C#, Go, Rust, Python, SQL and CSS only strings, comments and brackets are, and
 * Python's indentation; of HTML and XML the tags. It sees no wrong keyword, missing operator, unknown name or type, and
 * says nothing of other languages, of excerpts, or of code with places left out.
 */
export function checkCode(text: string): Finding {
  const blocks = fencesIn(text)
  const isNested = blocks.some(({ lang }) => /^(?:markdown|mdx?)$/.test(lang))
  let isRead = false
  const found = blocks.flatMap((block, at) => {
    const name = `Code block ${at + 1}${block.lang && ` (${block.lang})`}`
    if (!block.isClosed) {
      const isExcused = isNested || block.code.trim() === '' || block.end >= MAX_CHARS
      return isExcused ? [] : [`${name} is never closed.`]
    }
    const fault = readerOf(block)?.(block.code, block.lang)
    isRead ||= fault !== undefined
    return fault ? [`${name}, line ${lineAt(block.code, fault.at)}: ${fault.what}.`] : []
  })
  return isRead || found.length > 0 ? found : null
}

function readerOf({ lang }: Fence): Reader | null {
  if (lang === 'json') return readJson
  if (/^(?:x?html|xml|svg)$/.test(lang)) return readTags
  return LANGUAGES.has(lang) ? readCode : null
}

function lineAt(code: string, at: number): number {
  return code.slice(0, at).split('\n').length
}

const readCode: Reader = (code, lang) => {
  const language = LANGUAGES.get(lang)
  if (!language) return undefined
  const isPython = language.special === 'python'
  const { fault, isUnsure, lines } = balanceOf(code, language)
  const found = fault ?? (isPython ? indentationFault(code, lines) : null)
  if (!found) return null
  const isOther =
    isUnsure ||
    isExcerpt(code) ||
    (isPython && SESSION.test(code)) ||
    (language.special === 'script' && MARKUP_WITHIN.test(code)) ||
    OTHER_BRANCH.test(code)
  return isOther ? undefined : found
}

const readTags: Reader = (code, lang) => {
  const fault = tagFault(code, /html/.test(lang))
  return fault && isExcerpt(code) ? undefined : fault
}

/** One value, or one on each line. Comments, gaps and the inside of an object are left alone: they are there to be read. */
const readJson: Reader = (code) => {
  const json = code.trim()
  if (json === '' || parsed(json) !== undefined) return json === '' ? undefined : null
  const isOther =
    isExcerpt(code) ||
    /(?:^|[\s,{[])(?:\/\/|\/\*|#)/.test(json) ||
    /^[}\])]/.test(json) ||
    json.split('\n').every((line) => line.trim() === '' || parsed(line) !== undefined) ||
    parsed(`{${json.replace(/,$/, '')}}`) !== undefined ||
    parsed(`[${json.replace(/\}\s*\{/g, '},{')}]`) !== undefined
  return isOther ? undefined : { at: code.indexOf(json) + jsonFaultAt(json), what: 'this is no valid JSON' }
}

/** Where V8 says that JSON goes wrong; its end where it does not say. */
function jsonFaultAt(json: string): number {
  try {
    JSON.parse(json)
  } catch (fault) {
    const [, at] = /position (\d+)/.exec(fault instanceof Error ? fault.message : '') ?? []
    if (at !== undefined) return Number(at)
  }
  return json.length
}

/** Whether a code has gaps, or its first line stands further right than a later one. */
function isExcerpt(code: string): boolean {
  if (PLACEHOLDER.test(code) || /^\s*[)\]}]/.test(code)) return true
  const [first = 0, ...others] = code.split('\n').flatMap((line) => {
    const indent = line.search(/\S/)
    return indent < 0 ? [] : [indent]
  })
  return others.some((indent) => indent < first)
}
