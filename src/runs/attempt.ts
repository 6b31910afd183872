/** What a run asks of a lane, and what comes back. */

import type { AgentCard } from '../agents/card.ts'
import type { Caller } from '../core/caller.ts'
import type { VerifyWish } from '../core/collaboration.ts'
import type { Plan, RETRY_REASONS, TaskBody } from '../core/plan.ts'
import type { ClientTool, RunFailure } from './run/state.ts'

/** One attempt at one task, with everything that is needed to make it. Times in Unix ms. */
export type AttemptOrder = {
  runId: string
  caller: Caller
  region: string
  origin: string
  task: string
  token: number
  number: number
  /** `plan`: a plan is to be made of the goal; `aggregate`: one output of several. */
  work: 'model' | 'agent' | 'tool' | 'panel' | 'judge' | 'plan' | 'aggregate'
  title: string | null
  goal: string | null
  /** With references resolved. Of a task without one: the outputs of what it depends on, by id. */
  input: unknown
  /** What else it is told, besides: the run's finished outputs, or those it asked for. */
  context: readonly { name: string; value: unknown }[]
  needs: TaskBody['needs']
  outputSchema: TaskBody['outputSchema']
  verify: VerifyWish | null
  /** Of `aggregate`. */
  aggregate: 'judge' | 'reduce' | null
  /** Who works on it; null where no agent is asked. */
  agent: AgentCard | null
  /** Of `plan`: agents that may be planned with; null for all. */
  agents: readonly string[] | null
  tools: readonly ClientTool[]
  /** What the caller told since the attempt before asked: results of its client tools. */
  supplied: unknown
  /** What the attempt before had done; null for nothing. */
  carryOver: unknown
  /** The same for every attempt at a task whose effect must happen once; null for others. */
  idempotencyKey: string | null
  maxMicroUsd: number | null
  /** Tokens that are left to the run; null for any. */
  maxTokens: number | null
  deadline: number
  heartbeatMs: number
  sessionId: string | null
}

/** What an attempt took. `model`: who answered it, null where no model did. */
export type AttemptCost = { microUsd: number; tokens: number; model: string | null }
export const NO_COST: AttemptCost = { microUsd: 0, tokens: 0, model: null }

export type AttemptOutcome =
  /** `plan`: of the work `plan`; `note`: why it is this plan. */
  | { kind: 'succeeded'; output: unknown; cost: AttemptCost; plan?: Plan; note?: PlanNote }
  /** `isFinal`: another attempt would not do better. `partial`: what the next one may go on with. */
  | {
      kind: 'failed'
      reason: (typeof RETRY_REASONS)[number]
      failure: RunFailure
      isFinal: boolean
      cost: AttemptCost
      partial: unknown
    }
  /** An agent elsewhere works on it and will tell. */
  | { kind: 'accepted'; cost: AttemptCost }
  /** Client tools are to be called, or the caller is asked something; `partial`: what it then goes on with. */
  | { kind: 'input_required'; asks: unknown; cost: AttemptCost; partial: unknown }

/** Why a goal became this plan. */
type PlanNote = {
  source: 'planner' | 'single_task'
  topology: string
  reason: string
}

/** What making an attempt needs of the world. */
export type AttemptIo = {
  /** Aborted when the attempt is taken back, or its time is over. */
  signal: AbortSignal
  background: (work: Promise<unknown>) => void
  /**
   * Tells the run of work so far: what another attempt may go on with. `isVital`: kept on disk before anything is asked of
   * the network again, as what must not be done twice is begun now.
   */
  progress: (partial: unknown, isVital?: boolean) => void
}
