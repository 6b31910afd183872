import { DurableObject } from 'cloudflare:workers'
import type { RunInput, RunRefusal } from './run/advance.ts'
import type { RunEvent } from './run/events.ts'
import type { RunRequest, RunState } from './run/state.ts'

/** A run as it is read. `output`: what it gave, or has given so far; null for nothing. */
export type RunView = { state: RunState; output: unknown }
/** `known`: it was begun before, by the same request. `conflict`: by another. */
export type Begun = { kind: 'begun' | 'known'; view: RunView } | { kind: 'conflict' }
export type Told = { kind: 'done' } | { kind: 'refused'; why: RunRefusal | 'unknown_run' }

/** What is kept of another run's finished tasks for one that goes on from it. */
export type KeptTasks = { tasks: RunState['tasks']; values: readonly { name: string; value: unknown }[] }

/** One run of one tenant: the plan, its tasks, the log. It never waits for a model. */
export class RunObject extends DurableObject {
  /** @param digest of what was asked for: equal for equal requests */
  async begin(_request: RunRequest, _digest: string, _kept: KeptTasks | null): Promise<Begun> {
    throw new Error('To be built')
  }

  /** Null for a run that was never begun, or is kept no more. */
  async view(): Promise<RunView | null> {
    throw new Error('To be built')
  }

  /** The run when it has ended, or as it is after `ms`. */
  async viewAtEnd(_ms: number): Promise<RunView | null> {
    throw new Error('To be built')
  }

  /** Events after `seq`, at least one unless `waitMs` passes before, or it has ended. Null for no such run. */
  async eventsAfter(
    _seq: number,
    _waitMs: number,
  ): Promise<{ events: readonly RunEvent[]; hasEnded: boolean } | null> {
    throw new Error('To be built')
  }

  /** A kept value by its name; undefined for none. */
  async value(_name: string): Promise<unknown> {
    throw new Error('To be built')
  }

  async tell(_input: RunInput): Promise<Told> {
    throw new Error('To be built')
  }

  /** What a run that is to go on from here has of this one; null for no such run. @param from a task to be done anew, with all after it */
  async kept(_from: string | null): Promise<KeptTasks | null> {
    throw new Error('To be built')
  }

  /** Signs of life. @returns the tokens that count no longer */
  async heard(_beats: readonly { token: number; progress?: unknown }[]): Promise<readonly number[]> {
    throw new Error('To be built')
  }

  /** An agent of this tenant may be free again. */
  async slotFreed(): Promise<void> {
    throw new Error('To be built')
  }
}
