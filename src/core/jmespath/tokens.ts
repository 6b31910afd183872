import { JMESPATH_LIMITS, JmespathFault } from './fault.ts'

export type Kind = 'name' | 'quoted' | 'number' | 'literal' | 'sign' | 'end'
/** `text`: of names, what they say; `value`: of literals. */
export type Token = { is: Kind; text: string; value: unknown; at: number }

const TOKEN =
  /\s*(?:(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<raw>'(?:[^'\\]|\\.)*')|(?<json>`(?:[^`\\]|\\.)*`)|(?<number>-?\d{1,15})|(?<sign>\[\?|\[\]|&&|\|\||[=!<>]=|[.*[\](){}@&|!<>,:]))/suy

/** @throws JmespathFault */
export function readTokens(text: string): Token[] {
  if (text.length > JMESPATH_LIMITS.chars) {
    throw new JmespathFault(`is longer than ${JMESPATH_LIMITS.chars} characters`, 0)
  }
  const tokens: Token[] = []
  let at = 0
  const end = text.trimEnd().length
  while (at < end) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    const start = at + (text.slice(at).length - text.slice(at).trimStart().length)
    if (!match?.groups) throw new JmespathFault(`unexpected '${text.charAt(start)}'`, start)
    tokens.push(tokenOf(match.groups, start))
    at = TOKEN.lastIndex
  }
  return [...tokens, { is: 'end', text: '', value: null, at: text.length }]
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, at: number): Token {
  const { name, quoted, raw, json, number, sign } = groups
  const token = (is: Kind, text: string, value: unknown = null): Token => ({ is, text, value, at })
  if (name !== undefined) return token('name', name)
  if (quoted !== undefined) return token('quoted', String(jsonOf(quoted, at)))
  if (raw !== undefined) return token('literal', raw, raw.slice(1, -1).replaceAll("\\'", "'"))
  if (json !== undefined) return token('literal', json, jsonOf(json.slice(1, -1).replaceAll('\\`', '`'), at))
  return number === undefined ? token('sign', sign ?? '') : token('number', number)
}

function jsonOf(text: string, at: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new JmespathFault(`'${text.slice(0, 50)}' is no JSON`, at)
  }
}
