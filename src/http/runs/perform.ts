import { isLarger } from '../../core/json-size.ts'
import type { AgentCard } from '../../agents/card.ts'
import { AppError } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import type { Env } from '../../env.ts'
import type { AttemptIo, AttemptOrder, AttemptOutcome } from '../../runs/attempt.ts'
import { faultOf } from '../../runs/run/settle.ts'
import { RUN_LIMITS } from '../../runs/run/state.ts'
import type { RequestScope } from '../context.ts'
import { askA2aAgent } from './a2a-agent.ts'
import { workAsAggregator } from './aggregate-work.ts'
import { askHttpAgent } from './http-agent.ts'
import { workAsJudge } from './judge-work.ts'
import { askMcpAgent } from './mcp-agent.ts'
import { workWithModel } from './model-work.ts'
import { scopeOfOrder } from './order-scope.ts'
import { limitsFor, type RemoteAgent } from './remote-agent.ts'
import { failed, unusable } from './outcomes.ts'
import { planGoal } from './plan-goal.ts'
import { performTool } from './tool-work.ts'

/** Makes one attempt at a task. What goes wrong is its outcome. */
export async function perform(env: Env, order: AttemptOrder, io: AttemptIo): Promise<AttemptOutcome> {
  try {
    const outcome = await workOn(await scopeOfOrder(env, order, io), order, io)
    if (outcome.kind === 'failed' && io.signal.aborted) return brokenOff(order, outcome)
    return checked(order, outcome)
  } catch (cause) {
    if (cause instanceof AppError) return failed(cause)
    const { runId, task, token } = order
    log('error', { message: 'An attempt broke', runId, task, token, cause })
    return failed({ code: 'internal', message: 'Something went wrong on our side' })
  }
}

const REMOTE: Readonly<Record<Exclude<AgentCard['kind'], 'model'>, RemoteAgent>> = {
  http: askHttpAgent,
  a2a: askA2aAgent,
  mcp: askMcpAgent,
}

async function workOn(scope: RequestScope, order: AttemptOrder, io: AttemptIo): Promise<AttemptOutcome> {
  const { work, agent } = order
  if (agent && agent.kind !== 'model') {
    if (agent.url === null) throw new AppError('not_configured', `The agent '${agent.id}' has no address`)
    const limits = limitsFor(scope, io, order.deadline)
    return REMOTE[agent.kind]({ scope, order, io, agent, url: agent.url, limits })
  }
  switch (work) {
    case 'model':
    case 'agent':
    case 'panel':
      return workWithModel(scope, order, io)
    case 'judge':
      return workAsJudge(scope, order)
    case 'aggregate':
      return workAsAggregator(scope, order)
    case 'plan':
      return planGoal(scope, order)
    case 'tool':
      return performTool(scope, order, io)
  }
}

/** It was taken back, or its time is over: whoever worked on it may say anything then. */
function brokenOff(
  { deadline }: AttemptOrder,
  { cost, partial }: AttemptOutcome & { kind: 'failed' },
): AttemptOutcome {
  return Date.now() < deadline
    ? failed({ code: 'cancelled', message: 'It was taken back' }, { cost, partial })
    : failed({ code: 'timeout', message: 'Its time was over' }, { cost, partial })
}

/** An output that others could not use is none; the next attempt is told what is wrong with it. */
function checked({ outputSchema }: AttemptOrder, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.kind !== 'succeeded') return outcome
  const { output, cost } = outcome
  const fault = faultOf(output, outputSchema)?.message
  if (fault === undefined) return outcome
  return unusable(fault, cost, isLarger(output, RUN_LIMITS.carriedBytes / 2) ? { fault } : { output, fault })
}
