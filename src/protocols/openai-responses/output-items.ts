import type { Choice } from '../../core/answer.ts'
import type { AssistantPart, ReasoningPart, ToolCall } from '../../core/chat.ts'
import { writeSeal } from '../../core/sealed-thoughts.ts'
import { outputItemId } from './item-ids.ts'

/** What a caller wants to see of a model's thoughts: their words, and the proof that hosts want back. */
export type ThoughtOptions = { summary: boolean; sealed: boolean }

/** For who keeps the answer: a host may want back what its caller was not shown. */
export const ALL_THOUGHTS: ThoughtOptions = { summary: true, sealed: true }

/** How far an item has been written. */
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** A piece of a message. */
export type ProsePart = Extract<AssistantPart, { type: 'text' | 'refusal' }>

/** The parts of an answer that make one output item. */
export type Slot = { id: string } & (
  | { kind: 'message'; parts: ProsePart[] }
  | { kind: 'reasoning'; part: ReasoningPart }
  | { kind: 'call'; part: ToolCall }
)

/** Adds an answer's next part: texts and refusals in a row are one message, anything else is an item of its own. */
export function placePart(slots: Slot[], part: AssistantPart, responseId: string): Slot {
  const last = slots.at(-1)
  if (last?.kind === 'message' && (part.type === 'text' || part.type === 'refusal')) {
    last.parts.push(part)
    return last
  }
  const slot = newSlot(part, responseId, slots.length)
  slots.push(slot)
  return slot
}

function newSlot(part: AssistantPart, responseId: string, index: number): Slot {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { kind: 'message', id: outputItemId(responseId, 'message', index), parts: [part] }
    case 'reasoning':
      return { kind: 'reasoning', id: outputItemId(responseId, 'reasoning', index), part }
    case 'tool-call': {
      const id = outputItemId(responseId, part.custom ? 'custom_tool_call' : 'function_call', index)
      return { kind: 'call', id, part }
    }
  }
}

/** Whether a caller is shown an item: everything but thoughts they did not ask for. */
export function isShown(slot: Slot, { summary, sealed }: ThoughtOptions): boolean {
  return slot.kind !== 'reasoning' || sealed || (summary && slot.part.text !== '')
}

/** The output items of an answer. `lastStatus`: of its last item; all others are complete. */
export function outputItems(
  responseId: string,
  choice: Choice,
  lastStatus: ItemStatus,
  options: ThoughtOptions,
): object[] {
  const slots: Slot[] = []
  for (const part of choice.parts) placePart(slots, part, responseId)
  return slots
    .filter((slot) => isShown(slot, options))
    .map((slot) => outputItem(slot, choice, slot === slots.at(-1) ? lastStatus : 'completed', options))
}

/** One output item as it stands. */
export function outputItem(slot: Slot, choice: Choice, status: ItemStatus, options: ThoughtOptions): object {
  switch (slot.kind) {
    case 'message':
      return messageItem(
        slot.id,
        status,
        slot.parts.map((part) => contentPart(part, choice)),
      )
    case 'reasoning': {
      const { text, seal } = slot.part
      const encrypted = seal ? writeSeal(seal, 'openai') : null
      return {
        ...reasoningItem(slot.id, text === '' ? [] : [summaryPart(text)]),
        ...(options.sealed && { encrypted_content: encrypted }),
      }
    }
    case 'call':
      return callItem(slot.id, status, slot.part)
  }
}

/** An item that has only begun. */
export function emptyItem(slot: Slot): object {
  switch (slot.kind) {
    case 'message':
      return messageItem(slot.id, 'in_progress', [])
    case 'reasoning':
      return reasoningItem(slot.id, [])
    case 'call':
      return callItem(slot.id, 'in_progress', { ...slot.part, argumentsJson: '' })
  }
}

function messageItem(id: string, status: ItemStatus, content: readonly object[]): object {
  return { id, type: 'message', status, role: 'assistant', content }
}

function reasoningItem(id: string, summary: readonly object[]): object {
  return { id, type: 'reasoning', summary }
}

function callItem(
  id: string,
  status: ItemStatus,
  { id: call_id, name, argumentsJson, custom }: ToolCall,
): object {
  if (!custom) return { id, type: 'function_call', status, call_id, name, arguments: argumentsJson }
  // Clients know no other end of a custom call.
  const ended = status === 'incomplete' ? 'completed' : status
  return { id, type: 'custom_tool_call', status: ended, call_id, name, input: argumentsJson }
}

/** A piece of a message as it stands. */
export function contentPart(part: ProsePart, choice: Choice): object {
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text }
  return textPart(part.text, logprobsOf(part, choice))
}

/** A piece of text with the tokens it is made of. */
export function textPart(text: string, logprobs: readonly unknown[]): object {
  return { type: 'output_text', text, annotations: [], logprobs }
}

/** A summary has one part: hosts' own divisions of it are not kept. */
export function summaryPart(text: string): object {
  return { type: 'summary_text', text }
}

/** An answer's tokens are told with its first text: a second one is rare, and which tokens are its own is not kept. */
export function logprobsOf(part: ProsePart, { parts, logprobs }: Choice): readonly unknown[] {
  return parts.find(({ type }) => type === 'text') === part ? logprobs : []
}
