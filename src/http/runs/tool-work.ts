import { type AttemptIo, type AttemptOrder, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import { type CallReceipt, lastCalls, NO_TRANSCRIPT, type Transcript } from '../../runs/tools/transcript.ts'
import type { RequestScope } from '../context.ts'
import { failed } from './outcomes.ts'
import { digestOf, readTranscript, suppliedBy } from './tool-loop.ts'
import type { ToolResult } from './tool-result.ts'
import { toolsFor } from './tools.ts'

/** The one call of such a task. */
const CALL_ID = 'call'

/** Does a task of kind `tool`: its one tool is called with its input. */
export async function performTool(
  scope: RequestScope,
  order: AttemptOrder,
  io: AttemptIo,
): Promise<AttemptOutcome> {
  const { needs, input, carryOver, supplied, idempotencyKey, runId, task } = order
  const [name = ''] = needs.tools
  const toolbox = toolsFor(scope, order)
  const given = input ?? {}
  const fault = toolbox.faultOf(name, given)
  if (fault) return outcomeOf(fault, null)
  const digest = await digestOf(name, given)
  // Arguments may be longer than what is kept of an attempt; its input has them.
  const call: CallReceipt = { id: CALL_ID, name, arguments: '', digest, status: 'begun', result: null }
  if (toolbox.isClient(name)) {
    const results = suppliedBy(supplied)
    if (results?.has(CALL_ID)) return outcomeOf({ status: 'succeeded', output: results.get(CALL_ID) }, null)
    const asks = { tool_calls: [{ id: CALL_ID, name, arguments: given }] }
    return { kind: 'input_required', asks, cost: NO_COST, partial: null }
  }
  const isOnce = toolbox.sideEffect(name, given) === 'once'
  const begun = lastCalls(readTranscript(carryOver)).some((before) => before.digest === digest)
  if (isOnce && begun) {
    const message = 'An attempt before had begun this call, and nobody knows what came of it'
    return outcomeOf({ status: 'unknown', reason: 'error', message }, transcriptOf(call))
  }
  io.progress(transcriptOf(call), true)
  const result = await toolbox.call(name, given, idempotencyKey ?? `${runId}:${task}`)
  // What was told before has a call that waits for an answer: that is over.
  const isOpen = result.status === 'unknown' && isOnce
  return outcomeOf(result, isOpen ? transcriptOf(call) : NO_TRANSCRIPT)
}

function transcriptOf(call: CallReceipt): Transcript {
  return { earlier: [], turns: [{ text: '', calls: [call] }], fault: null }
}

function outcomeOf(result: ToolResult, partial: unknown): AttemptOutcome {
  switch (result.status) {
    case 'succeeded':
      return { kind: 'succeeded', output: result.output ?? null, cost: NO_COST }
    case 'failed': {
      const { code, message, reason, isFinal } = result
      return failed({ code, message }, { reason, isFinal, partial })
    }
    case 'unknown': {
      // Another attempt would not know either.
      const message = `It is not known whether the call was carried out: ${result.message}`
      return failed({ code: 'outcome_unknown', message }, { reason: 'lost', isFinal: true, partial })
    }
  }
}
