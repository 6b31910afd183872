import { present } from '../../core/present.ts'
import { type AnswerClosing, type AnswerHead, sse, type StreamEncoder } from '../inbound.ts'
import { createBlockWriter } from './block-writer.ts'
import { createCallSequence } from './call-sequence.ts'
import { endFields, headFields, type MessagesReplyOptions, usageFields } from './encode-answer.ts'
import { encodeError } from './error.ts'
import { createRelay } from './relay.ts'

/**
 * Anthropic's events: `message_start`, then start, deltas and stop of one block after the other, `message_delta`,
 * `message_stop`. An answer that breaks off ends in an `error` event instead. The protocol has room for one choice.
 */
export function createEventEncoder(head: AnswerHead, options: MessagesReplyOptions): StreamEncoder {
  const relay = createRelay(head, options)
  const sequence = createCallSequence()
  const blocks = createBlockWriter(options.thinking)
  let started = false
  let declined = false
  function start(): string {
    if (started) return ''
    started = true
    return sse({ type: 'message_start', message: startOf(head) }, 'message_start')
  }
  return {
    delta(event) {
      if (event.type === 'relay') return relay.text(event.text)
      if (event.choice) return start()
      declined ||= event.type === 'refusal-delta' && event.text !== ''
      return start() + sequence.add(event).map(blocks.write).join('')
    },
    end(closing) {
      const { native } = closing
      if (native && 'events' in native) return relay.end(native.events, closing)
      return start() + sequence.rest().map(blocks.write).join('') + blocks.close() + endOf(closing, declined)
    },
    error: (body) => sse(encodeError(body), 'error'),
  }
}

/** Output is counted from 1, as at Anthropic: how much it is shows at the end. */
function startOf(head: AnswerHead): object {
  const usage = {
    input_tokens: head.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 1,
  }
  const unfinished = { content: [], stop_reason: null, stop_sequence: null, stop_details: null }
  return { ...headFields(head), ...unfinished, usage }
}

function endOf(closing: AnswerClosing, declined: boolean): string {
  const metadata = present({ switchyard: closing.metadata })
  const delta = endFields(closing, declined)
  const end = { type: 'message_delta', delta, usage: usageFields(closing), ...metadata }
  return sse(end, 'message_delta') + sse({ type: 'message_stop' }, 'message_stop')
}
