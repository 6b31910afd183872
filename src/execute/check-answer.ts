import { type Answer, textsOf } from '../core/answer.ts'
import { isRecord } from '../core/canonical-json.ts'
import type { ChatRequest, OutputFormat, ToolCall } from '../core/chat.ts'
import { matchesSchema } from './matches-schema.ts'
import { isRefusal } from './refusal.ts'

/** What is wrong with a whole answer, though its host says that all is well. */
export type Complaint = 'empty' | 'invalid_json' | 'schema_mismatch' | 'refusal'

/**
 * What another model might do better than this answer, before anybody has seen it; null when it may stand. Only single
 * answers that came to their end are looked at. A schema that says more than we can check is not checked.
 */
export function complaintOf(request: ChatRequest, { choices, last }: Answer): Complaint | null {
  if (last?.type !== 'answer-end' || choices.length > 1) return null
  if (last.reason !== 'stop' && last.reason !== 'tool_calls') return null
  const { text, refusal, toolCalls } = textsOf(choices[0])
  if (toolCalls.length > 0) return toolCalls.every(hasReadableArguments) ? null : 'invalid_json'
  if (refusal !== '') return 'refusal'
  if (text.trim() === '') return mayBeEmpty(request, last) ? null : 'empty'
  if (request.output.type !== 'text') return complaintOfJson(request, request.output, text)
  return isRefusal(text) && !quotesRefusal(request) ? 'refusal' : null
}

/** An answer may end at once at a stop sequence, or consist of what only the caller's own format can say. */
function mayBeEmpty({ native }: ChatRequest, { stopSequence }: { stopSequence?: string }): boolean {
  return stopSequence !== undefined || (native !== null && native.droppedElsewhere.length > 0)
}

/** Hosts send no arguments at all for a tool that takes none. */
function hasReadableArguments({ argumentsJson, custom }: ToolCall): boolean {
  return custom === true || argumentsJson.trim() === '' || parsed(argumentsJson) !== undefined
}

function complaintOfJson(
  { sampling }: ChatRequest,
  output: Exclude<OutputFormat, { type: 'text' }>,
  text: string,
): Complaint | null {
  // Who stops an answer at words of their own wants it as it is then.
  if (sampling.stop && sampling.stop.length > 0) return null
  const value = parsed(text)
  if (value === undefined) return isRefusal(text) ? 'refusal' : 'invalid_json'
  if (output.type === 'json_object') return isRecord(value) ? null : 'invalid_json'
  return matchesSchema(output.schema, value) === false ? 'schema_mismatch' : null
}

/** Undefined for what is no JSON. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Who asks to translate, continue or judge a refusal gets one back. */
function quotesRefusal({ messages }: ChatRequest): boolean {
  const last = messages.findLast(({ role }) => role === 'user')
  if (last?.role !== 'user') return false
  return last.content.some((part) => part.type === 'text' && QUOTED.test(part.text))
}

/** Said of oneself in a request, these are words of somebody who refuses. */
const QUOTED =
  /\bi (?:can['’]?t|cannot|won['’]?t)\b|\b(?:sorry|refus\w+|decline)\b|抱歉|对不起|對不起|拒绝|拒絕|我(?:不能|无法|無法)|tut mir leid|désolé|lo siento|mi dispiace|desculpe/i
