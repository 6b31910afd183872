import { breakerAt, type BreakerState, type Failures, isFailing, NO_FAILURES, probedFrom } from './breaker.ts'
import type { AgentCard } from './card.ts'
import { type Experience, newExperience, NOTHING_TOLD, type Tally, told } from './experience.ts'

/** What an agent may say of itself. */
export const REPORTED = ['ready', 'busy', 'degraded', 'draining'] as const
type Reported = (typeof REPORTED)[number]

/** `joining`: registered, not heard of yet. `gone`: its lease is over. */
export type AgentStatus = Reported | 'joining' | 'gone'

/**
 * A task that an agent works on, and why this agent was chosen for it. It gives its place back, or loses it at `until`;
 * `takenAt`, too, is Unix ms.
 */
export type Slot = {
  holder: string
  takenAt: number
  until: number
  /** Ids of the agent's skills that fit. */
  skills: readonly string[]
  /** Null, as what it is the product of, where nobody else was thought of. */
  score: number | null
  factors: Readonly<Record<string, number>> | null
  by: 'named' | 'binding' | 'match'
}

/** What comes of a task whose place is lost is learned for as long, in ms: a run says so a little later. */
const LOST_KEPT_MS = 600_000

/** An agent in its tenant's graph. */
export type AgentNode = {
  card: AgentCard
  /** Whether the card is ours, and changes as ours does. */
  isStarter: boolean
  /** Counts its cards. */
  revision: number
  reported: Reported | 'joining'
  /** Whether it was told to take no more. */
  isDraining: boolean
  /** 0..1, as it last said. */
  load: number
  /** Unix ms; null for one that was never heard. */
  heardAt: number | null
  /** Unix ms; null for one that need not report. */
  leaseUntil: number | null
  /** With those that were lost of late. */
  slots: readonly Slot[]
  failures: Failures
  experience: readonly Experience[]
}

/** Who handed work to whom. `handoffs`: ever; `success`: what came of it, 0..1 each. */
export type Edge = { from: string; to: string; handoffs: number; success: Tally }

/** What came of a task. `success`: 0..1. */
export type Outcome = {
  skill: string
  success: number
  latencyMs: number | null
  costUsd: number | null
  /** Who handed it over; null for nobody. */
  from: string | null
}

/** How long an agent that reports without saying so may be silent, in ms. */
export const DEFAULT_LEASE_MS = 60_000

/**
 * A node as its card comes in. What it said stays while its lease runs, and what is known of the skills that it still has;
 * without a lease in its card it counts as there until it first reports.
 */
export function nodeWith(card: AgentCard, before: AgentNode | null, now: number): AgentNode {
  const skills = new Set(card.skills.map(({ id }) => id))
  const isHeard = card.kind !== 'model' && before !== null && before.heardAt !== null
  const heard = isHeard && (before.leaseUntil ?? 0) > now ? before : null
  const leaseUntil = card.leaseMs === null ? null : now + card.leaseMs
  return {
    card,
    isStarter: false,
    revision: (before?.revision ?? 0) + 1,
    reported: heard?.reported ?? (leaseUntil === null ? 'ready' : 'joining'),
    isDraining: false,
    load: heard?.load ?? 0,
    heardAt: before?.heardAt ?? null,
    leaseUntil: heard?.leaseUntil ?? leaseUntil,
    slots: before?.slots ?? [],
    failures: NO_FAILURES,
    experience: before?.experience.filter(({ skill }) => skills.has(skill)) ?? [],
  }
}

/** How an agent is now. @param now Unix ms */
export function statusAt(node: AgentNode, now: number): AgentStatus {
  const { reported, leaseUntil, isDraining, card } = node
  if (leaseUntil !== null && leaseUntil <= now) return 'gone'
  if (isDraining) return 'draining'
  if (reported !== 'ready' && reported !== 'degraded') return reported
  if (openSlots(node, now).length >= card.capacity) return 'busy'
  return isFailing(node.failures, now) ? 'degraded' : reported
}

/**
 * Whether an agent elsewhere is left alone, since all it was given failed. One that runs here never is: its models' hosts
 * are, each by itself, and what is lost of it was lost by us.
 */
export function breakerOf({ card, failures }: AgentNode, now: number): BreakerState {
  return card.kind === 'model' ? 'closed' : breakerAt(failures, now)
}

/** How many tasks more an agent can take now. */
export function placesAt(node: AgentNode, now: number): number {
  const status = statusAt(node, now)
  if ((status !== 'ready' && status !== 'degraded') || node.load >= 1) return 0
  const open = openSlots(node, now)
  const breaker = breakerOf(node, now)
  if (breaker === 'closed') return node.card.capacity - open.length
  const isProbed = open.some(({ takenAt }) => takenAt >= probedFrom(node.failures))
  return breaker === 'half_open' && !isProbed ? 1 : 0
}

/** How much of an agent is taken, 0..1: as it says, or as was given to it, whichever is more. */
export function loadAt(node: AgentNode, now: number): number {
  return Math.min(1, Math.max(node.load, openSlots(node, now).length / node.card.capacity))
}

export function openSlots({ slots }: AgentNode, now: number): readonly Slot[] {
  return slots.filter(({ until }) => until > now)
}

/** All that something may still come of, but for one holder's. */
export function slotsBut({ slots }: AgentNode, holder: string, now: number): readonly Slot[] {
  return slots.filter((slot) => slot.holder !== holder && slot.until + LOST_KEPT_MS > now)
}

export function experienceIn({ experience }: AgentNode, skillId: string): Experience {
  return experience.find(({ skill }) => skill === skillId) ?? newExperience(skillId)
}

/** A node that has learned what came of a task. */
export function nodeAfter(node: AgentNode, outcome: Outcome, now: number): AgentNode {
  const { success, latencyMs, costUsd } = experienceIn(node, outcome.skill)
  const learned: Experience = {
    skill: outcome.skill,
    success: told(success, outcome.success, now),
    latencyMs: outcome.latencyMs === null ? latencyMs : told(latencyMs, outcome.latencyMs, now),
    costUsd: outcome.costUsd === null ? costUsd : told(costUsd, outcome.costUsd, now),
  }
  const others = node.experience.filter(({ skill }) => skill !== outcome.skill)
  return { ...node, experience: [...others, learned] }
}

/** An edge that one task more went along. */
export function edgeAfter(
  edge: Edge | undefined,
  { from, to, success }: { from: string; to: string; success: number },
  now: number,
): Edge {
  return {
    from,
    to,
    handoffs: (edge?.handoffs ?? 0) + 1,
    success: told(edge?.success ?? NOTHING_TOLD, success, now),
  }
}
