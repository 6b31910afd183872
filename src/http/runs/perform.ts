import { type AttemptIo, type AttemptOrder, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import type { Env } from '../../env.ts'

/** Makes one attempt at a task. What goes wrong is its outcome. */
export async function perform(_env: Env, _order: AttemptOrder, _io: AttemptIo): Promise<AttemptOutcome> {
  const failure = { code: 'not_supported', message: 'Nobody does this yet' }
  return { kind: 'failed', reason: 'error', failure, isFinal: true, cost: NO_COST, partial: null }
}
