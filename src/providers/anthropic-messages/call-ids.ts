/** Gives calls and their results the ids they are sent with, in the order of the conversation. */
export type CallIds = { call(id: string): string; result(id: string): string }

/**
 * Ids as Anthropic wants them: of letters, digits, `_` and `-`, and no two the same in a conversation. Other hosts
 * count from 0 in every answer. An id depends on what came before only, so that a conversation that goes on is told
 * as before.
 */
export function createCallIds(): CallIds {
  const used = new Set<string>()
  /** The latest calls whose results are to come, by the id they had. */
  const open = new Map<string, string[]>()
  let answered = false
  return {
    call(id) {
      if (answered) open.clear()
      answered = false
      const plain = id.replace(/[^\w-]/g, '_') || 'call'
      let unique = plain
      for (let count = 2; used.has(unique); count += 1) unique = `${plain}_${count}`
      used.add(unique)
      open.set(id, [...(open.get(id) ?? []), unique])
      return unique
    },
    result(id) {
      answered = true
      return open.get(id)?.shift() ?? id
    },
  }
}
