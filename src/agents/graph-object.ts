import { DurableObject } from 'cloudflare:workers'
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
import type { AgentNode, Edge } from './node.ts'
import { STARTERS } from './starter-team.ts'

/**
 * The agents of one tenant, and what is known of their work: in memory, with each change on disk before its answer leaves.
 * Leases end by the clock, whenever somebody looks.
 */
export class GraphObject extends DurableObject {
  readonly #sql = this.ctx.storage.sql
  #graph = this.#restored()

  async tell(event: GraphEvent): Promise<Advance> {
    const advanced = advance(this.#graph, event, Date.now())
    if (advanced.kind === 'changed') this.#keep(advanced.change)
    return advanced
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

  async draw(format: 'mermaid' | 'dot'): Promise<string> {
    return drawGraph(this.#graph, format, Date.now())
  }

  #keep(change: Change): void {
    this.ctx.storage.transactionSync(() => this.#write(change))
    this.#graph = graphAfter(this.#graph, change)
  }

  #write({ id, node, edge }: Change): void {
    if (node === null) this.#sql.exec('delete from edges where from_id = ? or to_id = ?', id, id)
    if (node === null && !STARTERS.has(id)) this.#sql.exec('delete from nodes where id = ?', id)
    else this.#sql.exec('insert or replace into nodes values (?, ?)', id, JSON.stringify(node))
    if (!edge) return
    const { from, to } = edge
    this.#sql.exec('insert or replace into edges values (?, ?, ?)', from, to, JSON.stringify(edge))
  }

  #restored(): Graph {
    this.#sql.exec(`create table if not exists nodes (id text primary key, body text not null) without rowid;
      create table if not exists edges (from_id text, to_id text, body text not null, primary key (from_id, to_id))
        without rowid;`)
    const nodes = this.#sql.exec<{ id: string; body: string }>('select id, body from nodes').toArray()
    const edges = this.#sql.exec<{ body: string }>('select body from edges').toArray()
    return {
      nodes: new Map(nodes.map(({ id, body }) => [id, nodeIn(body)])),
      edges: new Map(edges.map(({ body }) => edgeIn(body))),
    }
  }
}

function edgeIn(body: string): [string, Edge] {
  const edge: Edge = JSON.parse(body)
  return [edgeKey(edge.from, edge.to), edge]
}

/** The starter team's cards are those of this version. */
function nodeIn(body: string): AgentNode | null {
  const node: AgentNode | null = JSON.parse(body)
  const card = node?.isStarter === true ? STARTERS.get(node.card.id)?.card : undefined
  return node && card ? { ...node, card } : node
}
