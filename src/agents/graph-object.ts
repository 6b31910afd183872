import { DurableObject } from 'cloudflare:workers'
import { type AgentAnswer, type AgentWish, assignAgent, type FreedPlace } from './assign.ts'
import { NO_FAILURES } from './breaker.ts'
import { drawGraph } from './draw.ts'
import {
  type Advance,
  advance,
  type Change,
  edgeKey,
  edgesOf,
  type Graph,
  graphAfter,
  type GraphEvent,
  nodeOf,
  nodesOf,
} from './graph.ts'
import { type Matched, matchAgents, type Wanted } from './match.ts'
import { type AgentNode, type Edge, placesAt, type Slot } from './node.ts'
import { STARTERS } from './starter-team.ts'
import { type Queue, served } from './waiting.ts'

/** Runs, as far as agents have to do with them. */
type Runs = { getByName(name: string): { slotFreed(): Promise<void> } }

/** What may give a place to somebody who waits. */
const FREEING: ReadonlySet<GraphEvent['kind']> = new Set(['agent-put', 'heartbeat', 'slot-freed'])

/**
 * The agents of one tenant, and what is known of their work: in memory, with each change on disk before its answer leaves.
 * Leases end by the clock, whenever somebody looks.
 */
export class GraphObject extends DurableObject<{ RUNS: Runs }> {
  readonly #sql = this.ctx.storage.sql
  #graph = this.#restored()
  /** Only in memory: who waits asks again every few seconds. */
  #queue: Queue = []

  async tell(event: GraphEvent): Promise<Advance> {
    return this.#advance(event, Date.now())
  }

  async agent(id: string): Promise<AgentNode | null> {
    return nodeOf(this.#graph, id)
  }

  async list(): Promise<{ nodes: readonly AgentNode[]; edges: readonly Edge[] }> {
    return { nodes: nodesOf(this.#graph), edges: edgesOf(this.#graph) }
  }

  async match(wanted: Wanted): Promise<Matched> {
    return matchAgents(this.#graph, wanted, Date.now())
  }

  /** An agent each, with a place there, or a place in the queue. Asking again is safe. */
  async assign(wishes: readonly AgentWish[]): Promise<readonly AgentAnswer[]> {
    const now = Date.now()
    return wishes.map((wish) => {
      const { answer, taken, queue } = assignAgent(this.#graph, this.#queue, wish, now)
      this.#queue = queue
      if (taken) this.#advance({ kind: 'slot-taken', ...taken }, now)
      return answer
    })
  }

  async free(places: readonly FreedPlace[]): Promise<void> {
    const now = Date.now()
    for (const { agent, ...place } of places) this.#advance({ kind: 'slot-freed', id: agent, ...place }, now)
  }

  async draw(format: 'mermaid' | 'dot'): Promise<string> {
    return drawGraph(this.#graph, format, Date.now())
  }

  #advance(event: GraphEvent, now: number): Advance {
    const advanced = advance(this.#graph, event, now)
    if (advanced.kind === 'refused') return advanced
    const { change, before } = advanced
    this.ctx.storage.transactionSync(() => this.#write(change, before))
    this.#graph = graphAfter(this.#graph, change)
    if (change.node && FREEING.has(event.kind)) this.#serve(change.node, event.kind === 'agent-put', now)
    return advanced
  }

  /** Tells runs that wait of an agent's places, as well as it can: they ask again anyway. */
  #serve(node: AgentNode, isAny: boolean, now: number): void {
    const { runs, queue } = served(this.#queue, isAny ? null : node.card.id, placesAt(node, now), now)
    this.#queue = queue
    if (runs.size === 0) return
    const told = Array.from(runs, (run) => this.env.RUNS.getByName(run).slotFreed())
    this.ctx.waitUntil(Promise.allSettled(told))
  }

  #write({ id, node, edge }: Change, before: AgentNode | null): void {
    this.#writeSlots(id, node?.slots ?? [], before?.slots ?? [])
    if (node === null) this.#sql.exec('delete from edges where from_id = ? or to_id = ?', id, id)
    if (node === null && !STARTERS.has(id)) this.#sql.exec('delete from nodes where id = ?', id)
    else if (!node || !isSameRow(node, before))
      this.#sql.exec('insert or replace into nodes values (?, ?)', id, JSON.stringify(rowOf(node)))
    if (!edge) return
    const { from, to } = edge
    this.#sql.exec('insert or replace into edges values (?, ?, ?)', from, to, JSON.stringify(edge))
  }

  #writeSlots(id: string, slots: readonly Slot[], before: readonly Slot[]): void {
    for (const { holder } of before.filter((slot) => !slots.includes(slot)))
      this.#sql.exec('delete from slots where agent = ? and holder = ?', id, holder)
    for (const slot of slots.filter((one) => !before.includes(one)))
      this.#sql.exec('insert or replace into slots values (?, ?, ?)', id, slot.holder, JSON.stringify(slot))
  }

  #restored(): Graph {
    this.#sql.exec(`create table if not exists nodes (id text primary key, body text not null) without rowid;
      create table if not exists edges (from_id text, to_id text, body text not null, primary key (from_id, to_id))
        without rowid;
      create table if not exists slots (agent text, holder text, body text not null, primary key (agent, holder))
        without rowid;`)
    const rows = this.#sql.exec<{ id: string; body: string }>('select id, body from nodes').toArray()
    const edges = this.#sql.exec<{ body: string }>('select body from edges').toArray()
    const nodes = new Map(rows.map(({ id, body }) => [id, nodeIn(body)]))
    const graph = { nodes, edges: new Map(edges.map(({ body }) => edgeIn(body))) }
    for (const { agent, body } of this.#sql.exec<{ agent: string; body: string }>(
      'select agent, body from slots',
    )) {
      const slot: Slot = JSON.parse(body)
      const node = nodeOf(graph, agent)
      if (node) nodes.set(agent, { ...node, slots: [...node.slots, slot] })
    }
    return graph
  }
}

/** What is kept of a node in its row: slots have rows of their own. */
function rowOf(node: AgentNode | null): AgentNode | null {
  return node && { ...node, slots: [] }
}

/** Events leave what they do not change as it is. */
function isSameRow(node: AgentNode, before: AgentNode | null): boolean {
  if (!before) return false
  const known = Object.values({ ...before, slots: null })
  return Object.values({ ...node, slots: null }).every((value, at) => value === known[at])
}

function edgeIn(body: string): [string, Edge] {
  const edge: Edge = JSON.parse(body)
  return [edgeKey(edge.from, edge.to), edge]
}

/** The starter team's cards are those of this version. */
function nodeIn(body: string): AgentNode | null {
  const node: AgentNode | null = JSON.parse(body)
  const card = node?.isStarter === true ? STARTERS.get(node.card.id)?.card : undefined
  return node && { ...node, card: card ?? node.card, slots: [], failures: node.failures ?? NO_FAILURES }
}
