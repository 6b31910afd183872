import * as z from 'zod'
import { AGENT_ID, AGENT_LIMITS } from '../../agents/card.ts'
import { isRecord } from '../../core/canonical-json.ts'
import { AppError, type Fault } from '../../core/errors.ts'
import { isLarger } from '../../core/json-size.ts'
import { microUsdOf } from '../../core/money.ts'
import { outsideUrlFault } from '../../core/outside-url.ts'
import { type Plan, PLAN_DEFAULTS, PLAN_LIMITS } from '../../core/plan.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { LIMITS } from '../../protocols/limits.ts'
import { decodePlan } from '../../protocols/plans/decode-plan.ts'
import { checkPlan } from '../../runs/plan/check-plan.ts'
import { type ClientTool, RUN_STATUSES } from '../../runs/run/state.ts'

/** The longest that a caller may wait for a run's end, in ms: beyond it there are events. */
const MAX_WAIT_MS = 60_000

const text = z.string().min(1)
const json = z.record(z.string(), z.unknown())
const agentId = z.string().regex(AGENT_ID).max(AGENT_LIMITS.idChars)

const functionForm = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'expected letters, digits, _ and -, at most 64'),
  description: z.string().max(PLAN_LIMITS.messageChars).nullish(),
  parameters: json.nullish(),
  strict: z.boolean().nullish(),
})
/** As in OpenAI Chat, or as in OpenAI Responses. */
const clientTool = z.union([
  z.strictObject({ type: z.literal('function'), function: functionForm }),
  functionForm.extend({ type: z.literal('function').optional() }),
])

const budget = z.strictObject({
  usd: z.number().positive().max(1e6).nullish(),
  tokens: z.int().positive().nullish(),
  deadline_ms: z.int().min(1).max(PLAN_LIMITS.deadlineMs).nullish(),
  max_attempts: z.int().positive().nullish(),
})

/** The body of `POST /v1/runs`. */
export const runBody = z.strictObject({
  goal: text.max(PLAN_LIMITS.goalChars).nullish().describe('A plan is made of it.'),
  plan: json.nullish().describe('As POST /v1/plans/validate takes it.'),
  template: text.max(AGENT_LIMITS.nameChars).nullish().describe('The id of a kept plan.'),
  fork: z
    .strictObject({
      run: text.max(64),
      from: text
        .max(PLAN_LIMITS.expressionChars)
        .nullish()
        .describe('A task to begin anew, with all after it.'),
    })
    .nullish()
    .describe('Goes on from a run that has ended, with its finished tasks.'),
  input: z.unknown().optional().describe('What paths that begin with `input` lead into.'),
  agents: z.array(agentId).min(1).max(AGENT_LIMITS.agents).nullish().describe('Who may work on it.'),
  tools: z.array(clientTool).max(AGENT_LIMITS.tools).nullish().describe('Tools that the caller runs.'),
  budget: budget.nullish().describe('Of this and the plan’s own, the tighter holds.'),
  callback: z.string().nullish().describe('Called at the end of the run.'),
  wait_ms: z.int().min(0).max(MAX_WAIT_MS).nullish(),
  session_id: text.max(LIMITS.sessionIdChars).nullish(),
})
export type RunBody = z.infer<typeof runBody>

const SOURCES = ['goal', 'plan', 'template', 'fork'] as const

const invalid = (param: string, fault: string) =>
  new AppError('invalid_request', `Invalid '${param}': ${fault}`, { param })

/** @throws AppError naming the field at fault */
export function readRunBody(body: unknown, { allowLoopback }: { allowLoopback: boolean }): RunBody {
  const said = checked(runBody, body)
  const [first, second] = SOURCES.filter((source) => said[source] != null)
  if (!first) throw invalid('goal', `expected one of ${SOURCES.join(', ')}`)
  if (second) throw invalid(second, `there is '${first}' already: expected one of ${SOURCES.join(', ')}`)
  if (said.fork && said.input != null) throw invalid('input', 'a fork has the input of its run')
  if (isLarger(said.input ?? null, PLAN_LIMITS.inputBytes)) {
    throw invalid('input', `more than ${PLAN_LIMITS.inputBytes} bytes of JSON`)
  }
  const names = (said.tools ?? []).map((tool) => toolOf(tool).name)
  const twice = names.findIndex((name, index) => names.indexOf(name) < index)
  if (twice >= 0) throw invalid(`tools[${twice}]`, 'two tools have one name')
  const fault = said.callback == null ? null : outsideUrlFault(said.callback, { allowLoopback })
  if (fault !== null) throw invalid('callback', fault)
  return said
}

/** A tool of the caller's in our words. */
export function toolOf(form: NonNullable<RunBody['tools']>[number]): ClientTool {
  const { name, description, parameters } = 'function' in form ? form.function : form
  return { name, description: description ?? '', parameters: parameters ?? { type: 'object' } }
}

/**
 * The plan that a run is to carry out, with the tighter of its own budget and the request's.
 *
 * @param field where it stood in the request
 * @throws AppError with all that is wrong with it
 */
export function readPlan(document: unknown, field: 'plan' | 'template', asked: RunBody['budget']): Plan {
  const { plan, broken, found } = decodePlan(withDeadline(document, asked?.deadline_ms))
  checkPlan(plan, broken, found)
  const faults = found.faults.map((fault) => ({ ...fault, path: pathWithin(field, fault) }))
  const [first] = faults
  if (!first) return { ...plan, budget: tighter(plan.budget, asked) }
  throw new AppError('invalid_request', `Invalid '${first.path}': ${first.message}`, {
    param: first.path,
    faults,
  })
}

/** What a plan does not say of its time, the request does: defaults go by it. */
function withDeadline(document: unknown, deadlineMs: number | null | undefined): unknown {
  if (!isRecord(document) || deadlineMs == null) return document
  const own = document['budget'] ?? {}
  if (!isRecord(own) || own['deadline_ms'] != null) return document
  return { ...document, budget: { ...own, deadline_ms: deadlineMs } }
}

function pathWithin(field: string, { path }: Fault): string {
  if (path === '') return field
  return path.startsWith('[') ? `${field}${path}` : `${field}.${path}`
}

/** A budget that a request asks for alone. */
export function budgetOf(asked: RunBody['budget']): Plan['budget'] {
  const { usd, tokens, deadline_ms, max_attempts } = asked ?? {}
  return {
    microUsd: usd == null ? null : microUsdOf(usd),
    tokens: tokens ?? null,
    deadlineMs: deadline_ms ?? PLAN_DEFAULTS.deadlineMs,
    maxAttempts: max_attempts ?? null,
  }
}

function tighter(own: Plan['budget'], asked: RunBody['budget']): Plan['budget'] {
  const other = budgetOf(asked)
  return {
    microUsd: less(own.microUsd, other.microUsd),
    tokens: less(own.tokens, other.tokens),
    deadlineMs: Math.min(own.deadlineMs, asked?.deadline_ms ?? Infinity),
    maxAttempts: less(own.maxAttempts, other.maxAttempts),
  }
}

function less(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

/** What a fork may take: what its request says, else what its run might. */
export function budgetOfFork(own: Plan['budget'], asked: RunBody['budget']): Plan['budget'] {
  const said = budgetOf(asked)
  return {
    microUsd: said.microUsd ?? own.microUsd,
    tokens: said.tokens ?? own.tokens,
    deadlineMs: asked?.deadline_ms ?? own.deadlineMs,
    maxAttempts: said.maxAttempts ?? own.maxAttempts,
  }
}

const comment = z.string().max(PLAN_LIMITS.messageChars).nullish()
export const cancelBody = z.strictObject({ reason: comment })
export const approveBody = z.strictObject({
  comment,
  output: z.unknown().optional().describe('Of a task that needs review: what it is held to have given.'),
})
export const rejectBody = z.strictObject({ comment })
/** Results of the caller's tools, or whatever else the task asked for. */
export const inputBody = z
  .looseObject({
    tool_results: z
      .array(z.strictObject({ id: text.max(256), output: z.unknown().optional() }))
      .max(AGENT_LIMITS.tools)
      .optional(),
  })
  .describe('`tool_results` of calls of the caller’s tools, or other JSON.')

export const runsQuery = z.object({
  status: z.enum(RUN_STATUSES).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** A run's id: those before it. */
  before: z.string().min(1).max(64).optional(),
})
export const eventsQuery = z.object({
  after: z.coerce.number().int().min(0).optional(),
  stream: z.enum(['true', 'false']).optional(),
})
