import * as z from 'zod'
import { parsed } from '../../collaborate/read-json.ts'
import { canonicalJson } from '../../core/canonical-json.ts'
import type { AssistantPart, Message, ToolDefinition } from '../../core/chat.ts'
import { TOOL_LIMITS } from '../../core/tools.ts'
import type { AttemptCost, AttemptIo, AttemptOrder, AttemptOutcome } from '../../runs/attempt.ts'
import { NO_COST } from '../../runs/attempt.ts'
import { faultOf } from '../../runs/run/settle.ts'
import {
  CALL_STATUSES,
  callCount,
  type CallReceipt,
  callsLike,
  cut,
  keptTranscript,
  lastCalls,
  messagesOf,
  NO_TRANSCRIPT,
  toolMessage,
  type Transcript,
  withReceipt,
} from '../../runs/tools/transcript.ts'
import { sha256Hex } from '../../tenants/keys.ts'
import type { Said } from './ask-model.ts'
import { failed, type FailedOutcome, sumOf, unusable } from './outcomes.ts'
import type { ToolResult } from './tool-result.ts'
import type { Toolbox } from './tools.ts'

/**
 * What a model is asked in a loop. `messages`: what follows on the task itself; `mayCall`: whether it may call tools once
 * more; `spent`: what the loop has taken so far.
 */
type LoopQuestion = {
  messages: readonly Message[]
  tools: readonly ToolDefinition[]
  mayCall: boolean
  spent: AttemptCost
}

/** `answer`: what the last words of a model come to. */
type Asking = {
  ask: (question: LoopQuestion) => Promise<Said | FailedOutcome>
  answer: (said: Said) => AttemptOutcome
}

type Loop = {
  order: AttemptOrder
  io: AttemptIo
  toolbox: Toolbox
  transcript: Transcript
  /** Finished calls of the attempts before. */
  carried: readonly CallReceipt[]
  cost: AttemptCost
}

/**
 * Has a model work with tools until it says something without calling one. What was done is told as it happens, and an
 * attempt goes on where the one before was: calls that are over are not made again, and neither are those that must not
 * happen twice and may have happened. A call of a tool that the caller runs ends the attempt with a question.
 */
export async function toolLoop(
  order: AttemptOrder,
  io: AttemptIo,
  toolbox: Toolbox,
  { ask, answer }: Asking,
): Promise<AttemptOutcome> {
  const before = readTranscript(order.carryOver)
  const carried = before.turns.flatMap(({ calls }) => calls).filter(({ status }) => status === 'succeeded')
  const loop: Loop = { order, io, toolbox, transcript: before, carried, cost: NO_COST }
  supply(loop, order.supplied)
  const messages: Message[] = []
  for (let round = 1; ; round += 1) {
    await makeCalls(loop)
    const asked = lastCalls(loop.transcript).filter(({ status }) => status === 'asked')
    if (asked.length > 0) return asks(loop, asked)
    const stop = stopped(loop)
    if (stop) return stop
    if (round === 1) messages.push(...messagesOf(loop.transcript))
    else messages.push(...lastCalls(loop.transcript).map(toolMessage))
    const mayCall = round < TOOL_LIMITS.rounds && callCount(loop.transcript) < TOOL_LIMITS.calls
    const said = await ask({ messages, tools: toolbox.definitions, mayCall, spent: loop.cost })
    loop.cost = sumOf([loop.cost, said.cost])
    if (said.kind === 'failed') return { ...said, cost: loop.cost, partial: kept(loop) }
    if (said.toolCalls.length === 0) return ended(loop, answer(said))
    if (!mayCall)
      return broken(loop, 'too_many_calls', `More than ${TOOL_LIMITS.rounds} rounds of calls`, true)
    messages.push({ role: 'assistant', content: await addTurn(loop, said) })
  }
}

function kept({ transcript }: Loop): Transcript {
  return keptTranscript(transcript)
}

function broken(loop: Loop, code: string, message: string, isFinal: boolean): FailedOutcome {
  return failed({ code, message }, { isFinal, cost: loop.cost, partial: kept(loop) })
}

const isSpent = (spent: number, most: number | null) => most !== null && spent > 0 && spent >= most

/** Why nobody is asked any more; null where somebody may be. */
function stopped(loop: Loop): FailedOutcome | null {
  const { io, order, cost } = loop
  if (io.signal.aborted) return broken(loop, 'cancelled', 'It was taken back', false)
  const { maxMicroUsd, maxTokens } = order
  if (!isSpent(cost.microUsd, maxMicroUsd) && !isSpent(cost.tokens, maxTokens)) return null
  return broken(loop, 'budget_exceeded', 'What this attempt may take is used up', true)
}

/** An answer that cannot be used is told the next attempt beside all that was done for it. */
function ended(loop: Loop, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.kind === 'failed') {
    return { ...outcome, cost: loop.cost, partial: faulty(loop, outcome.failure.message) }
  }
  if (outcome.kind !== 'succeeded') return { ...outcome, cost: loop.cost }
  const fault = faultOf(outcome.output, loop.order.outputSchema)
  if (fault) return unusable(fault.message, loop.cost, faulty(loop, fault.message))
  return { ...outcome, cost: loop.cost }
}

function faulty(loop: Loop, fault: string): Transcript {
  return keptTranscript({ ...loop.transcript, fault })
}

function asks(loop: Loop, calls: readonly CallReceipt[]): AttemptOutcome {
  const wanted = calls.map(({ id, name, arguments: given }) => ({ id, name, arguments: parsed(given) }))
  return { kind: 'input_required', asks: { tool_calls: wanted }, cost: loop.cost, partial: kept(loop) }
}

/** Adds what a model said; its calls have ids of their own then. */
async function addTurn(loop: Loop, { text, answer }: Said): Promise<readonly AssistantPart[]> {
  const calls: CallReceipt[] = []
  const parts: AssistantPart[] = []
  for (const part of answer.choices[0].parts) {
    if (part.type !== 'tool-call') {
      parts.push(part)
      continue
    }
    const isTaken = calls.some(({ id }) => id === part.id)
    const call = { ...part, id: isTaken ? `${part.id}_${calls.length}` : part.id }
    const digest = await digestOf(call.name, givenIn(call.argumentsJson) ?? call.argumentsJson)
    const { id, name, argumentsJson } = call
    calls.push({ id, name, arguments: argumentsJson, digest, status: 'wanted', result: null })
    parts.push(call)
  }
  loop.transcript = {
    ...loop.transcript,
    turns: [...loop.transcript.turns, { text, calls }],
    fault: null,
  }
  loop.io.progress(kept(loop))
  return parts
}

/** The same for the same tool and arguments. */
export async function digestOf(name: string, given: unknown): Promise<string> {
  return (await sha256Hex(`${name} ${canonicalJson(given)}`)).slice(0, 32)
}

/** Arguments as a model wrote them; nothing at all stands for none. Undefined for what is no JSON. */
function givenIn(written: string): unknown {
  return written.trim() === '' ? {} : parsed(written)
}

/** Makes the calls of the last turn that are not over, some at a time. */
async function makeCalls(loop: Loop): Promise<void> {
  const waiting = lastCalls(loop.transcript).filter(({ status }) => status === 'wanted' || status === 'begun')
  const made = loop.transcript.turns.slice(0, -1).reduce((sum, { calls }) => sum + calls.length, 0)
  const left = Math.max(0, TOOL_LIMITS.calls - made - loop.transcript.earlier.length)
  for (const call of waiting.slice(left)) {
    const message = `There were ${TOOL_LIMITS.calls} calls: no more are made`
    settle(loop, call, 'failed', toldOfFailure('too_many_calls', message, null))
  }
  const next = waiting.slice(0, left).values()
  const lane = async () => {
    for (const call of next) {
      if (loop.io.signal.aborted) return
      await makeCall(loop, call)
    }
  }
  await Promise.all(Array.from({ length: TOOL_LIMITS.parallel }, lane))
}

async function makeCall(loop: Loop, call: CallReceipt): Promise<void> {
  const { toolbox } = loop
  const given = givenIn(call.arguments)
  const fault = toolbox.faultOf(call.name, given)
  if (fault) return settle(loop, call, 'failed', toldOf(fault))
  if (toolbox.isClient(call.name)) return settle(loop, call, 'asked', null)
  if (toolbox.sideEffect(call.name, given) === 'once') {
    const same = callsLike(loop.transcript, call.digest)
    // All that is left of calls of attempts before whose turns were too long to keep.
    const before = loop.transcript.earlier.filter(({ digest }) => digest === call.digest)
    const isOpen = before.some(({ status }) => status === 'begun')
    if (call.status === 'begun' || isOpen || same.some(({ status }) => status === 'unknown')) {
      return settle(loop, call, 'unknown', null)
    }
    if (before.some(({ status }) => status === 'succeeded'))
      return settle(loop, call, 'succeeded', MADE_BEFORE)
    const done = loop.carried.find(({ digest }) => digest === call.digest)
    if (done) return settle(loop, call, 'succeeded', done.result)
    settle(loop, call, 'begun', null)
  }
  const result = await toolbox.call(call.name, given, keyOf(loop, call))
  settle(loop, call, result.status, toldOf(result))
}

const MADE_BEFORE = 'This call was made before, and succeeded. What it gave is no longer known.'

/** The same for a call that another attempt makes again; another one for the second of equal calls. */
function keyOf({ order, transcript }: Loop, { id, digest }: CallReceipt): string {
  const number = callsLike(transcript, digest).findLastIndex((call) => call.id === id)
  return `${order.idempotencyKey ?? `${order.runId}:${order.task}`}:${digest}:${number}`
}

function settle(loop: Loop, call: CallReceipt, status: CallReceipt['status'], result: string | null): void {
  loop.transcript = withReceipt(loop.transcript, { ...call, status, result })
  loop.io.progress(kept(loop), status === 'begun')
}

/** What a model is told of a result. */
function toldOf(result: ToolResult): string | null {
  if (result.status === 'unknown') return null
  if (result.status === 'failed') return toldOfFailure(result.code, result.message, result.output)
  const { output } = result
  const text = typeof output === 'string' ? output : JSON.stringify(output ?? null)
  return cut(text, TOOL_LIMITS.resultChars)
}

function toldOfFailure(code: string, message: string, answer: unknown): string {
  const told = { error: { code, message }, ...(answer !== null && { answer }) }
  return cut(JSON.stringify(told), TOOL_LIMITS.resultChars)
}

const suppliedResults = z.object({
  tool_results: z.array(z.object({ id: z.string(), output: z.unknown().optional() })),
})

/** What a caller told of the calls that are its to make, by their ids; null where it told nothing. */
export function suppliedBy(supplied: unknown): ReadonlyMap<string, unknown> | null {
  const results = suppliedResults.safeParse(supplied).data?.tool_results
  return results ? new Map(results.map(({ id, output }) => [id, output])) : null
}

/** Puts in what the caller told. */
function supply(loop: Loop, supplied: unknown): void {
  const results = suppliedBy(supplied)
  if (!results) return
  for (const call of lastCalls(loop.transcript)) {
    if (call.status !== 'asked') continue
    const result: ToolResult = { status: 'succeeded', output: results.get(call.id) }
    if (results.has(call.id)) settle(loop, call, 'succeeded', toldOf(result))
    else settle(loop, call, 'failed', toldOfFailure('not_supplied', 'Nobody gave its result', null))
  }
}

const receipt = z.object({
  id: z.string(),
  name: z.string(),
  arguments: z.string(),
  digest: z.string(),
  status: z.enum(CALL_STATUSES),
  result: z.string().nullable(),
})
const transcriptForm = z.object({
  earlier: z.array(receipt.pick({ name: true, digest: true, status: true })),
  turns: z.array(z.object({ text: z.string(), calls: z.array(receipt) })),
  fault: z.string().nullable(),
})

/** What an attempt before has told of its calls; none where it told something else. */
export function readTranscript(carryOver: unknown): Transcript {
  return transcriptForm.safeParse(carryOver).data ?? NO_TRANSCRIPT
}
