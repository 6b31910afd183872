/** How a run's effects reach those who carry them out. Each may be repeated: what was done is not done again. */

import type { AgentAnswer } from '../agents/assign.ts'
import type { GraphObject } from '../agents/graph-object.ts'
import type { LaneObject } from './lane-object.ts'
import { NO_COST } from './attempt.ts'
import { laneName, runName } from './names.ts'
import type { ReadValue, RunEffect, RunInput } from './run/advance.ts'
import { orderOf } from './run/order.ts'
import type { RunState } from './run/state.ts'

/** The bindings that a run uses. */
export type RunBindings = {
  ATTEMPTS: DurableObjectNamespace<LaneObject>
  GRAPH: DurableObjectNamespace<GraphObject>
  WEBHOOKS: Queue
  DB: D1Database
}

type EffectOf<K extends RunEffect['kind']> = Extract<RunEffect, { kind: K }>

/**
 * Has lanes make attempts, or take them back.
 *
 * @returns what the run is to be told: attempts that cannot be made
 * @throws when the lane does not answer
 */
export async function askLane(
  { ATTEMPTS }: RunBindings,
  state: RunState,
  number: number,
  effects: readonly RunEffect[],
  read: ReadValue,
): Promise<RunInput[]> {
  const { caller, id } = state.request
  const lane = ATTEMPTS.getByName(laneName(caller.tenantId, id, number))
  const revoked = effects.filter((effect) => effect.kind === 'revoke').map(({ token }) => token)
  const offered = effects.filter((effect) => effect.kind === 'offer')
  const made = offered.map(({ task, token }) => ({ task, token, order: orderOf(state, task, read) }))
  const orders = made.flatMap(({ order }) => ('code' in order ? [] : [order]))
  await Promise.all([
    revoked.length > 0 ? lane.revoke(revoked) : null,
    orders.length > 0 ? lane.offer(orders) : null,
  ])
  return made.flatMap(({ task, token, order: failure }): RunInput[] => {
    if (!('code' in failure)) return []
    const outcome = { kind: 'failed', reason: 'error', failure, isFinal: true } as const
    return [{ kind: 'told', task, token, outcome: { ...outcome, cost: NO_COST, partial: null } }]
  })
}

/**
 * Gives agents' places back, and takes others.
 *
 * @throws when the tenant's graph does not answer
 */
export async function askAgents(
  { GRAPH }: RunBindings,
  { request: { caller, id, agents: only, bindings = [] } }: RunState,
  effects: readonly RunEffect[],
): Promise<RunInput[]> {
  const graph = GRAPH.getByName(caller.tenantId)
  const run = runName(caller.tenantId, id)
  const holderOf = (token: number) => `${run}:${token}`
  const places = effects
    .filter((effect) => effect.kind === 'free')
    .map(({ agent, token, outcome }) => ({ agent, holder: holderOf(token), outcome }))
  const wanted = effects.filter((effect) => effect.kind === 'assign')
  const wishes = wanted.map(({ wanted: needs, agent, task, priority, until, token }) => {
    return { wanted: needs, agent, only, bindings, holder: holderOf(token), run, task, priority, until }
  })
  const [, answers] = await Promise.all([
    places.length > 0 ? graph.free(places) : null,
    wishes.length > 0 ? graph.assign(wishes) : [],
  ])
  return wanted.flatMap((effect, at) => {
    const answer = answers[at]
    return answer ? [inputOf(effect, answer)] : []
  })
}

function inputOf({ task, token }: EffectOf<'assign'>, answer: AgentAnswer): RunInput {
  if (answer.kind === 'assigned') return { kind: 'assigned', task, token, assignment: answer.assignment }
  return { kind: 'unassigned', task, token, reason: answer.kind, why: answer.why }
}
