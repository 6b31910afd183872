import type { JsonObject } from '../../json.ts'
import type { Answer } from '../../question.ts'
import { seal } from '../../seal.ts'
import { oddsOf, piecesOf } from '../../token-odds.ts'
import { withBytes } from '../chat/answer.ts'
import { ENCRYPTED_PREFIX } from './rules.ts'

/** What of a request changes the items of its answer. `topLogprobs` is null when none are wanted. */
export type ItemForm = { encryptsReasoning: boolean; topLogprobs: number | null }

/** An output item when it is done, and the events that build it between `added` and `done`. */
export type OutputItem = { begun: JsonObject; done: JsonObject; steps: readonly JsonObject[] }

/** The items of an answer in order: reasoning, then what is said, then calls. */
export function outputItems(answer: Answer, issueId: string, form: ItemForm): OutputItem[] {
  const spoken = answer.text !== '' || answer.refusal !== '' || answer.toolCalls.length === 0
  const status = answer.finish === 'length' || answer.finish === 'content_filter' ? 'incomplete' : 'completed'
  const saysNothing = status === 'incomplete' && answer.text === '' && answer.refusal === ''
  return [
    ...(answer.thought ? [reasoningItem(answer.reasoning, `rs_${issueId}`, form)] : []),
    ...(spoken && !saysNothing ? [messageItem(answer, { id: `msg_${issueId}`, status }, form)] : []),
    ...answer.toolCalls.map((call, index) => callItem(call, { id: `fc_${issueId}${index}`, status })),
  ]
}

function reasoningItem(text: string, id: string, form: ItemForm): OutputItem {
  const part = { type: 'summary_text', text }
  const summary = text ? [part] : []
  const encrypted = form.encryptsReasoning
    ? { encrypted_content: ENCRYPTED_PREFIX + seal('encrypted-reasoning', `${id} ${text}`) }
    : {}
  const at = { summary_index: 0 }
  const name = 'response.reasoning_summary'
  const steps = [
    { type: `${name}_part.added`, ...at, part: { type: 'summary_text', text: '' } },
    ...piecesOf(text).map((delta) => ({ type: `${name}_text.delta`, ...at, delta })),
    { type: `${name}_text.done`, ...at, text },
    { type: `${name}_part.done`, ...at, part },
  ]
  return {
    begun: { id, type: 'reasoning', summary: [], ...encrypted },
    done: { id, type: 'reasoning', summary, ...encrypted },
    steps: summary.length > 0 ? steps : [],
  }
}

type Head = { id: string; status: string }

function messageItem({ text, refusal }: Answer, { id, status }: Head, form: ItemForm): OutputItem {
  const head = { id, type: 'message', role: 'assistant' }
  const part = refusal ? { type: 'refusal', refusal } : textPart(text, form)
  const empty = refusal ? { type: 'refusal', refusal: '' } : textPart('', form)
  const at = { content_index: 0 }
  return {
    begun: { ...head, status: 'in_progress', content: [] },
    done: { ...head, status, content: [part] },
    steps: [
      { type: 'response.content_part.added', ...at, part: empty },
      ...(refusal ? refusalSteps(refusal) : textSteps(text, form)).map((step) => ({ ...step, ...at })),
      { type: 'response.content_part.done', ...at, part },
    ],
  }
}

function textSteps(text: string, form: ItemForm): JsonObject[] {
  const deltas = piecesOf(text).map((delta) => {
    return { type: 'response.output_text.delta', delta, logprobs: logprobsOf(delta, form) }
  })
  return [...deltas, { type: 'response.output_text.done', text, logprobs: logprobsOf(text, form) }]
}

function refusalSteps(refusal: string): JsonObject[] {
  const deltas = piecesOf(refusal).map((delta) => ({ type: 'response.refusal.delta', delta }))
  return [...deltas, { type: 'response.refusal.done', refusal }]
}

function textPart(text: string, form: ItemForm): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: logprobsOf(text, form) }
}

function callItem(
  { id: callId, name, argumentsJson }: Answer['toolCalls'][number],
  { id, status }: Head,
): OutputItem {
  const head = { id, type: 'function_call', call_id: callId, name }
  return {
    begun: { ...head, status: 'in_progress', arguments: '' },
    done: { ...head, status, arguments: argumentsJson },
    steps: [
      ...piecesOf(argumentsJson).map((delta) => ({ type: 'response.function_call_arguments.delta', delta })),
      { type: 'response.function_call_arguments.done', name, arguments: argumentsJson },
    ],
  }
}

function logprobsOf(text: string, { topLogprobs }: ItemForm): JsonObject[] {
  if (topLogprobs === null) return []
  return oddsOf(text, topLogprobs).map(({ top, ...chosen }) => {
    return { ...withBytes(chosen), top_logprobs: top.map(withBytes) }
  })
}
