import type { AgentCard } from '../../agents/card.ts'
import { configOf } from '../../env.ts'
import type { AttemptIo, AttemptOrder, AttemptOutcome } from '../../runs/attempt.ts'
import { RUN_LIMITS } from '../../runs/run/state.ts'
import type { OutsideAnswer, OutsideLimits } from '../../webhooks/call-outside.ts'
import type { RequestScope } from '../context.ts'
import { failed, type FailedOutcome } from './outcomes.ts'
import { ROOM_BYTES } from './remote-result.ts'

/** What an agent elsewhere is asked with. `url`: where it is. */
export type RemoteOrder = {
  scope: RequestScope
  order: AttemptOrder
  io: AttemptIo
  agent: AgentCard
  url: string
  limits: OutsideLimits
}

/** Has an agent elsewhere do a task. */
export type RemoteAgent = (remote: RemoteOrder) => Promise<AttemptOutcome>

/** How long an agent elsewhere may take to answer, and how much it may say. @param deadline Unix ms */
export function limitsFor({ env }: RequestScope, { signal }: AttemptIo, deadline: number): OutsideLimits {
  return {
    timeoutMs: Math.max(1, deadline - Date.now()),
    maxBytes: RUN_LIMITS.outputBytes + ROOM_BYTES,
    allowLoopback: configOf(env).simulatedHostsUrl !== null,
    maxRedirects: 0,
    signal,
  }
}

/**
 * A call that came to nothing. An agent that cannot be reached is as one that is heard of no longer: others are asked, and
 * what must not be done twice may have been done.
 */
export function unanswered({ reason, message }: Extract<OutsideAnswer, { kind: 'failed' }>): FailedOutcome {
  if (reason === 'refused') return failed({ code: 'invalid_agent_url', message }, { isFinal: false })
  if (reason === 'timeout') return failed({ code: 'timeout', message: `The agent gave ${message}` })
  return failed({ code: 'agent_unreachable', message: 'The agent cannot be reached' }, { reason: 'lost' })
}
