/** Tools that a tenant's tasks may call. */

import type { SIDE_EFFECTS } from './plan.ts'

/** How a declared tool does its work. Texts are templates, see `fillTemplate`; where there are no headers, none. */
type ToolWork =
  | {
      kind: 'http'
      method: (typeof HTTP_METHODS)[number]
      url: string
      headers: Readonly<Record<string, string>>
      /** Null, as `body`: the arguments that no template names, in the query or the body as the method has it. */
      query: Readonly<Record<string, string>> | null
      /** JSON whose texts are templates. */
      body: unknown
    }
  | { kind: 'mcp'; url: string; tool: string; headers: Readonly<Record<string, string>> }
  /** `expression`: JMESPath, asked of the arguments. */
  | { kind: 'transform'; expression: string }

export type DeclaredTool = {
  name: string
  description: string
  /** The JSON Schema of its arguments. */
  parameters: Readonly<Record<string, unknown>>
  /** JMESPath, asked of what the tool answered; null for all of it. */
  result: string | null
  timeoutMs: number
  /** Whether a call may be made twice, as of tasks. */
  sideEffect: (typeof SIDE_EFFECTS)[number]
  work: ToolWork
}

export type ToolsConfig = {
  /** Hosts that `http_request` may ask: `api.example.com`, `*.example.org` for those below, with a port if it is not 443. */
  allow: readonly string[]
  /** By name. */
  define: ReadonlyMap<string, DeclaredTool>
}

export const NO_TOOLS: ToolsConfig = { allow: [], define: new Map() }

export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** There for everybody, under names that nobody else's tools have. */
export const BUILT_IN_TOOLS = ['http_request', 'transform'] as const

/** What hosts of models take as the name of a function. */
export const TOOL_NAME = /^[A-Za-z_][\w-]{0,63}$/
export const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,63}$/

/** Bounds of tools. Sizes in items, or in characters unless said otherwise; times in ms. */
export const TOOL_LIMITS = {
  declared: 64,
  allowed: 100,
  descriptionChars: 2_000,
  /** JSON of a tool's parameters, or of its body's template. */
  schemaChars: 20_000,
  headers: 32,
  templateChars: 4_000,
  timeoutMs: { least: 100, default: 30_000, most: 120_000 },
  /** What is read of an answer, in bytes. */
  answerBytes: 512 * 1024,
  /** What a model is told of a result. */
  resultChars: 16_000,
  /** Answers of a model in one attempt. */
  rounds: 12,
  /** Calls in one attempt, and at once. */
  calls: 64,
  parallel: 5,
  /** Secrets of a tenant. */
  secrets: 100,
} as const

/** Stands in a template for an argument's value, or for a secret. */
export type Placeholder = { is: 'argument' | 'secret'; name: string }

const PLACEHOLDER = /\{\{\s*secret\.([A-Z][A-Z0-9_]{0,63})\s*\}\}|\{([A-Za-z_][\w-]*)\}/g

/** A template with what stands in for its placeholders: `{argument}` and `{{secret.NAME}}`. */
export function fillTemplate(template: string, standIn: (placeholder: Placeholder) => string): string {
  return template.replace(PLACEHOLDER, (_, secret?: string, argument?: string) =>
    standIn(secret === undefined ? { is: 'argument', name: argument ?? '' } : { is: 'secret', name: secret }),
  )
}

/** The placeholders of a template, in order. */
export function placeholdersIn(template: string): readonly Placeholder[] {
  const found: Placeholder[] = []
  fillTemplate(template, (placeholder) => {
    found.push(placeholder)
    return ''
  })
  return found
}

/** All texts within JSON, with where each is. */
export function textsIn(value: unknown, path: readonly (string | number)[] = []): readonly TextAt[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each, at) => textsIn(each, [...path, at]))
  return Object.entries(value).flatMap(([name, each]) => textsIn(each, [...path, name]))
}
type TextAt = { path: readonly (string | number)[]; text: string }
