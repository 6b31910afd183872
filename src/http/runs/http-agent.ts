import { parsed } from '../../collaborate/read-json.ts'
import { isRecord } from '../../core/canonical-json.ts'
import { usdOrNull } from '../../core/money.ts'
import { present } from '../../core/present.ts'
import { invalidField } from '../../protocols/invalid-field.ts'
import { type AttemptOrder, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import { signatureHeaders } from '../../webhooks/sign.ts'
import { callOutside } from '../../webhooks/call-outside.ts'
import { signingSecret } from '../webhook-secrets.ts'
import { callbackToken } from './callback-token.ts'
import { failed, unusable } from './outcomes.ts'
import { type RemoteAgent, unanswered } from './remote-agent.ts'
import { outcomeOfResult, resultBody } from './remote-result.ts'

const ACCEPTED = 202

/**
 * Posts a task to an agent, signed as the tenant's webhooks are. It answers 200 with its result, or 202 and calls back,
 * with the token it is given, before its attempt's time is over.
 */
export const askHttpAgent: RemoteAgent = async ({ scope, order, url, limits }) => {
  const { env } = scope
  const id = idOf(order)
  const body = JSON.stringify(bodyOf(order, await callbackToken(env, order)))
  const secret = await signingSecret(env, order.caller.tenantId)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Switchyard',
    'idempotency-key': order.idempotencyKey ?? id,
    ...(await signatureHeaders(secret, { id, body }, Date.now())),
  }
  const called = await callOutside(url, { method: 'POST', headers, body }, limits)
  if (called.kind === 'failed') return unanswered(called)
  if (called.status === ACCEPTED) return { kind: 'accepted', cost: NO_COST }
  return called.whole
    ? outcomeOf(called.status, called.text)
    : unusable('The agent says too much', NO_COST, null)
}

/** The same for an attempt however often it is asked. */
export function idOf({ runId, task, token }: AttemptOrder): string {
  return `${runId}:${task}:${token}`
}

function bodyOf(order: AttemptOrder, token: string): object {
  const { runId, task, goal, title, input, context, carryOver, supplied, origin } = order
  const attempt = `${origin}/v1/runs/${encodeURIComponent(runId)}/attempts/${order.token}`
  return {
    ...present({ goal, title, carry_over: carryOver, supplied, output_schema: order.outputSchema }),
    ...present({ idempotency_key: order.idempotencyKey, max_cost_usd: usdOrNull(order.maxMicroUsd) }),
    run: runId,
    task,
    attempt: order.token,
    input,
    context,
    deadline: new Date(order.deadline).toISOString(),
    heartbeat_ms: order.heartbeatMs,
    callback: { result_url: `${attempt}/result`, heartbeat_url: `${attempt}/heartbeat`, token },
  }
}

function outcomeOf(status: number, text: string): AttemptOutcome {
  const body = parsed(text)
  const said = resultBody.safeParse(body)
  const isFailing = status < 200 || status >= 300
  if (said.success && (!isFailing || said.data.error)) return outcomeOfResult(said.data)
  if (isFailing) return failed({ code: 'agent_failed', message: `The agent answered ${status}` })
  const fault = isRecord(body) && !said.success ? invalidField(said.error).message : 'it is no JSON object'
  return unusable(`The agent's answer cannot be read: ${fault}`, NO_COST, null)
}
