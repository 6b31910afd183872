import * as z from 'zod'
import {
  AGENT_ID,
  AGENT_KINDS,
  AGENT_LIMITS,
  type AgentCard,
  blankCard,
  TRUST_LEVELS,
  VISIBILITIES,
} from '../agents/card.ts'
import { type Experience, meanOf, type Tally, weightAt } from '../agents/experience.ts'
import type { Wanted } from '../agents/match.ts'
import {
  type AgentNode,
  breakerOf,
  type Edge,
  loadAt,
  type Outcome,
  REPORTED,
  statusAt,
} from '../agents/node.ts'
import { STARTERS } from '../agents/starter-team.ts'
import { MODALITIES } from '../core/demand.ts'
import { AppError } from '../core/errors.ts'
import { outsideUrlFault } from '../core/outside-url.ts'
import { present } from '../core/present.ts'
import { thousandths } from '../core/thousandths.ts'
import { configOf } from '../env.ts'
import { checked } from '../protocols/invalid-field.ts'
import { meantBy, routeCalled } from '../route/rules/names.ts'
import { selectModel } from '../route/select.ts'
import { type AppContext, backgroundOf } from './context.ts'
import { liveCatalog } from './live-catalog.ts'
import { seconds } from './seconds.ts'

const L = AGENT_LIMITS
const id = z.string().regex(AGENT_ID, 'expected small letters, digits and ._-').max(L.idChars)
const text = z.string().max(L.textChars)
const label = z.string().min(1).max(L.nameChars)
const share = z.number().min(0).max(1)
const tokens = z.int().min(0).max(L.contextTokens)
const modalities = z.array(z.enum(MODALITIES)).max(MODALITIES.length)
const tools = z.array(label).max(L.tools)
const costUsd = z.number().min(0).max(1_000_000)
const latencyMs = z.number().min(0).max(L.maxLeaseMs)
const leaseMs = z.int().min(L.minLeaseMs).max(L.maxLeaseMs)

const skill = z.strictObject({
  id,
  description: text.default(''),
  tags: z.array(label).max(L.tags).default([]),
  examples: z.array(z.string().max(L.exampleChars)).max(L.examples).default([]),
  level: share.default(1),
})

/** An agent's card. What is left out of one of the starter team's is as it is there. */
export const agentBody = z.strictObject({
  name: label.optional(),
  description: text.optional(),
  kind: z.enum(AGENT_KINDS).optional(),
  model: label.nullish(),
  prompt: z.string().max(L.promptChars).nullish(),
  url: z.string().nullish(),
  skills: z
    .array(skill)
    .max(L.skills)
    .refine((all) => new Set(all.map((one) => one.id)).size === all.length, 'two skills have one id')
    .optional(),
  input_modalities: modalities.min(1).optional(),
  output_modalities: modalities.min(1).optional(),
  tools: tools.optional(),
  min_context: tokens.nullish(),
  max_context: tokens.nullish(),
  priority: z.int().min(0).max(L.priority).optional(),
  capacity: z.int().min(1).max(L.capacity).optional(),
  trust: z.enum(TRUST_LEVELS).optional(),
  cost_usd: costUsd.nullish(),
  latency_ms: latencyMs.nullish(),
  visibility: z.enum(VISIBILITIES).optional(),
  lease_ms: leaseMs.nullish(),
})

export const heartbeatBody = z.strictObject({
  status: z.enum(REPORTED).optional(),
  load: share.optional(),
  lease_ms: leaseMs.optional(),
})

export const outcomeBody = z.strictObject({
  skill: id,
  success: z.boolean().optional(),
  score: share.optional(),
  latency_ms: latencyMs.optional(),
  cost_usd: costUsd.optional(),
  from: id.optional(),
})

export const matchBody = z.strictObject({
  task: z
    .strictObject({
      goal: z.string().min(1).max(L.goalChars).optional(),
      skills: z.array(label).max(L.skills).default([]),
      modalities: modalities.default([]),
      tools: tools.default([]),
      min_context: tokens.optional(),
      trust: z.enum(TRUST_LEVELS).optional(),
    })
    .refine(
      (task) => [task.goal ?? '', task.skills, task.modalities, task.tools].some(({ length }) => length > 0),
      'expected a goal, skills, modalities or tools',
    ),
  limit: z.int().min(1).max(L.agents).default(10),
  exclude: z.array(id).max(L.agents).default([]),
  from: id.optional(),
})

export const graphQuery = z.object({ format: z.enum(['json', 'mermaid', 'dot']).default('json') })

const invalid = (param: string, fault: string) =>
  new AppError('invalid_request', `Invalid '${param}': ${fault}`, { param })

/** @throws AppError naming the field at fault */
export function readAgentBody(c: AppContext, agentId: string, body: unknown): AgentCard {
  const { success } = id.safeParse(agentId)
  if (!success) throw invalid('id', `expected up to ${L.idChars} small letters, digits and ._-`)
  const data = checked(agentBody, body)
  const { input_modalities: input, output_modalities: output, ...said } = data
  const { min_context, max_context, cost_usd, latency_ms, lease_ms, ...same } = said
  const fields = { minContext: min_context, maxContext: max_context, costUsd: cost_usd }
  const given = { ...same, ...fields, input, output, latencyMs: latency_ms, leaseMs: lease_ms }
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const ours = STARTERS.get(agentId)?.card
  const { kind = 'model' } = data
  const card: AgentCard = { ...(ours?.kind === kind ? ours : blankCard(agentId, kind)), ...stated }
  refuseMixture(c, card)
  return card
}

/** What is of one kind of agents is of no other; a query in an address would show its secrets. */
function refuseMixture(
  c: AppContext,
  { kind, url, model, prompt, minContext, maxContext, leaseMs: lease }: AgentCard,
) {
  if ((minContext ?? 0) > (maxContext ?? Infinity)) throw invalid('min_context', 'more than max_context')
  if (kind === 'model') {
    if (url !== null) throw invalid('url', "agents of kind 'model' have none")
    if (lease !== null) throw invalid('lease_ms', "agents of kind 'model' do not report")
    if (model !== null) refuseUnknown(c, model)
    return
  }
  if (model !== null) throw invalid('model', "only agents of kind 'model' have one")
  if (prompt !== null) throw invalid('prompt', "only agents of kind 'model' have one")
  if (url === null) throw invalid('url', `agents of kind '${kind}' need one`)
  const fault = outsideUrlFault(url, { allowLoopback: configOf(c.env).simulatedHostsUrl !== null })
  if (fault !== null) throw invalid('url', fault)
  if (/[?#]/.test(url)) throw invalid('url', 'expected an address without a query')
}

/** The tenant's own names are as good as the catalog's. */
function refuseUnknown(c: AppContext, model: string): void {
  const { rules } = c.var.tenant.config
  if (rules.routes.has(routeCalled(model) ?? '')) return
  selectModel(meantBy(model, rules), liveCatalog(c.env, Date.now(), backgroundOf(c)), 'model')
}

/** @throws AppError naming the field at fault */
export function readOutcome(body: unknown): Outcome {
  const { skill: skillId, success, score, latency_ms, cost_usd, from } = checked(outcomeBody, body)
  const value = score ?? (success === undefined ? undefined : Number(success))
  if (value === undefined) throw invalid('success', 'expected success or a score')
  return {
    skill: skillId,
    success: value,
    latencyMs: latency_ms ?? null,
    costUsd: cost_usd ?? null,
    from: from ?? null,
  }
}

/** @throws AppError naming the field at fault */
export function readMatchBody(body: unknown): Wanted {
  const { task, limit, exclude, from } = checked(matchBody, body)
  const { goal = null, trust = null, min_context: minContext = null, ...needs } = task
  return { task: { ...needs, goal, trust, minContext }, limit, exclude, from: from ?? null }
}

/** An agent as the API shows it. @param now Unix ms */
export function agentJson({ card, ...node }: AgentNode, now: number): object {
  const {
    input,
    output,
    minContext,
    maxContext,
    costUsd: cost,
    latencyMs: latency,
    leaseMs: lease,
    ...same
  } = card
  const whole = { card, ...node }
  return {
    object: 'agent',
    ...same,
    input_modalities: input,
    output_modalities: output,
    min_context: minContext,
    max_context: maxContext,
    cost_usd: cost,
    latency_ms: latency,
    lease_ms: lease,
    starter: node.isStarter,
    revision: node.revision,
    status: statusAt(whole, now),
    load: loadAt(whole, now),
    breaker: breakerOf(whole, now),
    heard_at: seconds(node.heardAt),
    lease_expires_at: seconds(node.leaseUntil),
    experience: node.experience.map((one) => experienceJson(one, now)),
  }
}

function experienceJson(
  { skill: skillId, success, latencyMs: latency, costUsd: cost }: Experience,
  now: number,
) {
  const means = { latency_ms: meanOf(latency), cost_usd: meanOf(cost) }
  return present({ skill: skillId, ...shareJson(success, now), ...means })
}

/** An edge as the API shows it. */
export function edgeJson({ from, to, handoffs, success }: Edge, now: number): object {
  return { from, to, handoffs, ...shareJson(success, now) }
}

/** `weight`: how many outcomes still count. */
function shareJson(success: Tally, now: number) {
  return { weight: thousandths(weightAt(success, now)), success: thousandths(meanOf(success) ?? 0) }
}
