import { LaneObject } from '../../runs/lane-object.ts'
import type { AttemptIo, AttemptOrder, AttemptOutcome } from '../../runs/attempt.ts'
import type { Env } from '../../env.ts'
import { perform } from './perform.ts'

/** Lanes of this Worker, which make attempts as everything else is answered. */
export class AttemptObject extends LaneObject<Env> {
  protected override perform(order: AttemptOrder, io: AttemptIo): Promise<AttemptOutcome> {
    return perform(this.env, order, io)
  }
}
