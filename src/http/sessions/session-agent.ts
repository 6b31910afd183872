import type { AgentCard } from '../../agents/card.ts'
import { bindingsIn, boundAgent } from '../../core/bindings.ts'
import { AppError } from '../../core/errors.ts'
import { meantBy } from '../../route/rules/names.ts'
import { findModel } from '../../route/select.ts'
import type { RequestScope } from '../context.ts'
import { liveCatalog } from '../live-catalog.ts'
import { AGENT } from '../runs/team.ts'

/** What of a model's context a conversation may take at most, in tokens, and as a share: the answer needs room too. */
const ROOM_TOKENS = 24_000
const ROOM_SHARE = 0.5

/** Who answers in a session that names nobody: as the tenant's bindings say; null for a model without an agent. */
export function boundTo({ tenant, caller }: RequestScope, metadata: Readonly<Record<string, string>>) {
  const scene = { session: null, user: caller.userId, key: caller.keyId, metadata }
  return boundAgent(bindingsIn(tenant.config.rules.bindings, scene), { tools: [], skills: [] })
}

/** @throws AppError where it is not there: nobody else takes its place */
export async function agentNamed({ env, caller }: RequestScope, id: string): Promise<AgentCard> {
  const node = await env.GRAPH.getByName(caller.tenantId).agent(id)
  if (node) return node.card
  throw new AppError('invalid_request', `Invalid 'agent': there is no agent '${id}'`, { param: 'agent' })
}

/**
 * The model that a turn asks for: the agent's own where it is elsewhere, else what is wished for first.
 *
 * @param wished names of models, null for none
 */
export function modelOf(card: AgentCard | null, wished: readonly (string | null)[]): string {
  if (card && card.kind !== 'model') return AGENT + card.id
  return [...wished, card?.model ?? null].find((one) => one !== null) ?? 'auto'
}

/** Tokens of a conversation that a model, and an agent, are told at most. */
export function roomFor(scope: RequestScope, model: string, maxContext: number | null): number {
  const catalog = liveCatalog(scope.env, Date.now(), scope.background)
  const found = findModel(meantBy(model, scope.tenant.config.rules), catalog)
  const pinned = found.kind === 'pinned' ? catalog.models.get(found.modelId)?.contextWindow : undefined
  const least = Math.min(pinned ?? Infinity, maxContext ?? Infinity)
  return Math.min(ROOM_TOKENS, Math.floor(least * ROOM_SHARE))
}
