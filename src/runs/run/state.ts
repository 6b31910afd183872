/** Where a run is: everything but the values, which are kept beside it and read by their names. */

import type { AgentCard } from '../../agents/card.ts'
import type { AgentBinding } from '../../core/bindings.ts'
import type { Caller } from '../../core/caller.ts'
import type { Plan, RETRY_REASONS } from '../../core/plan.ts'

/** A tool that the caller runs: a task that calls it waits until the caller tells the result. */
export type ClientTool = {
  name: string
  description: string
  /** The JSON Schema of its arguments. */
  parameters: Readonly<Record<string, unknown>>
}

/** What was asked for. Times in Unix ms. */
export type RunRequest = {
  id: string
  caller: Caller
  /** Whose live figures count, as in a request's scope. */
  region: string
  /** Where this Switchyard was called, such as `https://ai.example.com`: agents answer there. */
  origin: string
  goal: string | null
  /** Null: to be made of the goal. Its budget counts either way. */
  plan: Plan | null
  budget: Plan['budget']
  /** What paths that begin with `input` lead into. */
  input: unknown
  /** Ids of the agents that may work on it; null for all. */
  agents: readonly string[] | null
  /** Rules that give its tasks to agents, as `bindingsIn` gives them; absent for none. */
  bindings?: readonly AgentBinding[]
  tools: readonly ClientTool[]
  /** Told of the end; null for nobody. */
  callback: string | null
  sessionId: string | null
  /** The run this one goes on from, whose finished tasks it has. */
  forkOf: string | null
  createdAt: number
}

/** `input_required`: nothing goes on until a person, or the caller, says something. */
export const RUN_STATUSES = [
  'planning',
  'running',
  'paused',
  'input_required',
  'succeeded',
  'failed',
  'cancelled',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]
export const ENDED: ReadonlySet<RunStatus> = new Set(['succeeded', 'failed', 'cancelled'])

/**
 * `pending`: waits for other tasks. `queued`: waits for a place, or an agent. `running`: somebody works on it, or its
 * children are. `waiting`: see `waitingFor`. `retrying`: waits for its next attempt. `blocked`: what it depends on failed.
 */
export const TASK_STATUSES = [
  'pending',
  'queued',
  'running',
  'waiting',
  'retrying',
  'succeeded',
  'failed',
  'skipped',
  'blocked',
  'cancelled',
] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]
export const TASK_ENDED: ReadonlySet<TaskStatus> = new Set([
  'succeeded',
  'failed',
  'skipped',
  'blocked',
  'cancelled',
])

export type Spent = { microUsd: number; tokens: number; attempts: number }
export const NOTHING_SPENT: Spent = { microUsd: 0, tokens: 0, attempts: 0 }

/** Why an attempt, a task or a run failed. `code`: for programs, snake_case; `message`: for people. */
export type RunFailure = { code: string; message: string }

/** Why an attempt did not give a result; `revoked`: it was taken back. */
export type AttemptEnd = (typeof RETRY_REASONS)[number] | 'succeeded' | 'revoked'

/** Who was chosen for an attempt, and why. `factors`: what the score is the product of. */
export type Assignment = {
  card: AgentCard
  score: number | null
  factors: Readonly<Record<string, number>> | null
  /** `binding`: by a rule; `named`: the plan says so; `match`: the best of those that fit. */
  by: 'named' | 'binding' | 'match'
}

/**
 * The one attempt at a task that counts now. `token`: grows with every attempt of a run; a result with another token
 * changes nothing.
 */
export type Attempt = {
  /** From 1. */
  number: number
  token: number
  /** `assigning`: an agent is looked for; `offered`: with a lane; `accepted`: with an agent elsewhere, which will tell. */
  phase: 'assigning' | 'offered' | 'accepted'
  assignment: Assignment | null
  /** Of the lanes of this run; null while an agent is looked for. */
  lane: number | null
  startedAt: number
  /**
   * When it is heard of no longer after this, it is lost. Kept on disk of agents elsewhere only: for lanes, who beat all the
   * time, a restart counts as a sign of life.
   */
  heardAt: number
  /** It ends then, whoever works on it. */
  deadline: number
  /** What it may take of the run's money; null for any. */
  maxMicroUsd: number | null
  /** What it has told of its work since that was last kept; null for nothing. */
  progress: unknown
  /** When that was last kept. Unix ms. */
  progressAt?: number
  /** Who was looked for: the agent of the attempt before, others than those that tried, or anybody (absent). */
  asked?: 'same' | 'others'
}

/** An attempt that is over. */
export type PastAttempt = {
  number: number
  token: number
  agent: string | null
  model: string | null
  end: AttemptEnd
  failure: RunFailure | null
  spent: Spent
  startedAt: number
  endedAt: number
}

/**
 * A task. Keys: an id (`a`); of an item of a map its map's with a number from 0 (`a[3]`); of a task in a subplan its
 * subplan's before it (`s/x`). What a run does besides its plan begins with `$`: `$plan` makes the plan, `$aggregate` makes
 * one of several outputs.
 */
export type TaskState = {
  key: string
  status: TaskStatus
  waitingFor: 'approval' | 'time' | 'input' | 'review' | 'children' | null
  attempt: Attempt | null
  past: readonly PastAttempt[]
  /** When it could begin, first began, and ended. Unix ms. */
  readyAt: number | null
  startedAt: number | null
  endedAt: number | null
  /** Waiting for time, a retry or an agent: when that is over. Unix ms; 0: it is, and only a place is waited for. */
  resumeAt: number | null
  /** Unix ms; the run's where it has none of its own. */
  deadline: number | null
  /** With that of its children. */
  spent: Spent
  failure: RunFailure | null
  /** What is wanted of the caller: the gate's message, or calls of client tools. */
  asks: unknown
  /** Items of a map, once they are known. */
  items: number | null
  /** When it was begun anew: the run's revision by that, and its last token. Earlier attempts count no more as retries. */
  anew?: { revision: number; token: number }
}

export type RunState = {
  request: RunRequest
  /** Null until it was made. */
  plan: Plan | null
  /** How often tasks were begun anew from outside. */
  revision: number
  status: RunStatus
  isPaused: boolean
  tasks: ReadonlyMap<string, TaskState>
  spent: Spent
  /** The last token that was given. */
  token: number
  /** Of the last event. */
  seq: number
  startedAt: number
  endedAt: number | null
  deadline: number
  failure: RunFailure | null
  /** Whether outputs are missing; why is told by the tasks. */
  isPartial: boolean
  /** How many results that came too late were told of; absent for none. */
  staleResults?: number
}

/** Bounds of runs. */
export const RUN_LIMITS = {
  /** Attempts of one run at a time: of further lanes nobody knows. */
  lanes: 6,
  /** As many connections as an object may have open, but one. */
  perLane: 5,
  /** JSON of one output, in bytes: a row of a Durable Object's database holds 2 MB. */
  outputBytes: 1024 * 1024,
  /** JSON of what a whole run gives, or leaves to a fork, in UTF-16 units: objects tell each other at most 32 MiB. */
  joinedChars: 8 * 1024 * 1024,
  /** JSON of what an attempt tells of its work so far, in bytes. */
  progressBytes: 65_536,
  /** How soon an agent is looked for again where all were busy, unless one is free before. */
  busyMs: 5_000,
  /** An attempt is not lost before it was silent this long, whatever the plan says: lanes beat every few seconds. */
  minHeartbeatMs: 15_000,
  /** Ended runs are kept 30 days. */
  keptMs: 2_592_000_000,
  /** Work so far is kept this often. */
  progressMs: 5_000,
  /** JSON of what an attempt leaves to the next one, or is told by the caller, in bytes. */
  carriedBytes: 262_144,
  /** JSON of what a task asks its caller, in bytes. */
  askedBytes: 131_072,
  /** Of the words about a failure. */
  messageChars: 2_000,
  /** Results that came too late, of which the log tells. */
  staleResults: 100,
  /** Events that are told at once, and their data in characters. */
  eventPage: 1_000,
  eventPageChars: 1_000_000,
} as const
