/**
 * How a language writes what is not code: comments and strings are passed over whole. `opens`: how those begin; where
 * one begins and does not end, it is never closed. `mayStand`: beginnings that are also used otherwise.
 */
export type Language = {
  passes: RegExp
  opens: RegExp
  mayStand: RegExp | null
  special: 'script' | 'python' | null
}

const LINE = /\/\/[^\n]*/
const BLOCK = /\/\*[^]*?\*\//
const DOUBLE = /"(?:[^"\\\n]|\\[^])*"/
const SINGLE = /'(?:[^'\\\n]|\\[^])*'/
const CHARACTER = /'(?:\\[^\n]{1,9}?|[^'\\\n]|[\ud800-\udbff][\udc00-\udfff])'/
const TRIPLE = /"""(?:[^\\]|\\[^])*?"""/
const TRIPLE_SINGLE = /'''(?:[^\\]|\\[^])*?'''/
/** Of languages with strings of three quotes, where those always begin one: else each would be looked for to the end. */
const PLAIN_DOUBLE = new RegExp(`(?!""")${DOUBLE.source}`)
const PLAIN_SINGLE = new RegExp(`(?!''')${SINGLE.source}`)
const DIRECTIVE = /(?<=^[ \t]*)#(?:\/\*[^]{0,500}?\*\/|[^\n\\]|\\[^])*/
const HASH = /#[^\n]*/
/** Digits may be parted by apostrophes. */
const NUMBER = /\d[\w.']*/
const STARS_OR_QUOTES = /\/\*|["']/y
const APOSTROPHE = /'/

function language(passes: readonly RegExp[], rest: Partial<Omit<Language, 'passes'>> = {}): Language {
  const source = passes.map((each) => each.source).join('|')
  return { passes: new RegExp(source, 'ym'), opens: STARS_OR_QUOTES, mayStand: null, special: null, ...rest }
}

const SCRIPT = language([LINE, BLOCK, DOUBLE, SINGLE], { special: 'script' })
const C = language(
  [LINE, BLOCK, /R"([^()\s\\]{0,16})\([^]{0,2000}?\)\1"/, DOUBLE, NUMBER, CHARACTER, DIRECTIVE],
  {
    mayStand: APOSTROPHE,
  },
)
const CSHARP = language(
  [LINE, BLOCK, TRIPLE, /(?:\$@|@\$?)"(?:[^"]|"")*"/, PLAIN_DOUBLE, CHARACTER, DIRECTIVE],
  { mayStand: APOSTROPHE },
)
const JAVA = language([LINE, BLOCK, TRIPLE, PLAIN_DOUBLE, CHARACTER], { mayStand: APOSTROPHE })
const GO = language([LINE, BLOCK, /`[^`]*`/, DOUBLE, CHARACTER], {
  opens: /\/\*|["'`]/y,
  mayStand: APOSTROPHE,
})
const RUST = language([LINE, BLOCK, /r(#{0,9})"[^]{0,2000}?"\1/, /"(?:[^"\\]|\\[^])*"/, CHARACTER], {
  mayStand: APOSTROPHE,
})
const PYTHON = language([HASH, TRIPLE, TRIPLE_SINGLE, PLAIN_DOUBLE, PLAIN_SINGLE, /\\\n/], {
  opens: /["']/y,
  special: 'python',
})
const SQL = language(
  [/--[^\n]*/, BLOCK, /'(?:[^']|'')*'/, /"(?:[^"]|"")*"/, /`[^`]*`/, /\$(\w*)\$[^]{0,8000}?\$\1\$/],
  { opens: /\/\*|["'`]/y },
)
const CSS = language([BLOCK, DOUBLE, SINGLE, /url\([^)"'\n]{0,2000}\)/])
const SCSS = language([LINE, BLOCK, DOUBLE, SINGLE, /url\([^)"'\n]{0,2000}\)/])

/** By the name after the fence. */
export const LANGUAGES: ReadonlyMap<string, Language> = new Map(
  [
    { names: 'js javascript mjs cjs jsx node ts typescript tsx mts', of: SCRIPT },
    { names: 'c h cpp c++ cc cxx hpp', of: C },
    { names: 'cs csharp c#', of: CSHARP },
    { names: 'java', of: JAVA },
    { names: 'go golang', of: GO },
    { names: 'rust rs', of: RUST },
    { names: 'python py python3', of: PYTHON },
    { names: 'sql mysql postgresql postgres sqlite tsql plsql', of: SQL },
    { names: 'css', of: CSS },
    { names: 'scss less', of: SCSS },
  ].flatMap(({ names, of }) => names.split(' ').map((name) => [name, of] as const)),
)
