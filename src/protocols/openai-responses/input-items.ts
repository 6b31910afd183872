import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { present } from '../../core/present.ts'
import { readSeal } from '../../core/sealed-thoughts.ts'
import { hostItemId } from './item-ids.ts'
import { type ConversationItem, inputItem, type SentItem } from './item-schema.ts'
import type { ResponsesBody } from './schema.ts'

/** An item of a request's own input as it is stored and listed. */
export type InputItem = Readonly<Record<string, unknown>> & { id: string }

/** A sent item that is there itself, not by reference. */
export type ResolvedItem = { sent: Record<string, unknown>; item: ConversationItem | null }

const storedItems = z.array(inputItem)

/**
 * Items of earlier responses, as they were stored.
 *
 * @throws AppError when they are none
 */
export function readStored(items: readonly unknown[]): ResolvedItem[] {
  const { data } = storedItems.safeParse(items)
  if (!data) {
    const param = 'previous_response_id'
    throw new AppError('invalid_request', `Invalid '${param}': that response cannot be continued`, { param })
  }
  return data.flatMap((stored) => (isResolved(stored) ? [stored] : []))
}

/**
 * A request's own items, with what its references stand for.
 *
 * @param known items that may be referred to
 * @throws AppError for a reference to anything else
 */
export function ownItems(input: ResponsesBody['input'], known: readonly ResolvedItem[]): ResolvedItem[] {
  const byId = new Map(known.map((stored) => [stored.sent['id'], stored]))
  return sentItems(input).map((own, index) => {
    if (isResolved(own)) return own
    const found = byId.get(own.sent['id'])
    if (found) return found
    const param = `input[${index}].id`
    throw new AppError(
      'invalid_request',
      `Invalid '${param}': no stored item has this id; send the item itself, or previous_response_id`,
      { param },
    )
  })
}

function sentItems(input: ResponsesBody['input']): SentItem[] {
  if (typeof input !== 'string') return input
  const message = { type: 'message' as const, role: 'user' as const, content: input }
  return [{ sent: message, item: message }]
}

function isResolved(sent: SentItem): sent is ResolvedItem {
  return sent.item?.type !== 'item_reference'
}

const ID_PREFIXES: Readonly<Record<ConversationItem['type'], string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
}

/** An item as the API lists it: with an id, and a message's text as a part. */
export function toInputItem({ sent, item }: ResolvedItem, mintId: (prefix: string) => string): InputItem {
  const { id } = sent
  const known = typeof id === 'string' && id !== '' ? id : null
  const listed = { ...sent, id: known ?? mintId(item ? ID_PREFIXES[item.type] : 'item') }
  if (item?.type !== 'message' || typeof item.content !== 'string') return listed
  const text = item.content
  const part =
    item.role === 'assistant'
      ? { type: 'output_text', text, annotations: [], logprobs: [] }
      : { type: 'input_text', text }
  return { ...listed, content: [part] }
}

/**
 * An item for hosts of this protocol, under the id that its host gave it, if any. They can read neither other hosts'
 * sealed thoughts nor a summary without its thought: null for those.
 */
export function toNativeItem({ sent, item }: ResolvedItem): object | null {
  const { id, ...rest } = sent
  const native = { ...rest, ...present({ id: typeof id === 'string' ? hostItemId(id) : null }) }
  if (item?.type !== 'reasoning') return native
  if (!item.encrypted_content) return item.content && item.content.length > 0 ? native : null
  const seal = readSeal(item.encrypted_content, { format: 'openai', kind: 'encrypted' })
  return seal.format === 'openai' ? { ...native, encrypted_content: seal.data } : null
}
