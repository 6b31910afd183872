import type { AssistantPart, Message } from '../../core/chat.ts'
import { RUN_LIMITS } from '../run/state.ts'

/**
 * `wanted`: by the model. `begun`: one that must not be made twice, and nobody has heard what came of it. `asked`: the caller
 * is to make it. `unknown`: it may have been done, and must not be done twice.
 */
export const CALL_STATUSES = ['wanted', 'begun', 'asked', 'succeeded', 'failed', 'unknown'] as const

/** A call and what came of it. `arguments`: as the model wrote them; `digest`: the same for the same tool and arguments. */
export type CallReceipt = {
  id: string
  name: string
  arguments: string
  digest: string
  status: (typeof CALL_STATUSES)[number]
  /** What the model is told of it; null until it is known. */
  result: string | null
}

/** What a model said with calls in it. */
type ToolTurn = { text: string; calls: readonly CallReceipt[] }

/**
 * What an attempt has done so far, and a later one goes on with. `earlier`: calls of turns that were too long to keep.
 * `fault`: what was wrong with the answer that it came to; null where it came to none.
 */
export type Transcript = {
  earlier: readonly Pick<CallReceipt, 'name' | 'digest' | 'status'>[]
  turns: readonly ToolTurn[]
  fault: string | null
}

export const NO_TRANSCRIPT: Transcript = { earlier: [], turns: [], fault: null }

/** With another text, or status, in the place of a call of the last turn. */
export function withReceipt(transcript: Transcript, receipt: CallReceipt): Transcript {
  const { turns } = transcript
  const last = turns.at(-1)
  if (!last) return transcript
  const calls = last.calls.map((call) => (call.id === receipt.id ? receipt : call))
  return { ...transcript, turns: [...turns.slice(0, -1), { ...last, calls }] }
}

/** The calls of the last turn. */
export function lastCalls({ turns }: Transcript): readonly CallReceipt[] {
  return turns.at(-1)?.calls ?? []
}

/** All calls with this digest, in order; ids are those of turns that were kept. */
export function callsLike({ earlier, turns }: Transcript, digest: string) {
  const calls = [...earlier.map((call) => ({ ...call, id: null })), ...turns.flatMap((turn) => turn.calls)]
  return calls.filter((call) => call.digest === digest)
}

/** How many calls there were. */
export function callCount({ earlier, turns }: Transcript): number {
  return turns.reduce((count, { calls }) => count + calls.length, earlier.length)
}

const UNKNOWN =
  'It is not known whether this call was carried out. It must not be made again: say so in your answer.'

/** What a model is told of a call. */
function toldOf({ status, result }: CallReceipt): string {
  if (status === 'unknown') return UNKNOWN
  return result ?? 'There is no result.'
}

/** The conversation of the turns. */
export function messagesOf({ earlier, turns, fault }: Transcript): readonly Message[] {
  const before = earlier.map(({ name, status }) => `${name}: ${status}`).join('\n')
  return [
    ...(before === '' ? [] : [userMessage(`Calls that were made before, in order:\n${before}`)]),
    ...turns.flatMap((turn) => [
      { role: 'assistant', content: partsOf(turn) } as const,
      ...turn.calls.map(toolMessage),
    ]),
    ...(fault === null ? [] : [userMessage(`An answer was given, but could not be used: ${fault}`)]),
  ]
}

function userMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] }
}

function partsOf({ text, calls }: ToolTurn): readonly AssistantPart[] {
  return [
    ...(text === '' ? [] : [{ type: 'text', text } as const]),
    ...calls.map(
      ({ id, name, arguments: argumentsJson }) => ({ type: 'tool-call', id, name, argumentsJson }) as const,
    ),
  ]
}

/** What a model is told of a call that is over. */
export function toolMessage(call: CallReceipt): Message {
  const content = [{ type: 'text', text: toldOf(call) } as const]
  return { role: 'tool', toolCallId: call.id, content, ...(call.status === 'failed' && { isError: true }) }
}

/** The lengths to which texts are cut, one after the other, until a transcript is short enough. */
const SHORTER = [8_000, 4_000, 2_000, 1_000, 400]

/** A transcript that a run can keep: results are shortened, then turns are left out but for what was called, the oldest first. */
export function keptTranscript(
  transcript: Transcript,
  bytes: number = RUN_LIMITS.progressBytes - 1_024,
): Transcript {
  const fits = (each: Transcript) =>
    charsOf(each) <= bytes && new TextEncoder().encode(JSON.stringify(each)).length <= bytes
  if (fits(transcript)) return transcript
  for (const chars of SHORTER) {
    const shorter = { ...transcript, turns: transcript.turns.map((turn) => shortened(turn, chars)) }
    if (fits(shorter)) return shorter
  }
  const earlier = [...transcript.earlier]
  const turns = transcript.turns.map((turn) => shortened(turn, SHORTER.at(-1) ?? 0))
  while (turns.length > 0 && !fits({ ...transcript, earlier, turns })) {
    const calls = turns.shift()?.calls ?? []
    earlier.push(...calls.map(({ name, digest, status }) => ({ name, digest, status })))
  }
  return { ...transcript, earlier, turns }
}

/** At least so many bytes a transcript has as JSON. */
function charsOf({ turns }: Transcript): number {
  const calls = turns.flatMap((turn) => turn.calls)
  return calls.reduce((sum, call) => sum + (call.result?.length ?? 0) + call.arguments.length, 0)
}

function shortened({ text, calls }: ToolTurn, chars: number): ToolTurn {
  return {
    text: cut(text, chars),
    calls: calls.map((call) => ({ ...call, result: call.result === null ? null : cut(call.result, chars) })),
  }
}

/** The beginning of a text that is too long, which is said. */
export function cut(text: string, chars: number): string {
  if (text.length <= chars) return text
  return `${text.slice(0, chars).toWellFormed()}… [${text.length - chars} of ${text.length} characters left out]`
}
