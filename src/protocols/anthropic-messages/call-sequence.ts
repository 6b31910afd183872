import type { ReadEvent } from '../../core/chat.ts'
import { createObjectEnd } from './object-end.ts'

/**
 * Puts the pieces of an answer in an order in which every call is whole before anything else begins, as blocks that
 * follow each other need it. What comes amid a call is held back until its arguments are whole, or nothing else comes.
 */
export function createCallSequence(): {
  /** @returns the pieces that may be written now, in order */
  add(piece: ReadEvent): ReadEvent[]
  /** What is still held back, when the answer ends. */
  rest(): ReadEvent[]
} {
  let call: { index: number; end: ReturnType<typeof createObjectEnd> } | null = null
  let held: ReadEvent[] = []

  function add(piece: ReadEvent): ReadEvent[] {
    if (call && piece.type === 'tool-call-delta' && piece.index === call.index) {
      call.end.add(piece.argumentsJson)
      return [piece]
    }
    if (call && !call.end.isWhole()) {
      held.push(piece)
      return []
    }
    if (call) return [...release(), ...add(piece)]
    if (piece.type === 'tool-call-start') call = { index: piece.index, end: createObjectEnd() }
    return [piece]
  }

  function release(): ReadEvent[] {
    const pieces = held
    call = null
    held = []
    return pieces.flatMap(add)
  }

  return {
    add,
    rest() {
      const pieces = release()
      while (held.length > 0) pieces.push(...release())
      return pieces
    },
  }
}
