import { DurableObject } from 'cloudflare:workers'
import type { AttemptIo, AttemptOrder, AttemptOutcome } from './attempt.ts'

/** One lane of a run: makes a few attempts at a time, tells the run that they go on, and what came of them. */
export abstract class LaneObject<E = unknown> extends DurableObject<E> {
  /** Makes an attempt. It never throws for what can happen to an attempt: that is an outcome. */
  protected abstract perform(order: AttemptOrder, io: AttemptIo): Promise<AttemptOutcome>

  /** Keeps orders and begins them. An order that is known already is begun once. */
  async offer(_orders: readonly AttemptOrder[]): Promise<void> {
    throw new Error('To be built')
  }

  /** Takes attempts back: what they give is told to nobody. */
  async revoke(_tokens: readonly number[]): Promise<void> {
    throw new Error('To be built')
  }
}
