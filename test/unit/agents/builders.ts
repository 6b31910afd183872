import { type AgentCard, blankCard, type Skill } from '../../../src/agents/card.ts'
import { advance, type Advance, type Graph, graphAfter, type GraphEvent } from '../../../src/agents/graph.ts'
import type { Outcome, Slot } from '../../../src/agents/node.ts'

export const NOW = Date.UTC(2026, 10, 1)
export const EMPTY: Graph = { nodes: new Map(), edges: new Map() }

export function skill(id: string, fields: Partial<Skill> = {}): Skill {
  return { id, description: '', tags: [], examples: [], level: 1, ...fields }
}

/** An agent at an address, with one skill that nobody of the starter team has. */
export function card(id: string, fields: Partial<AgentCard> = {}): AgentCard {
  const at = { url: 'https://agents.example.com', skills: [skill('weaving')] }
  return { ...blankCard(id, 'http'), ...at, ...fields }
}

export const put = (...said: Parameters<typeof card>): GraphEvent => ({
  kind: 'agent-put',
  card: card(...said),
  ifMatch: null,
})

export const beat = (
  id: string,
  fields: { status?: 'ready' | 'busy' | 'degraded' | 'draining'; load?: number; leaseMs?: number } = {},
): GraphEvent => ({
  kind: 'heartbeat',
  id,
  beat: { status: null, load: null, leaseMs: null, ...fields },
})

export const outcome = (id: string, fields: Partial<Outcome> = {}): GraphEvent => ({
  kind: 'outcome-told',
  id,
  outcome: { skill: 'weaving', success: 1, latencyMs: null, costUsd: null, from: null, ...fields },
})

/** A place that somebody has for a second. */
export const slot = (holder: string, fields: Partial<Slot> = {}): Slot => ({
  holder,
  takenAt: NOW,
  until: NOW + 1_000,
  skills: ['weaving'],
  score: null,
  factors: null,
  by: 'named',
  ...fields,
})

/** A graph after events, all of which it takes. */
export function graphOf(events: readonly GraphEvent[], now = NOW, start = EMPTY): Graph {
  return events.reduce((graph, event) => {
    const advanced = advance(graph, event, now)
    if (advanced.kind === 'refused') throw new Error(`${event.kind}: ${advanced.why}`)
    return graphAfter(graph, advanced.change)
  }, start)
}

/** Why a graph does not take an event; null where it does. */
export function refusalOf(advanced: Advance): string | null {
  return advanced.kind === 'refused' ? advanced.why : null
}
