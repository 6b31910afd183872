import { isRecord } from '../../core/canonical-json.ts'
import type { ToolDefinition } from '../../core/chat.ts'
import { BUILT_IN_TOOLS, type DeclaredTool, placeholdersIn, textsIn, TOOL_LIMITS } from '../../core/tools.ts'
import { configOf } from '../../env.ts'
import type { AttemptOrder } from '../../runs/attempt.ts'
import { argumentsFault } from '../../runs/tools/check-arguments.ts'
import { fillHeaders, fillUrl, httpCallOf, TemplateFault } from '../../runs/tools/http-call.ts'
import { transform } from '../../runs/tools/transform.ts'
import type { RequestScope } from '../context.ts'
import { openToolSecrets } from '../tool-secrets.ts'
import { callHttpTool, httpRequestDefinition, requestHttp, type ToolCallHow } from './http-tool.ts'
import { callMcpTool } from './mcp-client.ts'
import { failedResult, type ToolResult } from './tool-result.ts'

type SideEffect = DeclaredTool['sideEffect']
type Schema = Readonly<Record<string, unknown>>
type Given = Readonly<Record<string, unknown>>

/** The tools that an attempt may call. */
export type Toolbox = {
  definitions: readonly ToolDefinition[]
  /** Names that a task needs and nobody has. */
  missing: readonly string[]
  /** Of those that the caller runs: a call of one ends the attempt. */
  isClient: (name: string) => boolean
  /** Whether this call may be made twice. */
  sideEffect: (name: string, given: unknown) => SideEffect
  /** What is wrong with a call before it is made; null for nothing. */
  faultOf: (name: string, given: unknown) => ToolResult | null
  /**
   * Makes a call, also one that has a fault; it never throws.
   *
   * @param idempotencyKey the same for the same call, however often it is made
   */
  call: (name: string, given: unknown, idempotencyKey: string) => Promise<ToolResult>
}

type Tool = {
  name: string
  description: string
  parameters: Schema
  sideEffect: (given: unknown) => SideEffect
  /** Null of those that the caller runs. */
  run: ((given: Given, idempotencyKey: string) => Promise<ToolResult>) | null
}

/** The tools that a task needs and its agent has, by their names, and all that the caller runs. */
export function toolsFor(scope: RequestScope, { needs, agent, tools: own }: AttemptOrder): Toolbox {
  const found = new Map<string, Tool>(
    own.map((tool) => [tool.name, { ...tool, sideEffect: none, run: null }]),
  )
  for (const name of [...needs.tools, ...(agent?.tools ?? [])]) {
    const tool = found.has(name) ? null : toolCalled(name, scope)
    if (tool) found.set(name, tool)
  }
  const faultOf = (name: string, given: unknown) => {
    const tool = found.get(name)
    const known = [...found.keys()].join(', ') || 'none'
    if (!tool)
      return failedResult('unknown_tool', `There is no tool '${name.slice(0, 100)}' here, but: ${known}`)
    const fault = argumentsFault(tool.parameters, given)
    return fault === null ? null : failedResult('invalid_arguments', fault)
  }
  return {
    definitions: Array.from(found.values(), ({ name, description, parameters }) => ({
      name,
      description,
      parameters: { ...parameters },
    })),
    missing: needs.tools.filter((name) => !found.has(name)),
    isClient: (name) => found.get(name)?.run === null,
    sideEffect: (name, given) => found.get(name)?.sideEffect(given) ?? 'none',
    faultOf,
    async call(name, given, idempotencyKey) {
      const run = found.get(name)?.run
      const fault = faultOf(name, given)
      if (fault) return fault
      if (!run || !isRecord(given)) return failedResult('unknown_tool', `Only the caller can call '${name}'`)
      return run(given, idempotencyKey)
    },
  }
}

const none = () => 'none' as const

function toolCalled(name: string, scope: RequestScope): Tool | null {
  const { allow, define } = scope.tenant.config.rules.tools
  const builtIn = BUILT_IN_TOOLS.find((known) => known === name)
  if (builtIn === 'transform') return { name, ...TRANSFORM, sideEffect: none, run: runTransform }
  if (builtIn === 'http_request') {
    const sideEffect = (given: unknown) => (isReading(given) ? 'none' : 'once')
    const limits = { timeoutMs: TOOL_LIMITS.timeoutMs.default, ...limitsOf(scope) }
    const run = (given: Given, key: string) => {
      const isOnce = !isReading(given)
      const how = { limits, isOnce, idempotencyKey: isOnce ? key : null, hide: asItIs }
      return requestHttp(given, allow, how)
    }
    return { name, ...httpRequestDefinition(allow), sideEffect, run }
  }
  const declared = define.get(name)
  if (!declared) return null
  const { description, parameters, sideEffect } = declared
  const run = (given: Given, key: string) => runDeclared(scope, declared, given, key)
  return { name, description, parameters, sideEffect: () => sideEffect, run }
}

const asItIs = (text: string) => text

function isReading(given: unknown): boolean {
  return !isRecord(given) || (given['method'] ?? 'GET') === 'GET'
}

function limitsOf({ env, signal }: RequestScope) {
  return { allowLoopback: configOf(env).simulatedHostsUrl !== null, signal }
}

const TRANSFORM = {
  description: 'Finds, filters and reshapes JSON by an expression of JMESPath.',
  parameters: {
    type: 'object',
    properties: {
      input: { description: 'Any JSON.' },
      expression: { type: 'string', description: 'As in people[?age > `40`].{who: name}; @ for all of it.' },
    },
    required: ['input', 'expression'],
    additionalProperties: false,
  },
}

async function runTransform({ input, expression }: Given): Promise<ToolResult> {
  return transformed(String(expression), input)
}

function transformed(expression: string, input: unknown): ToolResult {
  const made = transform(expression, input)
  if (made.kind === 'fault') return failedResult('invalid_expression', made.message)
  return { status: 'succeeded', output: made.value }
}

async function runDeclared(
  scope: RequestScope,
  tool: DeclaredTool,
  given: Given,
  key: string,
): Promise<ToolResult> {
  const { work, result, timeoutMs, sideEffect } = tool
  if (work.kind === 'transform') return transformed(work.expression, given)
  const placeholders = textsIn(work).flatMap(({ text }) => placeholdersIn(text))
  const names = new Set(placeholders.flatMap(({ is, name }) => (is === 'secret' ? [name] : [])))
  try {
    const secrets = await openToolSecrets(scope.env, scope.caller.tenantId, names)
    const missing = [...names].find((name) => !secrets.has(name))
    if (missing !== undefined) return failedResult('unknown_secret', `There is no secret '${missing}'`)
    const how: ToolCallHow = {
      limits: { timeoutMs, ...limitsOf(scope) },
      isOnce: sideEffect === 'once',
      idempotencyKey: sideEffect === 'none' ? null : key,
      hide: hiderOf([...secrets.values()]),
    }
    const answered = await (work.kind === 'http'
      ? callHttp(work, given, secrets, how)
      : callMcp(work, given, secrets, how))
    if (answered.status !== 'succeeded' || result === null) return answered
    return transformed(result, answered.output)
  } catch (fault) {
    if (fault instanceof TemplateFault)
      return failedResult('invalid_arguments', `Invalid 'arguments': ${fault.message}`)
    return failedResult('secret_unavailable', 'A secret of this tool could not be opened')
  }
}

type WorkOf<K> = Extract<DeclaredTool['work'], { kind: K }>

/** The answer's body is what the tool gives. */
async function callHttp(
  work: WorkOf<'http'>,
  given: Given,
  secrets: ReadonlyMap<string, string>,
  how: ToolCallHow,
): Promise<ToolResult> {
  const answered = await callHttpTool(httpCallOf(work, given, secrets), how)
  if (answered.status !== 'succeeded') return answered
  const { body, truncated } = answered.output
  if (!truncated) return { status: 'succeeded', output: body }
  const message = `The answer has more than ${TOOL_LIMITS.answerBytes} bytes`
  return { ...failedResult('response_too_large', message), reason: 'invalid_output' }
}

async function callMcp(
  { url, tool, headers }: WorkOf<'mcp'>,
  given: Given,
  secrets: ReadonlyMap<string, string>,
  { limits, isOnce, hide }: ToolCallHow,
): Promise<ToolResult> {
  const call = {
    url: fillUrl(url, given, secrets),
    tool,
    arguments: given,
    headers: fillHeaders(headers, given, secrets),
  }
  const answer = await callMcpTool(call, { ...limits, maxBytes: TOOL_LIMITS.answerBytes })
  switch (answer.kind) {
    case 'succeeded':
      return { status: 'succeeded', output: JSON.parse(hide(JSON.stringify(answer.output))) }
    case 'failed':
      // A server that says nothing of its tool may have asked it.
      if (isOnce && !answer.isFinal && answer.code !== 'tool_error') {
        return { status: 'unknown', reason: 'error', message: hide(answer.message) }
      }
      return { ...failedResult(answer.code, hide(answer.message)), isFinal: answer.isFinal }
    case 'lost': {
      const { reason, wasAsked } = answer
      const message = hide(answer.message)
      if (isOnce && wasAsked) return { status: 'unknown', reason, message }
      return { ...failedResult(`tool_${reason}`, message), reason, isFinal: !wasAsked }
    }
  }
}

/** Strikes secrets out of what a host said, however it has written them. */
function hiderOf(secrets: readonly string[]): (text: string) => string {
  const written = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    btoa(secret),
  ])
  const longestFirst = [...new Set(written)].sort((one, other) => other.length - one.length)
  return (text) => longestFirst.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text)
}
