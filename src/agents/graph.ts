import { failuresAfter } from './breaker.ts'
import { AGENT_LIMITS, type AgentCard } from './card.ts'
import {
  type AgentNode,
  DEFAULT_LEASE_MS,
  type Edge,
  edgeAfter,
  nodeAfter,
  nodeWith,
  openSlots,
  type Outcome,
  REPORTED,
  type Slot,
  slotsBut,
} from './node.ts'
import { STARTERS } from './starter-team.ts'

/** All that is kept of a tenant's agents. A null node: one of the starter team that was removed. */
export type Graph = {
  nodes: ReadonlyMap<string, AgentNode | null>
  /** By `edgeKey`. */
  edges: ReadonlyMap<string, Edge>
}

/** Ids have no blanks. */
export const edgeKey = (from: string, to: string) => `${from} ${to}`

/** What an agent says when it reports; null: as before, or as its card says. */
type Heartbeat = {
  status: (typeof REPORTED)[number] | null
  load: number | null
  leaseMs: number | null
}

export type GraphEvent =
  /** `ifMatch`: ETags of the cards that may be replaced; null for any, or none. */
  | { kind: 'agent-put'; card: AgentCard; ifMatch: readonly string[] | null }
  | { kind: 'agent-removed'; id: string }
  | { kind: 'agent-drained'; id: string }
  | { kind: 'heartbeat'; id: string; beat: Heartbeat }
  | { kind: 'outcome-told'; id: string; outcome: Outcome }
  /** In place of one that its holder has there already. */
  | { kind: 'slot-taken'; id: string; slot: Slot }
  /** `outcome`: as `FreedPlace` has it. */
  | { kind: 'slot-freed'; id: string; holder: string; outcome: Outcome | null }

/** Why an event changes nothing. */
export type Refusal =
  | 'unknown_agent'
  | 'unknown_skill'
  | 'unknown_sender'
  | 'no_reports'
  | 'too_often'
  | 'too_many'
  | 'overtaken'
  | 'no_slot'

/** What an event changes: one node, or with `node` null the end of one, and one edge. */
export type Change = { id: string; node: AgentNode | null; edge: Edge | null }
export type Advance = { kind: 'changed'; change: Change; before: AgentNode | null } | Refused
type Refused = { kind: 'refused'; why: Refusal }

/** The agent of this id, the starter team's among them; null where there is none. */
export function nodeOf({ nodes }: Graph, id: string): AgentNode | null {
  const kept = nodes.get(id)
  return kept === undefined ? (STARTERS.get(id) ?? null) : kept
}

/** All agents, by id. */
export function nodesOf(graph: Graph): readonly AgentNode[] {
  const ids = new Set([...STARTERS.keys(), ...graph.nodes.keys()])
  return [...ids].sort(byText).flatMap((id) => nodeOf(graph, id) ?? [])
}

/** All edges, by who handed over and to whom. */
export function edgesOf({ edges }: Graph): readonly Edge[] {
  return [...edges].sort(([a], [b]) => byText(a, b)).map(([, edge]) => edge)
}

/** The same order everywhere. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** What an event does to a graph. @param now Unix ms */
export function advance(graph: Graph, event: GraphEvent, now: number): Advance {
  if (event.kind === 'agent-put') return put(graph, event.card, event.ifMatch, now)
  const node = nodeOf(graph, event.id)
  if (!node) return refused('unknown_agent')
  switch (event.kind) {
    case 'agent-removed':
      return { kind: 'changed', change: { id: event.id, node: null, edge: null }, before: node }
    case 'agent-drained':
      return changed(node, { ...node, isDraining: true })
    case 'heartbeat':
      return heard(node, event.beat, now)
    case 'outcome-told':
      return learned(graph, node, event.outcome, now)
    case 'slot-taken': {
      const { slot } = event
      const others = openSlots(node, now).filter(({ holder }) => holder !== slot.holder)
      if (others.length >= node.card.capacity) return refused('no_slot')
      return changed(node, { ...node, slots: [...slotsBut(node, slot.holder, now), slot] })
    }
    case 'slot-freed':
      return freed(graph, node, event, now)
  }
}

/** A graph after a change. What is left of a removed starter is that it was removed. */
export function graphAfter({ nodes, edges }: Graph, { id, node, edge }: Change): Graph {
  const nextNodes = new Map(nodes)
  if (node === null && !STARTERS.has(id)) nextNodes.delete(id)
  else nextNodes.set(id, node)
  if (edge) return { nodes: nextNodes, edges: new Map([...edges, [edgeKey(edge.from, edge.to), edge]]) }
  if (node !== null) return { nodes: nextNodes, edges }
  const others = [...edges].filter(([, { from, to }]) => from !== id && to !== id)
  return { nodes: nextNodes, edges: new Map(others) }
}

const refused = (why: Refusal): Refused => ({ kind: 'refused', why })

function changed(before: AgentNode, node: AgentNode, edge: Edge | null = null): Advance {
  return { kind: 'changed', change: { id: node.card.id, node, edge }, before }
}

function put(graph: Graph, card: AgentCard, ifMatch: readonly string[] | null, now: number): Advance {
  const before = nodeOf(graph, card.id)
  const tags = before ? ['*', `"${before.revision}"`] : []
  if (ifMatch && !ifMatch.some((tag) => tags.includes(tag))) return refused('overtaken')
  const isNew = !graph.nodes.has(card.id)
  if (isNew && graph.nodes.size >= AGENT_LIMITS.agents) return refused('too_many')
  const change = { id: card.id, node: nodeWith(card, before, now), edge: null }
  return { kind: 'changed', change, before }
}

function heard(node: AgentNode, { status, load, leaseMs }: Heartbeat, now: number): Advance {
  const { card, heardAt, reported } = node
  if (card.kind === 'model') return refused('no_reports')
  if (heardAt !== null && now - heardAt < AGENT_LIMITS.heartbeatMs) return refused('too_often')
  return changed(node, {
    ...node,
    reported: status ?? (reported === 'joining' ? 'ready' : reported),
    load: load ?? node.load,
    heardAt: now,
    leaseUntil: now + (leaseMs ?? card.leaseMs ?? DEFAULT_LEASE_MS),
  })
}

function learned(graph: Graph, node: AgentNode, outcome: Outcome, now: number): Advance {
  const { from, skill, success } = outcome
  const to = node.card.id
  if (!node.card.skills.some(({ id }) => id === skill)) return refused('unknown_skill')
  const after = nodeAfter(node, outcome, now)
  if (from === null) return changed(node, after)
  if (from === to || !nodeOf(graph, from)) return refused('unknown_sender')
  return changed(node, after, edgeAfter(graph.edges.get(edgeKey(from, to)), { from, to, success }, now))
}

/** What is told of work counts for the skills it was given for, where it does not name one. */
function freed(
  graph: Graph,
  node: AgentNode,
  { holder, outcome }: { holder: string; outcome: Outcome | null },
  now: number,
): Advance {
  const slot = node.slots.find((one) => one.holder === holder)
  if (!slot) return refused('no_slot')
  const free = { ...node, slots: slotsBut(node, holder, now) }
  if (!outcome) return changed(node, free)
  const own = new Set(node.card.skills.map(({ id }) => id))
  const skills = own.has(outcome.skill) ? [outcome.skill] : slot.skills.filter((id) => own.has(id))
  const wiser = skills.reduce((next, skill) => nodeAfter(next, { ...outcome, skill }, now), free)
  const after = { ...wiser, failures: failuresAfter(node.failures, outcome.success, now) }
  const { from, success } = outcome
  const to = node.card.id
  if (from === null || from === to || !nodeOf(graph, from)) return changed(node, after)
  return changed(node, after, edgeAfter(graph.edges.get(edgeKey(from, to)), { from, to, success }, now))
}
