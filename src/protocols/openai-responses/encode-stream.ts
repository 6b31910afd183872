import { type Choice, createAnswerBuilder } from '../../core/answer.ts'
import type { AssistantPart, ReadEvent } from '../../core/chat.ts'
import { type AnswerHead, sse, type StreamEncoder } from '../inbound.ts'
import { encodeFailure, encodePending, encodeResponse, type ResponseForm } from './encode-response.ts'
import {
  ALL_THOUGHTS,
  contentPart,
  emptyItem,
  isShown,
  type ItemStatus,
  logprobsOf,
  outputItem,
  placePart,
  type ProsePart,
  type Slot,
  summaryPart,
  textPart,
} from './output-items.ts'
import { createRelay } from './relay.ts'

/** An item that is being written, with its place in the output. */
type OpenItem = { slot: Slot; outputIndex: number }

/** What has been written of one answer. */
type Progress = {
  head: AnswerHead
  form: ResponseForm
  builder: ReturnType<typeof createAnswerBuilder>
  slots: Slot[]
  /** How many events, and how many items, have been written. */
  events: number
  items: number
  /** The message or thought that grows; null while it is one that is not shown. */
  growing: OpenItem | null
  /** Calls stay open to the end, because parallel ones may be written by turns. By the events' index. */
  calls: Map<number, OpenItem>
}

/**
 * OpenAI's typed events: `response.created`, the items as they grow, `response.completed` or `.incomplete` with the
 * same object as a whole answer's. An answer that breaks off ends in `response.failed`.
 */
export function createEventEncoder(head: AnswerHead, form: ResponseForm): StreamEncoder {
  const builder = createAnswerBuilder()
  const relay = createRelay(head, form)
  const progress: Progress = {
    head,
    form,
    builder,
    slots: [],
    events: 0,
    items: 0,
    growing: null,
    calls: new Map(),
  }
  let kept: object | null = null
  return {
    delta(event) {
      if (event.type === 'relay') return relay.text(event.text)
      const opening = begin(progress)
      const known = choiceOf(progress).parts.length
      builder.add(event)
      const part = choiceOf(progress).parts[known]
      return opening + (part ? placeNew(progress, part, event) : '') + grow(progress, event)
    },
    end(closing) {
      if (closing.native && 'events' in closing.native) return relay.end(closing.native.events, closing)
      const answer = builder.answer()
      const whole = { response: encodeResponse(head, answer, closing, form) }
      kept = encodeResponse(head, answer, closing, { ...form, thoughts: ALL_THOUGHTS })
      const cut = closing.reason === 'length' || closing.reason === 'content_filter'
      const closed = begin(progress) + closeAll(progress, cut ? 'incomplete' : 'completed')
      return closed + emit(progress, cut ? 'response.incomplete' : 'response.completed', whole)
    },
    error(body) {
      progress.events += relay.nextSequence()
      const opening = relay.response() ? '' : begin(progress)
      const response = encodeFailure(head, body, form, builder.answer())
      kept = response
      return opening + emit(progress, 'response.failed', { response })
    },
    kept: () => kept ?? relay.response(),
  }
}

function emit(progress: Progress, type: string, fields: object): string {
  return sse({ type, sequence_number: progress.events++, ...fields }, type)
}

function begin(progress: Progress): string {
  if (progress.events > 0) return ''
  const response = encodePending(progress.head, 'in_progress', progress.form)
  return (
    emit(progress, 'response.created', { response }) + emit(progress, 'response.in_progress', { response })
  )
}

function choiceOf({ builder }: Progress): Choice {
  return builder.answer().choices[0]
}

/** Makes room for a part that has just begun: in the message that grows, or as an item of its own. */
function placeNew(progress: Progress, part: AssistantPart, event: ReadEvent): string {
  const { slots, head, form, growing } = progress
  const known = slots.length
  const slot = placePart(slots, part, head.id)
  if (slots.length === known) return growing ? nextPart(progress, growing) : ''
  const closed = closeGrowing(progress)
  if (!isShown(slot, form.thoughts)) return closed
  const item = { slot, outputIndex: progress.items++ }
  if (event.type === 'tool-call-start') progress.calls.set(event.index, item)
  else progress.growing = item
  const added = { output_index: item.outputIndex, item: emptyItem(slot) }
  return closed + emit(progress, 'response.output_item.added', added) + openPart(progress, item)
}

/** The event of the piece itself, once there is an item that it belongs to. */
function grow(progress: Progress, event: ReadEvent): string {
  const { growing, calls } = progress
  switch (event.type) {
    case 'text-delta': {
      if (!growing || event.text === '') return ''
      const fields = { ...contentPlace(growing), delta: event.text, logprobs: event.logprobs ?? [] }
      return emit(progress, 'response.output_text.delta', fields)
    }
    case 'refusal-delta': {
      if (!growing || event.text === '') return ''
      return emit(progress, 'response.refusal.delta', { ...contentPlace(growing), delta: event.text })
    }
    case 'reasoning-delta': {
      if (!growing || event.text === '') return ''
      const fields = { ...summaryPlace(growing), delta: event.text }
      return emit(progress, 'response.reasoning_summary_text.delta', fields)
    }
    case 'reasoning-seal':
      return growing?.slot.kind === 'reasoning' ? closeGrowing(progress) : ''
    case 'tool-call-start':
      return ''
    case 'tool-call-delta': {
      const call = calls.get(event.index)
      if (!call || event.argumentsJson === '') return ''
      return emit(progress, `${callEvent(call)}.delta`, { ...itemPlace(call), delta: event.argumentsJson })
    }
  }
}

function itemPlace({ slot, outputIndex }: OpenItem) {
  return { item_id: slot.id, output_index: outputIndex }
}

function summaryPlace(item: OpenItem) {
  return { ...itemPlace(item), summary_index: 0 }
}

/** Where the part of a message stands that grows. */
function contentPlace(item: OpenItem) {
  const parts = item.slot.kind === 'message' ? item.slot.parts.length : 1
  return { ...itemPlace(item), content_index: parts - 1 }
}

function callEvent({ slot }: OpenItem): string {
  const custom = slot.kind === 'call' && slot.part.custom
  return custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
}

/** Ends the part of a message before the one that has just been added. */
function nextPart(progress: Progress, item: OpenItem): string {
  const { slot } = item
  const ended = slot.kind === 'message' ? slot.parts.at(-2) : undefined
  const next = contentPlace(item)
  const before = { ...next, content_index: next.content_index - 1 }
  return (ended ? endContent(progress, ended, before) : '') + openPart(progress, item)
}

function openPart(progress: Progress, item: OpenItem): string {
  const { slot } = item
  if (slot.kind === 'message') {
    const part = slot.parts.at(-1)?.type === 'refusal' ? { type: 'refusal', refusal: '' } : textPart('', [])
    return emit(progress, 'response.content_part.added', { ...contentPlace(item), part })
  }
  if (slot.kind === 'call' || slot.part.text === '') return ''
  const fields = { ...summaryPlace(item), part: summaryPart('') }
  return emit(progress, 'response.reasoning_summary_part.added', fields)
}

function closeGrowing(progress: Progress): string {
  const { growing } = progress
  progress.growing = null
  return growing ? closeItem(progress, growing, 'completed') : ''
}

/** Ends every item that is still open; only the last of the answer may have been cut. */
function closeAll(progress: Progress, lastStatus: ItemStatus): string {
  const open = [...progress.calls.values(), ...(progress.growing ? [progress.growing] : [])]
  return open
    .toSorted((a, b) => a.outputIndex - b.outputIndex)
    .map((item) => {
      const isLast = item.slot === progress.slots.at(-1)
      return closeItem(progress, item, isLast ? lastStatus : 'completed')
    })
    .join('')
}

function closeItem(progress: Progress, item: OpenItem, status: ItemStatus): string {
  const { slot, outputIndex } = item
  const whole = outputItem(slot, choiceOf(progress), status, progress.form.thoughts)
  const done = { output_index: outputIndex, item: whole }
  return endPart(progress, item) + emit(progress, 'response.output_item.done', done)
}

function endPart(progress: Progress, item: OpenItem): string {
  const { slot } = item
  switch (slot.kind) {
    case 'message': {
      const part = slot.parts.at(-1)
      return part ? endContent(progress, part, contentPlace(item)) : ''
    }
    case 'reasoning': {
      const { text } = slot.part
      if (text === '') return ''
      const ended = emit(progress, 'response.reasoning_summary_text.done', { ...summaryPlace(item), text })
      const part = { ...summaryPlace(item), part: summaryPart(text) }
      return ended + emit(progress, 'response.reasoning_summary_part.done', part)
    }
    case 'call': {
      const { argumentsJson, custom, name } = slot.part
      // OpenAI leaves the name out; clients of others read it here.
      const whole = custom ? { input: argumentsJson } : { name, arguments: argumentsJson }
      return emit(progress, `${callEvent(item)}.done`, { ...itemPlace(item), ...whole })
    }
  }
}

function endContent(progress: Progress, part: ProsePart, where: object): string {
  const choice = choiceOf(progress)
  const ended =
    part.type === 'refusal'
      ? emit(progress, 'response.refusal.done', { ...where, refusal: part.text })
      : emit(progress, 'response.output_text.done', {
          ...where,
          text: part.text,
          logprobs: logprobsOf(part, choice),
        })
  const fields = { ...where, part: contentPart(part, choice) }
  return ended + emit(progress, 'response.content_part.done', fields)
}
