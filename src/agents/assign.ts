import { type AgentBinding, boundAgent } from '../core/bindings.ts'
import type { AgentCard } from './card.ts'
import { type Graph, nodeOf, nodesOf } from './graph.ts'
import { type Against, matchAgents, type Matched, type Ranked, type Wanted } from './match.ts'
import { openSlots, type Outcome, placesAt, type Slot } from './node.ts'
import { aheadOf, type Queue, queuedIn, WAITING_MS, without } from './waiting.ts'

/** An attempt that wants an agent. Times in Unix ms. */
export type AgentWish = {
  wanted: Wanted
  /** The one it must be; null for the best that fits. Words of a goal and `exclude` do not count then. */
  agent: string | null
  /** Ids of those it may be, hidden ones among them; null for all that are not hidden. */
  only: readonly string[] | null
  /** Rules that come before the best that fits, as `bindingsIn` gives them. Those of agents that were tried are over. */
  bindings: readonly AgentBinding[]
  /** Who holds the place, such as `<name of the run>:<token>`. Who asks again is given the same agent. */
  holder: string
  /** Name of the run's object, which is told when there may be a place, and the task that waits for it. */
  run: string
  task: string
  /** Who waits with a higher one is served first, then who came first. */
  priority: number
  /** The place is lost then. */
  until: number
}

/** Who was chosen, and why. `skills`: ids of its skills that fit; `factors`: what the score is the product of. */
type AgentAssignment = {
  card: AgentCard
  skills: readonly string[]
  score: number | null
  factors: Readonly<Record<string, number>> | null
  by: Slot['by']
}

/** `busy`: who fits has no place now, and `position` others are before it. `none`: nobody fits. `why`: for people. */
export type AgentAnswer =
  | { kind: 'assigned'; assignment: AgentAssignment }
  | { kind: 'busy'; position: number; why: string }
  | { kind: 'none'; why: string }

/**
 * A place that is given back; once more does nothing. `outcome`: what came of the work, which is learned where the holder
 * still had the place; null where that says nothing of the agent. Where its `skill` is none of the agent's, such as `''`
 * or a tag, the skills it was chosen for learn.
 */
export type FreedPlace = { agent: string; holder: string; outcome: Outcome | null }

/** What is there no more, or has no place, may be there again while somebody waits. */
const PASSING: ReadonlySet<Against['reason']> = new Set(['busy', 'breaker_open', 'joining', 'gone'])
/** Agents that an explanation names. */
const EXPLAINED = 5

/** An answer, with the slot it takes, and the queue after it. */
export type Assigned = { answer: AgentAnswer; taken: { id: string; slot: Slot } | null; queue: Queue }

/** Chooses an agent for an attempt; `by` whom it is chosen. @param now Unix ms */
export function assignAgent(graph: Graph, queue: Queue, wish: AgentWish, now: number): Assigned {
  const held = heldBy(graph, wish.holder, now)
  if (held) return { answer: { kind: 'assigned', assignment: held }, taken: null, queue }
  const { task, exclude } = wish.wanted
  const untried = wish.bindings.filter(({ agent }) => !exclude.includes(agent))
  const bound = wish.agent === null ? boundAgent(untried, task) : null
  const one = wish.agent ?? bound
  const matched = one === null ? matchedBy(graph, wish, now) : matchedOne(graph, wish, one, now)
  const waiters = matched.excluded.filter(({ against }) => against.every(({ reason }) => PASSING.has(reason)))
  const fits = [...matched.ranked, ...waiters].map(({ id }) => id)
  if (fits.length === 0) {
    return { answer: { kind: 'none', why: whyNone(matched, one) }, taken: null, queue: without(queue, wish) }
  }
  const ahead = aheadOf(queue, wish, now)
  const places = placesFor(graph, ahead, matched.ranked, now)
  const best = matched.ranked.find(({ id }) => (places.get(id) ?? 0) > 0)
  const card = best && nodeOf(graph, best.id)?.card
  if (!best || !card) {
    const { run, task: name, priority } = wish
    const waiting = { run, task: name, priority, fits, until: now + WAITING_MS }
    const why = whyBusy(fits, waiters)
    const answer: AgentAnswer = { kind: 'busy', position: ahead.length, why }
    return { answer, taken: null, queue: queuedIn(queue, waiting, now) }
  }
  const by = wish.agent === null ? (bound === null ? 'match' : 'binding') : 'named'
  const isScored = by === 'match'
  const reasons = {
    skills: best.skills,
    score: isScored ? best.score : null,
    factors: isScored ? best.factors : null,
    by,
  } as const
  const slot = { holder: wish.holder, takenAt: now, until: wish.until, ...reasons }
  const answer: AgentAnswer = { kind: 'assigned', assignment: { card, ...reasons } }
  return { answer, taken: { id: best.id, slot }, queue: without(queue, wish) }
}

function heldBy(graph: Graph, holder: string, now: number): AgentAssignment | null {
  for (const node of nodesOf(graph)) {
    const slot = openSlots(node, now).find((one) => one.holder === holder)
    if (!slot) continue
    const { skills, score, factors, by } = slot
    return { card: node.card, skills, score, factors, by }
  }
  return null
}

function matchedBy(graph: Graph, { wanted, only }: AgentWish, now: number): Matched {
  return matchAgents(graph, { ...wanted, limit: Infinity }, now, only)
}

/** Whether one agent can do it: what its words are about does not matter then, nor whether it was tried. */
function matchedOne(graph: Graph, { wanted, only }: AgentWish, id: string, now: number): Matched {
  if (only && !only.includes(id))
    return { ranked: [], excluded: [{ id, against: [{ reason: 'not_listed' }] }] }
  const task = { ...wanted.task, goal: null }
  const { ranked, excluded } = matchAgents(graph, { ...wanted, task, limit: Infinity, exclude: [] }, now, [
    id,
  ])
  return { ranked, excluded: excluded.filter((other) => other.id === id) }
}

/** How many places agents have for one that comes after all that wait before it. */
function placesFor(graph: Graph, ahead: Queue, ranked: readonly Ranked[], now: number): Map<string, number> {
  const places = new Map<string, number>()
  const left = (id: string) => {
    const node = nodeOf(graph, id)
    const known = places.get(id) ?? (node ? placesAt(node, now) : 0)
    places.set(id, known)
    return known
  }
  let open = ranked.reduce((sum, { id }) => sum + left(id), 0)
  const mine = new Set(ranked.map(({ id }) => id))
  for (const { fits } of ahead) {
    if (open === 0) break
    const taken = fits.find((id) => left(id) > 0)
    if (taken === undefined) continue
    places.set(taken, left(taken) - 1)
    if (mine.has(taken)) open -= 1
  }
  return places
}

function whyNone({ excluded }: Matched, one: string | null): string {
  if (one !== null && excluded.length === 0) return `There is no agent '${one}'`
  const nearest = excluded.toSorted((a, b) => a.against.length - b.against.length)
  return `No agent fits: ${listed(nearest)}`
}

function whyBusy(fits: readonly string[], waiters: Matched['excluded']): string {
  if (waiters.length === 0) return `Others wait for ${fits.slice(0, EXPLAINED).join(', ')}`
  return `Nobody who fits has a place: ${listed(waiters)}`
}

function listed(agents: Matched['excluded']): string {
  const told = agents
    .slice(0, EXPLAINED)
    .map(({ id, against }) => `${id} (${against.map(worded).join(', ')})`)
  const more = agents.length - told.length
  return told.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function worded({ reason, missing }: Against): string {
  return missing ? `${reason}: ${missing.join(' ')}` : reason
}
