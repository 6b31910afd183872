import type { AgentCard } from '../../agents/card.ts'
import { AppError } from '../../core/errors.ts'
import { microUsdOf } from '../../core/money.ts'
import type { Inbound } from '../../protocols/inbound.ts'
import { meantBy } from '../../route/rules/names.ts'
import { requireScope } from '../../tenants/keys.ts'
import { answerRequest } from '../answer.ts'
import type { RequestScope } from '../context.ts'
import type { AnswerOptions } from '../exchange.ts'
import type { RunWish } from './begin-run.ts'
import { goalOf } from './conversation-goal.ts'
import { budgetOf, readPlan } from './run-body.ts'
import { answerByRun } from './team-answer.ts'

/** The model name that stands for the tenant's agents together. */
export const TEAM = 'switchyard/team'
/** What stands before the id of one of them. */
export const AGENT = 'agent/'

/** Whoever waits for a chat answer waits no longer: ten minutes, as OpenAI's clients do. */
const DEADLINE_MS = 600_000

/**
 * Answers a chat request by whom it names: the tenant's agents together, one of them, or a model.
 *
 * @throws AppError `model_not_found` for an agent that is not there
 */
export async function answerAsked(
  scope: RequestScope,
  inbound: Inbound,
  options: AnswerOptions = {},
): Promise<Response> {
  const name = meantBy(inbound.routing.model, scope.tenant.config.rules).toLowerCase()
  const id = name.startsWith(AGENT) ? name.slice(AGENT.length) : null
  if (name !== TEAM && id === null) return answerRequest(scope, inbound, options)
  requireScope(scope.caller, 'agents')
  if (id === null) return answerByRun(scope, inbound, { name, wish: wishOf(inbound, null), options })
  const card = await cardOf(scope, id)
  if (card.kind === 'model') {
    const answer = await answerRequest(scope, asAgent(inbound, card), options)
    answer.headers.set('x-switchyard-agent', card.id)
    return answer
  }
  return answerByRun(scope, inbound, { name, wish: wishOf(inbound, card), options })
}

async function cardOf({ env, caller }: RequestScope, id: string): Promise<AgentCard> {
  const node = await env.GRAPH.getByName(caller.tenantId).agent(id)
  if (node?.isDraining) {
    throw new AppError('no_eligible_model', `The agent '${id}' takes no more work`, { param: 'model' })
  }
  if (node) return node.card
  throw new AppError('model_not_found', `The agent '${id.slice(0, 100)}' does not exist`, { param: 'model' })
}

/** The agent's prompt goes before all that the caller says. It is another request than the caller's own words now. */
function asAgent({ chat, routing, ...inbound }: Inbound, { prompt, model }: AgentCard): Inbound {
  const told = prompt === null ? [] : [{ role: 'system' as const, content: [textPart(prompt)] }]
  return {
    ...inbound,
    chat: { ...chat, messages: [...told, ...chat.messages], native: null },
    routing: { ...routing, model: model ?? 'auto' },
  }
}

function textPart(text: string) {
  return { type: 'text' as const, text }
}

/** @param card who works on it alone; null where a plan is made */
function wishOf({ chat, routing }: Inbound, card: AgentCard | null): RunWish {
  const goal = goalOf(chat)
  const { maxCostUsd } = routing.autoRouter
  const money = maxCostUsd === undefined ? null : microUsdOf(maxCostUsd)
  const budget = { ...budgetOf({ deadline_ms: DEADLINE_MS }), microUsd: money }
  const tasks = [{ id: 'answer', kind: 'agent', input: goal, assign: { agent: card?.id } }]
  const plan = card && readPlan({ tasks }, 'plan', { deadline_ms: DEADLINE_MS })
  return {
    goal,
    plan: plan && { ...plan, budget },
    budget,
    input: null,
    agents: null,
    tools: [],
    callback: null,
    sessionId: routing.sessionId ?? null,
    forkOf: null,
  }
}
