import * as z from 'zod'
import type { ContentEvent } from '../../core/chat.ts'

export const toolCallDelta = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z
    .object({
      name: z.string().nullish(),
      /** Some hosts send the arguments parsed. */
      arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
    })
    .nullish(),
  /** A call of a tool that takes free text. */
  custom: z.object({ name: z.string().nullish(), input: z.string().nullish() }).nullish(),
})
type ToolCallDelta = z.infer<typeof toolCallDelta>

/** A call under way: `hostIndex` is null when the host sends none, `index` is ours. */
type OpenCall = { hostIndex: number | null; id: string; index: number }

/** Reads the pieces of a message's tool calls, and tells whether there were any. */
export type ToolCallReader = { read: (call: ToolCallDelta) => ContentEvent[]; called: () => boolean }

/**
 * One reader per message. Hosts leave out the index, the id, or both, after a call's first piece, and some give every
 * call the index 0: a new id with a name begins a new call.
 */
export function createToolCallReader(): ToolCallReader {
  const open: OpenCall[] = []

  function read({ index, id, function: fn, custom }: ToolCallDelta): ContentEvent[] {
    const events: ContentEvent[] = []
    const name = fn?.name ?? custom?.name
    let call =
      index == null ? open.findLast(isNamed(id)) : open.findLast((known) => known.hostIndex === index)
    if (!call || (id && name && id !== call.id)) {
      const ours = open.length
      call = { hostIndex: index ?? null, id: id || `call_${ours}`, index: ours }
      open.push(call)
      const kind = custom ? { custom: true as const } : {}
      events.push({ type: 'tool-call-start', index: ours, id: call.id, name: name ?? '', ...kind })
    }
    const args = fn?.arguments ?? custom?.input
    const argumentsJson = typeof args === 'object' && args !== null ? JSON.stringify(args) : args
    if (argumentsJson) events.push({ type: 'tool-call-delta', index: call.index, argumentsJson })
    return events
  }

  return { read, called: () => open.length > 0 }
}

/** The call a piece without an index belongs to: the one with its id, else the latest. */
function isNamed(id: string | null | undefined): (call: OpenCall) => boolean {
  return (call) => !id || call.id === id
}
