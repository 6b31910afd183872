import * as z from 'zod'
import type { HostEvent } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type AnswerClosing, type AnswerHead, eventData, sse } from '../inbound.ts'
import { type MessagesReplyOptions, usageFields } from './encode-answer.ts'

const THOUGHT_TYPES: ReadonlySet<unknown> = new Set(['thinking', 'redacted_thinking'])
/** May be a thought's beginning; in texts the quotes are escaped. */
const MAY_BE_THOUGHT = /"(?:redacted_)?thinking"/

const object = z.looseObject({})
const hostEvent = z.looseObject({
  type: z.string(),
  index: z.number().nullish(),
  message: object.nullish(),
  content_block: object.nullish(),
  usage: object.nullish(),
})
type Event = z.infer<typeof hostEvent>

/**
 * An Anthropic host's own stream, with our name for the model, the cost beside the usage, and no thoughts for callers
 * who did not ask for any.
 */
export function createRelay({ model }: AnswerHead, { thinking }: MessagesReplyOptions) {
  let begun = false
  let hidden = 0
  let inHidden = false

  function rewrite(data: string, closing?: AnswerClosing): string {
    const event = hostEvent.parse(JSON.parse(data))
    const { type, message, usage } = event
    if (type === 'message_start') return sse({ ...event, message: { ...message, model } }, type)
    if (type === 'message_delta' && closing) {
      const told = { ...(usage ?? usageFields(closing)), cost: closing.costUsd }
      return sse({ ...event, usage: told, ...present({ switchyard: closing.metadata }) }, type)
    }
    return thinking === 'none' && event.index != null ? shown(event, event.index) : sse(event, type)
  }
  /** A block's event, under its number among the blocks that are shown; nothing for a thought's. */
  function shown(event: Event, index: number): string {
    if (event.type === 'content_block_start') {
      inHidden = THOUGHT_TYPES.has(event.content_block?.['type'])
      if (inHidden) hidden += 1
    }
    return inHidden ? '' : sse({ ...event, index: index - hidden }, event.type)
  }
  return {
    /** Whole events, in the middle of an answer. */
    text(text: string): string {
      const asItIs = begun && (thinking !== 'none' || (hidden === 0 && !MAY_BE_THOUGHT.test(text)))
      begun = true
      return asItIs
        ? text
        : eventData(text)
            .map((data) => rewrite(data))
            .join('')
    },
    /** The events that end it. */
    end(events: readonly HostEvent[], closing: AnswerClosing): string {
      return events.map(({ data }) => rewrite(data, closing)).join('')
    },
  }
}

const hostBlocks = z.array(z.looseObject({ type: z.unknown().optional() }))

/** A host's own body, put right in the same way. */
export function relayBody(
  body: Readonly<Record<string, unknown>>,
  { model }: AnswerHead,
  closing: AnswerClosing,
  { thinking }: MessagesReplyOptions,
): object {
  const blocks = hostBlocks.parse(body['content'])
  const content = thinking === 'none' ? blocks.filter(({ type }) => !THOUGHT_TYPES.has(type)) : blocks
  const usage = { ...(object.safeParse(body['usage']).data ?? usageFields(closing)), cost: closing.costUsd }
  return { ...body, model, content, usage, ...present({ switchyard: closing.metadata }) }
}
