import { fillTemplate, type DeclaredTool, placeholdersIn, textsIn } from '../../core/tools.ts'

type HttpWork = Extract<DeclaredTool['work'], { kind: 'http' }>
type Arguments = Readonly<Record<string, unknown>>
type Secrets = ReadonlyMap<string, string>

/** A call over HTTP, with secrets in their places. */
export type HttpCall = {
  method: HttpWork['method']
  url: string
  headers: Readonly<Record<string, string>>
  body: string | null
}

/** What stands in for placeholders cannot stand there. `message`: says which, never its value. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault'
}

/**
 * The call that a declared tool makes with these arguments. Arguments are escaped as their place wants it; one that is
 * absent leaves out the field or parameter that it is all of. Those that no template names stand in the query, or in
 * the body.
 *
 * @throws TemplateFault
 */
export function httpCallOf(work: HttpWork, given: Arguments, secrets: Secrets): HttpCall {
  const { method, headers, query, body } = work
  const url = new URL(fillUrl(work.url, given, secrets))
  const isInBody = method !== 'GET' && method !== 'DELETE'
  const rest = restOf(work, given)
  const parameters = query
    ? Object.entries(query).map(([name, template]) => [name, fillJson(template, given, secrets)] as const)
    : Object.entries(isInBody ? {} : rest)
  for (const [name, value] of parameters) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined) url.searchParams.append(name, textOf(each))
    }
  }
  const filled = body === null ? (isInBody ? rest : null) : fillJson(body, given, secrets)
  return { method, url: url.href, ...withBody(fillHeaders(headers, given, secrets), filled) }
}

/** Headers of a declared tool, filled in. @throws TemplateFault */
export function fillHeaders(
  headers: Readonly<Record<string, string>>,
  given: Arguments,
  secrets: Secrets,
): Record<string, string> {
  const entries = Object.entries(headers).map(([name, template]) => {
    const value = fill(template, given, secrets, String)
    if (!/^[\t\x20-\x7e]*$/.test(value))
      throw new TemplateFault(`a value cannot stand in the header '${name}'`)
    return [name.toLowerCase(), value] as const
  })
  return Object.fromEntries(entries)
}

/** An address, filled in: what stands in for a placeholder is one piece of its path or query. @throws TemplateFault */
export function fillUrl(template: string, given: Arguments, secrets: Secrets): string {
  return fill(template, given, secrets, (value, name) => {
    // Such pieces would lead elsewhere.
    if (/^\.{0,2}$/.test(value)) throw new TemplateFault(`'${name}' cannot stand in an address`)
    return encodeURIComponent(value.toWellFormed())
  })
}

function fill(
  template: string,
  given: Arguments,
  secrets: Secrets,
  escape: (value: string, name: string) => string,
): string {
  return fillTemplate(template, ({ is, name }) => {
    const value = is === 'secret' ? secrets.get(name) : valueIn(given, name)
    return escape(value === undefined || value === null ? '' : textOf(value), name)
  })
}

function valueIn(given: Arguments, name: string): unknown {
  return Object.hasOwn(given, name) ? given[name] : undefined
}

const WHOLE = /^\{([A-Za-z_][\w-]*)\}$/

/** A text that is nothing but a placeholder becomes the value itself, and undefined where there is none. */
function fillJson(template: unknown, given: Arguments, secrets: Secrets): unknown {
  if (typeof template === 'string') {
    const whole = WHOLE.exec(template)?.[1]
    return whole === undefined ? fill(template, given, secrets, String) : valueIn(given, whole)
  }
  if (typeof template !== 'object' || template === null) return template
  if (Array.isArray(template)) {
    return template.map((each) => fillJson(each, given, secrets)).filter((each) => each !== undefined)
  }
  const entries = Object.entries(template).map(
    ([name, each]) => [name, fillJson(each, given, secrets)] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Arguments that no template names. */
function restOf({ url, headers, query, body }: HttpWork, given: Arguments): Arguments {
  const named = textsIn({ url, headers, query, body }).flatMap(({ text }) => placeholdersIn(text))
  const names = new Set(named.flatMap(({ is, name }) => (is === 'argument' ? [name] : [])))
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)))
}

const FORM = 'application/x-www-form-urlencoded'

function withBody(
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Pick<HttpCall, 'headers' | 'body'> {
  if (body === null || body === undefined) return { headers, body: null }
  const type = headers['content-type'] ?? 'application/json'
  const isForm = type.startsWith(FORM) && typeof body === 'object'
  const pairs = isForm ? Object.entries(body).map(([name, value]) => [name, textOf(value)]) : []
  const written = typeof body === 'string' && !type.includes('json') ? body : JSON.stringify(body)
  return {
    headers: { ...headers, 'content-type': type },
    body: isForm ? new URLSearchParams(pairs).toString() : written,
  }
}
