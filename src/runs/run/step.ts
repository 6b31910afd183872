import type { Wanted } from '../../agents/match.ts'
import type { Outcome } from '../../agents/node.ts'
import type { AttemptOutcome } from '../attempt.ts'
import type { RunEvent } from './events.ts'
import type { Assignment, RunState } from './state.ts'

/** What a run is told. */
export type RunInput =
  /** Time has passed. */
  | { kind: 'tick' }
  | { kind: 'assigned'; task: string; token: number; assignment: Assignment }
  /** `busy`: who fits has no place now; `none`: nobody fits, `why` says who lacks what. */
  | { kind: 'unassigned'; task: string; token: number; reason: 'busy' | 'none'; why: string }
  /** An agent may be free again. */
  | { kind: 'slot-freed' }
  | { kind: 'heard'; beats: readonly { token: number; progress?: unknown }[] }
  | { kind: 'told'; task: string; token: number; outcome: AttemptOutcome }
  /** Of a gate, or of a task that needs review: then `output` is what it is held to have given. */
  | { kind: 'approved'; task: string; by: string; comment: string | null; output?: unknown }
  | { kind: 'rejected'; task: string; by: string; comment: string | null }
  /** What a task that asked for input is told. */
  | { kind: 'supplied'; task: string; input: unknown }
  /** A failed, blocked or reviewed task, and all after it, begin anew. */
  | { kind: 'task-retried'; task: string }
  | { kind: 'paused' }
  | { kind: 'resumed' }
  | { kind: 'cancelled'; reason: string | null }

/** What is to be done after a step was kept, each until it worked. */
export type RunEffect =
  /** An agent is looked for, and a place with it taken until `until` (Unix ms). */
  | {
      kind: 'assign'
      task: string
      token: number
      wanted: Wanted
      agent: string | null
      priority: number
      until: number
    }
  | { kind: 'offer'; task: string; token: number; lane: number }
  | { kind: 'revoke'; token: number; lane: number }
  /** An agent's place is given back. `outcome`: what came of the work; null where that says nothing of the agent. */
  | { kind: 'free'; agent: string; token: number; outcome: Outcome | null }
  | { kind: 'ended' }

/** A value that is kept beside the state: `output:a`, `item:a[3]` (of a map), `input:s` (of a subplan), `partial:a`, `supplied:a`. */
export type RunValue = { name: string; value: unknown }
/** Reads one; undefined where there is none. */
export type ReadValue = (name: string) => unknown

/** `changed`: keys of tasks that are others now; `isKept`: whether anything has to be kept on disk. */
export type RunStep = {
  state: RunState
  changed: readonly string[]
  events: readonly RunEvent[]
  effects: readonly RunEffect[]
  values: readonly RunValue[]
}

/** Why something cannot be done to a run now. */
export type RunRefusal =
  | 'unknown_task'
  | 'run_ended'
  | 'not_waiting'
  | 'not_retryable'
  | 'not_paused'
  | 'stale'
  | 'too_large'

export type Advanced = ({ kind: 'stepped' } & RunStep) | { kind: 'refused'; why: RunRefusal }
