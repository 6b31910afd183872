import { type AgentNode, statusAt } from '../../agents/node.ts'
import { readJson } from '../../collaborate/read-json.ts'
import { AppError, type Fault } from '../../core/errors.ts'
import type { Plan } from '../../core/plan.ts'
import { decodeChatRequest } from '../../protocols/openai-chat/decode-request.ts'
import { decodePlan } from '../../protocols/plans/decode-plan.ts'
import { type AttemptCost, type AttemptOrder, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import { checkPlan } from '../../runs/plan/check-plan.ts'
import {
  chooseTopology,
  type GoalTopology,
  piecesIn,
  skilledFor,
} from '../../runs/planning/choose-topology.ts'
import { checkPlanned, mendPlan } from '../../runs/planning/mend-plan.ts'
import { PLAN_FORMAT, planMessages, repairMessages, type Team } from '../../runs/planning/plan-prompt.ts'
import { type Doer, singleTaskPlan } from '../../runs/planning/single-task.ts'
import { askedOf } from '../asked.ts'
import type { RequestScope } from '../context.ts'
import { decide } from '../decide.ts'
import { demandOf } from '../directed.ts'
import { askModel, plainChat } from './ask-model.ts'
import { cappedTokens } from './model-work.ts'
import { sumOf } from './outcomes.ts'

/** The agent that plans, where a tenant has it: its prompt and its model count. */
const PLANNER = 'planner'

/**
 * Makes a plan of a goal: one task, or what a planner model makes of it where several agents are worth it. It never
 * fails: where no good plan comes of asking, the goal is one task.
 */
export async function planGoal(scope: RequestScope, order: AttemptOrder): Promise<AttemptOutcome> {
  const goal = order.goal ?? ''
  const { team, planner } = await teamFor(scope, order)
  const { topology, reason, language } = await weigh(scope, goal, {
    ...team,
    areNamed: order.agents !== null,
  })
  const alone = async (why: string, cost: AttemptCost) => {
    const plan = singleTaskPlan(order.goal, await doerFor(scope, order, team), order.input !== null)
    return planned(plan, { source: 'single_task', reason: why }, cost)
  }
  if (topology === 'single') return alone(reason, NO_COST)
  const told = { goal, input: order.input, language, persona: planner?.prompt ?? null }
  const made = await askPlanner(scope, order, { told, team, model: planner?.model ?? 'auto' })
  if (!made.plan) return alone(`${reason}; but ${made.why}`, made.cost)
  return planned(made.plan, { source: 'planner', reason }, made.cost)
}

function planned(
  plan: Plan,
  { source, reason }: { source: 'planner' | 'single_task'; reason: string },
  cost: AttemptCost,
): AttemptOutcome {
  const topology = plan.tasks.length > 1 ? 'dag' : 'single'
  return { kind: 'succeeded', output: null, cost, plan, note: { source, topology, reason } }
}

/** Who may work on a run: agents that are there, or those it names, and tools. `planner`: who plans. */
async function teamFor({ env, caller, tenant }: RequestScope, { agents, tools }: AttemptOrder) {
  const { nodes } = await env.GRAPH.getByName(caller.tenantId).list()
  const now = Date.now()
  const mayWork = (node: AgentNode) =>
    agents ? agents.includes(node.card.id) : node.card.visibility === 'tenant' && node.card.id !== PLANNER
  const cards = nodes.filter((node) => mayWork(node) && isThere(node, now)).map(({ card }) => card)
  const planner = nodes.find(({ card }) => card.id === PLANNER && card.kind === 'model')?.card ?? null
  const declared = [...tenant.config.rules.tools.define.values()]
  const clients = tools.map((tool) => ({ ...tool, sideEffect: 'none' as const }))
  const team: Team = { agents: cards, tools: [...clients, ...declared] }
  return { team, planner }
}

function isThere(node: AgentNode, now: number): boolean {
  const status = statusAt(node, now)
  return status === 'ready' || status === 'busy' || status === 'degraded'
}

/** How a goal is best worked on, by what it asks for and by what one model alone is expected to make of it. */
async function weigh(
  scope: RequestScope,
  goal: string,
  { agents, areNamed }: Team & { areNamed: boolean },
): Promise<GoalTopology & { language: string }> {
  const inbound = decodeChatRequest({ model: 'auto', messages: [{ role: 'user', content: goal }] })
  const { structure, tier, language } = demandOf({ inbound })
  const features = {
    structure,
    pieces: piecesIn(goal),
    skilled: skilledFor(goal, agents),
    isSimple: tier === 'SIMPLE',
    quality: await qualityAlone(scope, inbound),
    agents: agents.length,
    areNamed,
  }
  return { ...chooseTopology(features), language }
}

/** Null where no model may answer: whoever is asked then says so. */
async function qualityAlone(
  scope: RequestScope,
  inbound: Parameters<typeof askedOf>[1],
): Promise<number | null> {
  try {
    return (await decide(askedOf(scope, inbound))).plan[0].prediction.quality
  } catch (cause) {
    if (cause instanceof AppError) return null
    throw cause
  }
}

/** An agent fits a goal clearly that knows this share of its words, and so much more than the next one. */
const CLEAR = { ability: 0.35, ratio: 1.5 }

/** Who does a goal in one piece: whoever clearly fits, or one of those that are named; else any model. */
async function doerFor({ env, caller }: RequestScope, order: AttemptOrder, team: Team): Promise<Doer> {
  const { agents, goal } = order
  const [only, ...others] = agents ?? []
  if (only !== undefined && others.length === 0) return { skill: null, agent: only }
  const ours = new Set(team.agents.map(({ id }) => id))
  const graph = env.GRAPH.getByName(caller.tenantId)
  const task = { goal, skills: [], modalities: [], tools: [], minContext: null, trust: null }
  const { ranked } = await graph.match({ task, limit: 100, exclude: [], from: null })
  const [best, next] = ranked.filter(({ id }) => ours.has(id))
  const skill = best?.skills[0] ?? null
  if (only !== undefined) return { skill, agent: skill === null ? only : null }
  const { ability } = best?.factors ?? { ability: 0 }
  const isClear = ability >= CLEAR.ability && ability >= CLEAR.ratio * (next?.factors.ability ?? 0)
  return { skill: isClear ? skill : null, agent: null }
}

/** What a planner is asked, about whom, and by which name. */
type Briefing = { told: Parameters<typeof planMessages>[0]; team: Team; model: string }
type Made = { plan: Plan | null; why: string; cost: AttemptCost }

/** A plan, and one more try where it has faults. */
const ROUNDS = 2
/** A plan of fewer tokens is none. */
const LEAST_TOKENS = 256

/** Asks a planner, within what the run may still take. `why`: what became of it, where there is no plan. */
async function askPlanner(scope: RequestScope, order: AttemptOrder, briefing: Briefing): Promise<Made> {
  const { told, team, model } = briefing
  let messages = planMessages(told, team)
  let cost = NO_COST
  let why = ''
  for (let round = 0; round < ROUNDS; round += 1) {
    const maxMicroUsd = order.maxMicroUsd === null ? null : order.maxMicroUsd - cost.microUsd
    const tokens = order.maxTokens === null ? null : order.maxTokens - cost.tokens
    if ((maxMicroUsd ?? 1) <= 0 || (tokens ?? LEAST_TOKENS) < LEAST_TOKENS) {
      return { plan: null, why: why || 'nothing is left to plan with', cost }
    }
    const chat = plainChat(messages, cappedTokens({ maxTokens: tokens }))
    const said = await askModel(scope, { chat: { ...chat, output: PLAN_FORMAT }, model, maxMicroUsd })
    cost = sumOf([cost, said.cost])
    if (said.kind === 'failed')
      return { plan: null, why: `the planner failed: ${said.failure.message}`, cost }
    if (said.refusal !== '') return { plan: null, why: 'the planner refused', cost }
    const { plan, faults } = readPlan(said.text, told.goal, team)
    if (plan) return { plan, why, cost }
    // Answers that are no JSON have been asked for again already, of other hosts too.
    if (!faults) return { plan: null, why: 'the planner wrote no plan', cost }
    why = `the planner's plan could not be carried out: ${faults[0]?.message}`
    messages = repairMessages(messages, said.text, faults)
  }
  return { plan: null, why, cost }
}

/** What a planner wrote, as a plan; or what is wrong with it, null where it is none. */
function readPlan(
  text: string,
  goal: string,
  team: Team,
): { plan: Plan | null; faults: readonly Fault[] | null } {
  const document = mendPlan(readJson(text), goal, team)
  if (!document) return { plan: null, faults: null }
  const { plan, broken, found } = decodePlan(document)
  checkPlan(plan, broken, found)
  checkPlanned(plan, found)
  return { plan: found.faults.length === 0 ? plan : null, faults: found.faults }
}
