import type { Turn } from './question.ts'

/** A response that its host keeps: the conversation up to it, and what of it may be referred to later. */
export type StoredResponse = {
  turns: readonly Turn[]
  itemIds: readonly string[]
  /** Calls whose output has to follow. */
  openCallIds: readonly string[]
}

const MAX_RESPONSES = 1000

/** Remembers the latest responses that were to be stored. */
export function createResponseMemory() {
  const responses = new Map<string, StoredResponse>()
  return {
    keep(id: string, response: StoredResponse): void {
      responses.set(id, response)
      if (responses.size > MAX_RESPONSES) responses.delete(responses.keys().next().value ?? '')
    },
    find: (id: string): StoredResponse | null => responses.get(id) ?? null,
    hasItem: (id: string): boolean => responses.values().some(({ itemIds }) => itemIds.includes(id)),
  }
}
/** The stored responses of one run of the hosts. */
export type ResponseMemory = ReturnType<typeof createResponseMemory>
