import type { ResponseMemory, StoredResponse } from '../../response-memory.ts'
import { unseal } from '../../seal.ts'
import { HostRefusal, type HostError } from '../../wire.ts'
import type { InputItem } from './items.ts'

type Reasoning = Extract<InputItem, { type: 'reasoning' }>

/** What encrypted reasoning begins with: OpenAI's looks like this too. */
export const ENCRYPTED_PREFIX = 'gAAAAA'

/**
 * The stored response that a request continues; null when it continues none.
 *
 * @throws HostRefusal when it was never stored
 */
export function previousResponse(
  id: string | null | undefined,
  memory: ResponseMemory,
): StoredResponse | null {
  if (id == null) return null
  const found = memory.find(id)
  if (found) return found
  return refuse({
    message: `Previous response with id '${id}' not found.`,
    param: 'previous_response_id',
    code: 'previous_response_not_found',
  })
}

/**
 * What OpenAI refuses though its shape is right: outputs without calls, calls without outputs, and reasoning that is
 * not its own, that it did not keep, or that nothing follows.
 *
 * @throws HostRefusal
 */
export function checkItems(
  items: readonly InputItem[],
  previous: StoredResponse | null,
  memory: ResponseMemory,
): void {
  items.forEach((item, index) => {
    if (item.type === 'reasoning') checkReasoning(item, items.slice(index + 1), memory)
    if (item.type === 'item_reference' && !memory.hasItem(item.id)) refuseUnstored(item.id)
  })
  const called = items.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []))
  const known = new Set([...(previous?.openCallIds ?? []), ...called])
  const outputs = items.flatMap((item) => (item.type === 'function_call_output' ? [item.call_id] : []))
  const stray = outputs.find((id) => !known.has(id))
  if (stray !== undefined) {
    refuse({ message: `No tool call found for function call output with call_id ${stray}.`, param: 'input' })
  }
  const open = [...known].find((id) => !outputs.includes(id))
  if (open !== undefined)
    refuse({ message: `No tool output found for function call ${open}.`, param: 'input' })
}

function checkReasoning(item: Reasoning, after: readonly InputItem[], memory: ResponseMemory): void {
  const { id, encrypted_content: encrypted } = item
  if (encrypted == null) {
    if (id == null || !memory.hasItem(id)) refuseUnstored(id ?? 'rs_unknown')
  } else if (!isOwn(encrypted)) {
    const shown = `${encrypted.slice(0, 4)}...${encrypted.slice(-4)}`
    refuse({
      message: `The encrypted content ${shown} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
      code: 'invalid_encrypted_content',
    })
  }
  const next = after.find((other) => other.type !== 'reasoning')
  const follows = next?.type === 'function_call' || next?.type === 'item_reference'
  if (!follows && !(next?.type === 'message' && next.role === 'assistant')) {
    const message = `Item '${id ?? 'rs_unknown'}' of type 'reasoning' was provided without its required following item.`
    refuse({ message, param: 'input' })
  }
}

function isOwn(encrypted: string): boolean {
  const sealed = encrypted.slice(ENCRYPTED_PREFIX.length)
  return encrypted.startsWith(ENCRYPTED_PREFIX) && unseal('encrypted-reasoning', sealed) !== null
}

function refuseUnstored(id: string): never {
  const message = `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`
  throw new HostRefusal({ status: 404, message, param: 'input', code: 'not_found' })
}

function refuse(error: Omit<HostError, 'status'>): never {
  throw new HostRefusal({ status: 400, ...error })
}
