import * as z from 'zod'
import { isRecord } from '../../core/canonical-json.ts'
import { JmespathFault } from '../../core/jmespath/fault.ts'
import { parseJmespath } from '../../core/jmespath/parse.ts'
import { outsideUrlFault } from '../../core/outside-url.ts'
import { SIDE_EFFECTS } from '../../core/plan.ts'
import {
  BUILT_IN_TOOLS,
  type DeclaredTool,
  fillTemplate,
  HTTP_METHODS,
  NO_TOOLS,
  placeholdersIn,
  textsIn,
  TOOL_LIMITS,
  TOOL_NAME,
  type ToolsConfig,
} from '../../core/tools.ts'

const { timeoutMs } = TOOL_LIMITS

const expression = z.string().superRefine((text, context) => {
  try {
    parseJmespath(text)
  } catch (fault) {
    if (!(fault instanceof JmespathFault)) throw fault
    context.addIssue(fault.at === null ? fault.message : `${fault.message} (at ${fault.at})`)
  }
})

const template = z
  .string()
  .max(TOOL_LIMITS.templateChars)
  .refine(
    (text) => !fillTemplate(text, () => '').includes('{{'),
    "expected {{secret.NAME}} with an upper-case name within '{{'",
  )

/** Placeholders stand in paths and queries: whom to call is not for a caller to say. */
const url = template.superRefine((text, context) => {
  const fault = /^[^/]*\/\/[^/?#]*\{/.test(text)
    ? 'no placeholders in the host'
    : outsideUrlFault(
        fillTemplate(text, () => 'x'),
        { allowLoopback: true },
      )
  if (fault !== null) context.addIssue(fault)
})

const headers = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/), template)
  .refine((all) => Object.keys(all).length <= TOOL_LIMITS.headers, `at most ${TOOL_LIMITS.headers} headers`)
  .nullish()

const isShort = (value: unknown) => JSON.stringify(value).length <= TOOL_LIMITS.schemaChars
const TOO_LONG = `at most ${TOOL_LIMITS.schemaChars} characters of JSON`

const parameters = z
  .record(z.string(), z.unknown())
  .refine(isShort, TOO_LONG)
  .refine(({ type }) => type === undefined || type === 'object', "expected a schema of type 'object'")

const common = {
  name: z.string().regex(TOOL_NAME, 'begins with a letter and has at most 64 letters, digits, _ and -'),
  description: z.string().min(1).max(TOOL_LIMITS.descriptionChars),
  parameters: parameters.nullish().describe('The JSON Schema of its arguments.'),
  result: expression.nullish().describe('JMESPath: what is kept of the answer.'),
  timeout_ms: z.int().min(timeoutMs.least).max(timeoutMs.most).nullish().meta({ default: timeoutMs.default }),
  side_effect: z.enum(SIDE_EFFECTS).nullish().meta({
    default: 'none',
    description: 'once: a call is not made again when nobody knows what came of it.',
  }),
}

const http = z.strictObject({
  ...common,
  kind: z.literal('http'),
  method: z.enum(HTTP_METHODS).nullish().meta({ default: 'GET' }),
  url: url.describe('With {argument} in its path, and {{secret.NAME}}.'),
  headers,
  query: z.record(z.string(), template).nullish(),
  body: z
    .unknown()
    .optional()
    .refine((value) => value === undefined || isShort(value), TOO_LONG)
    .describe('JSON with {argument} in its texts. Without: the arguments that stand nowhere else.'),
})
const mcp = z.strictObject({
  ...common,
  kind: z.literal('mcp'),
  url,
  tool: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .nullish()
    .describe('The name it has there, if another.'),
  headers,
})
const transform = z.strictObject({ ...common, kind: z.literal('transform'), expression })

const tool = z.discriminatedUnion('kind', [http, mcp, transform]).superRefine((body, context) => {
  const known = isRecord(body.parameters?.['properties']) ? body.parameters['properties'] : {}
  for (const { path, text } of templatesOf(body)) {
    for (const { is, name } of placeholdersIn(text)) {
      if (is === 'secret' || Object.hasOwn(known, name)) continue
      const message = `'${name}' is none of parameters.properties`
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  }
  if (body.kind === 'http' && body.body != null && (body.method ?? 'GET') === 'GET') {
    context.addIssue({ code: 'custom', path: ['body'], message: 'GET has no body' })
  }
})
type BodyTool = z.infer<typeof tool>

function templatesOf(body: BodyTool) {
  if (body.kind === 'transform') return []
  const { url: address, headers: proof } = body
  const more = body.kind === 'http' ? { query: body.query, body: body.body } : {}
  return textsIn({ url: address, headers: proof, ...more })
}

const host = z
  .string()
  .toLowerCase()
  .refine((text) => {
    const name = text.startsWith('*.') ? `any.${text.slice(2)}` : text
    const address = URL.parse(`https://${name}/`)
    return (
      !name.includes('*') &&
      address?.host === name &&
      outsideUrlFault(address.href, { allowLoopback: true }) === null
    )
  }, "expected a public host, such as 'api.example.com' or '*.example.org'")

/** What the tasks of a tenant's runs may call. */
export const toolsFields = {
  tools: z
    .strictObject({
      http: z
        .strictObject({
          allow: z
            .array(host)
            .max(TOOL_LIMITS.allowed)
            .nullish()
            .describe('Hosts that http_request may ask; *. for all below one.'),
        })
        .nullish(),
      define: z
        .array(tool)
        .max(TOOL_LIMITS.declared)
        .superRefine((tools, context) => {
          for (const [i, { name }] of tools.entries()) {
            const isBuiltIn = BUILT_IN_TOOLS.some((builtIn) => builtIn === name)
            if (!isBuiltIn && tools.findIndex((other) => other.name === name) === i) continue
            const message = isBuiltIn ? `'${name}' is built in` : `There is another tool '${name}'`
            context.addIssue({ code: 'custom', path: [i, 'name'], message })
          }
        })
        .nullish(),
    })
    .nullish(),
}

type ToolsSection = z.infer<z.ZodObject<typeof toolsFields>>

export function toolsOf({ tools }: ToolsSection): ToolsConfig {
  if (!tools) return NO_TOOLS
  const define = (tools.define ?? []).map((body): [string, DeclaredTool] => [body.name, toolOf(body)])
  return { allow: tools.http?.allow ?? [], define: new Map(define) }
}

function toolOf(body: BodyTool): DeclaredTool {
  const { name, description } = body
  return {
    name,
    description,
    parameters: { type: 'object', ...body.parameters },
    result: body.result ?? null,
    timeoutMs: body.timeout_ms ?? timeoutMs.default,
    sideEffect: body.side_effect ?? 'none',
    work: workOf(body),
  }
}

function workOf(body: BodyTool): DeclaredTool['work'] {
  if (body.kind === 'transform') return { kind: body.kind, expression: body.expression }
  const place = { url: body.url, headers: body.headers ?? {} }
  if (body.kind === 'mcp') return { kind: body.kind, ...place, tool: body.tool ?? body.name }
  return {
    kind: body.kind,
    ...place,
    method: body.method ?? 'GET',
    query: body.query ?? null,
    body: body.body ?? null,
  }
}
