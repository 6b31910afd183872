import type { Modality } from '../core/demand.ts'
import { thousandths } from '../core/thousandths.ts'
import { type AgentCard, type Skill, TRUST_LEVELS } from './card.ts'
import { expected, type Prior } from './experience.ts'
import { byText, edgeKey, type Graph, nodesOf } from './graph.ts'
import { type AgentNode, breakerOf, experienceIn, loadAt, placesAt, statusAt } from './node.ts'
import { foldText, wordsOf } from './words.ts'

/** What is to be done. With skills the goal's words do not count. */
type Task = {
  goal: string | null
  /** Ids or tags of skills, all of which are wanted. */
  skills: readonly string[]
  /** What it must be able to take. */
  modalities: readonly Modality[]
  tools: readonly string[]
  /** Tokens; null for any. */
  minContext: number | null
  /** The least; null for any. */
  trust: AgentCard['trust'] | null
}

/** `from`: who would hand the task over; null for nobody. `exclude`: ids of agents that were tried. */
export type Wanted = { task: Task; limit: number; exclude: readonly string[]; from: string | null }

/** What a score is the product of. */
type Factors = Readonly<
  Record<'ability' | 'success' | 'free' | 'cost' | 'latency' | 'edge' | 'health', number>
>

/** `skills`: ids of those that fit. `score`: 0..1.5, in thousandths. */
export type Ranked = { id: string; skills: readonly string[]; score: number; factors: Factors }

/** One reason against an agent. `missing`: what it has not. */
export type Against = {
  reason:
    | 'excluded'
    | 'not_listed'
    | 'hidden'
    | 'skills'
    | 'goal'
    | 'modalities'
    | 'tools'
    | 'context'
    | 'trust'
    | 'joining'
    | 'gone'
    | 'draining'
    | 'busy'
    | 'breaker_open'
  missing?: readonly string[]
}

/** Who fits, best first, and why the others do not. Nobody fitting is an answer. */
export type Matched = {
  ranked: readonly Ranked[]
  excluded: readonly { id: string; against: readonly Against[] }[]
}

/** Agents nobody knows succeed at four tasks of five, by the weight of five tasks. */
const SUCCESS: Prior = { mean: 0.8, weight: 5 }
/** What a card says counts as five tasks; where it says nothing, a cent and ten seconds count as one. */
const HINT_WEIGHT = 5
const UNKNOWN = { costUsd: 0.01, latencyMs: 10_000 }
/** A dollar more, or a minute, halves a score. */
const HALVING = { costUsd: 1, latencyMs: 60_000 }
/** A pair that nobody has seen together is as good as one that succeeds half of the time. */
const HANDOFF: Prior = { mean: 0.5, weight: 5 }
const DEGRADED = 0.5

/**
 * The agents for a task: hard filters, then `ability × success × (1 − load) × cost × latency × edge × health`; of equal
 * scores the higher priority is first, then the lower id.
 *
 * @param now Unix ms
 * @param only ids of those it may be, hidden ones among them; null for all that are not hidden
 */
export function matchAgents(
  graph: Graph,
  { task, limit, exclude, from }: Wanted,
  now: number,
  only: readonly string[] | null = null,
): Matched {
  const nodes = nodesOf(graph)
  const fit = task.skills.length === 0 && task.goal !== null ? goalFit(task.goal, nodes) : needFit(task)
  const ranked: { priority: number; one: Ranked }[] = []
  const excluded: { id: string; against: readonly Against[] }[] = []
  for (const node of nodes) {
    const { id, priority } = node.card
    const fitting = fit(node.card)
    const against = [
      ...(exclude.includes(id) ? [{ reason: 'excluded' } as const] : []),
      ...(isListed(node, only) ? [] : [{ reason: only ? 'not_listed' : 'hidden' } as const]),
      ...(fitting.against ? [fitting.against] : []),
      ...reasonsAgainst(node, task, now),
    ]
    if (against.length > 0) {
      excluded.push({ id, against })
      continue
    }
    const factors = factorsOf(graph, node, fitting, from, now)
    const score = thousandths(Object.values(factors).reduce((all, one) => all * one, 1))
    ranked.push({ priority, one: { id, skills: fitting.skills, score, factors } })
  }
  ranked.sort((a, b) => b.one.score - a.one.score || b.priority - a.priority || byText(a.one.id, b.one.id))
  return { ranked: ranked.slice(0, limit).map(({ one }) => one), excluded }
}

/** How an agent's skills fit a task: those that do, and how well, 0..1. */
type Fit = { skills: readonly string[]; ability: number; against: Against | null }

/** By named skills: the mean of the levels it has them at. */
function needFit({ skills: wanted }: Task): (card: AgentCard) => Fit {
  const names = wanted.map(foldText)
  return ({ skills }) => {
    const found = names.map((name) => bestNamed(skills, name))
    const missing = wanted.filter((_, at) => !found[at])
    if (missing.length > 0) return { skills: [], ability: 0, against: { reason: 'skills', missing } }
    const all = found.flatMap((skill) => skill ?? [])
    const levels = all.reduce((sum, { level }) => sum + level, 0)
    const ids = [...new Set(all.map(({ id }) => id))]
    return { skills: ids, ability: all.length > 0 ? levels / all.length : 1, against: null }
  }
}

function bestNamed(skills: readonly Skill[], name: string): Skill | null {
  const named = skills.filter(({ id, tags }) => id === name || tags.some((tag) => foldText(tag) === name))
  return named.reduce<Skill | null>((best, one) => (best && best.level >= one.level ? best : one), null)
}

/**
 * By a goal's words: the share of them that the best skill knows, each counted by how few skills know it (its inverse
 * document frequency), times the skill's level. Words that no skill knows say nothing.
 */
function goalFit(goal: string, nodes: readonly AgentNode[]): (card: AgentCard) => Fit {
  const asked = wordsOf(goal)
  const knowing = new Map<string, number>()
  const hits = new Map(nodes.map(({ card }) => [card, skillsIn(card).map((one) => hitBy(one, asked))]))
  for (const { words } of [...hits.values()].flat()) {
    for (const word of words) knowing.set(word, (knowing.get(word) ?? 0) + 1)
  }
  const skills = nodes.reduce((sum, { card }) => sum + card.skills.length, 0)
  const weightOf = (words: Iterable<string>) =>
    Iterator.from(words).reduce((sum, word) => sum + Math.log(1 + skills / (knowing.get(word) ?? 1)), 0)
  const all = weightOf(knowing.keys())
  return (card) => {
    let best = { id: '', ability: 0 }
    for (const { skill, words } of hits.get(card) ?? []) {
      const ability = words.size > 0 ? (skill.level * weightOf(words)) / all : 0
      if (ability > best.ability) best = { id: skill.id, ability }
    }
    if (best.ability === 0) return { skills: [], ability: 0, against: { reason: 'goal' } }
    return { skills: [best.id], ability: best.ability, against: null }
  }
}

/** What of a goal's words a skill knows. */
function hitBy({ skill, words }: KnownSkill, asked: ReadonlySet<string>): KnownSkill {
  return { skill, words: asked.intersection(words) }
}

type KnownSkill = { skill: Skill; words: ReadonlySet<string> }
const read = new WeakMap<AgentCard, readonly KnownSkill[]>()

/** A card's skills with the words that speak for them, read once. */
function skillsIn(card: AgentCard): readonly KnownSkill[] {
  const known = read.get(card)
  if (known) return known
  const skills = card.skills.map((skill) => {
    const texts = [skill.id, skill.description, ...skill.tags, ...skill.examples, card.name, card.description]
    return { skill, words: wordsOf(texts.join(' ')) }
  })
  read.set(card, skills)
  return skills
}

function isListed({ card }: AgentNode, only: readonly string[] | null): boolean {
  return only ? only.includes(card.id) : card.visibility !== 'hidden'
}

function reasonsAgainst(node: AgentNode, task: Task, now: number): Against[] {
  const { card } = node
  const { minContext, trust } = task
  const against: Against[] = []
  const lacks = (reason: Against['reason'], wanted: readonly string[], has: readonly string[]) => {
    const missing = wanted.filter((one) => !has.includes(one))
    if (missing.length > 0) against.push({ reason, missing })
  }
  lacks('modalities', task.modalities, card.input)
  // A model is given the tools of its task.
  if (card.kind !== 'model') lacks('tools', task.tools, card.tools)
  if (
    minContext !== null &&
    ((card.maxContext ?? Infinity) < minContext || (card.minContext ?? 0) > minContext)
  )
    against.push({ reason: 'context' })
  if (trust !== null && TRUST_LEVELS.indexOf(card.trust) < TRUST_LEVELS.indexOf(trust))
    against.push({ reason: 'trust' })
  const status = statusAt(node, now)
  if (status !== 'ready' && status !== 'degraded') against.push({ reason: status })
  else if (breakerOf(node, now) !== 'closed' && placesAt(node, now) < 1)
    against.push({ reason: 'breaker_open' })
  else if (loadAt(node, now) >= 1) against.push({ reason: 'busy' })
  return against
}

function factorsOf(
  graph: Graph,
  node: AgentNode,
  { ability, skills }: Fit,
  from: string | null,
  now: number,
): Factors {
  const { id, costUsd, latencyMs } = node.card
  const known = (skills.length > 0 ? skills : ['']).map((skill) => experienceIn(node, skill))
  const mean = (field: 'success' | 'costUsd' | 'latencyMs', prior: Prior) =>
    known.reduce((sum, one) => sum + expected(one[field], prior, now), 0) / known.length
  const edge = from === null ? undefined : graph.edges.get(edgeKey(from, id))
  return {
    ability,
    success: mean('success', SUCCESS),
    free: 1 - loadAt(node, now),
    cost: 1 / (1 + mean('costUsd', hint(costUsd, UNKNOWN.costUsd)) / HALVING.costUsd),
    latency: 1 / (1 + mean('latencyMs', hint(latencyMs, UNKNOWN.latencyMs)) / HALVING.latencyMs),
    edge: edge ? 0.5 + expected(edge.success, HANDOFF, now) : 1,
    health: statusAt(node, now) === 'degraded' ? DEGRADED : 1,
  }
}

function hint(said: number | null, otherwise: number): Prior {
  return said === null ? { mean: otherwise, weight: 1 } : { mean: said, weight: HINT_WEIGHT }
}
