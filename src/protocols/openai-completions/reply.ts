import { type Choice, textsOf } from '../../core/answer.ts'
import type { ContentEvent, FinishReason } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type AnswerHead, type Reply, sse, type StreamEncoder } from '../inbound.ts'
import { headFields, usageFields } from '../openai-chat/encode-answer.ts'
import { charactersOf, legacyLogprobs } from './logprobs.ts'

/** What a request says about the form of its answer. `prefix` stands before each text: the prompt, where it is echoed. */
export type CompletionReplyOptions = { prefix: string; includeUsage: boolean }

/** Writes answers as OpenAI's `text_completion`. Thoughts have no place in it. */
export function completionReply(options: CompletionReplyOptions): Reply {
  return {
    idPrefix: 'cmpl',
    whole(head, { choices }, closing) {
      const reasons = [closing.reason, ...closing.otherReasons]
      return {
        ...headFields(head, 'text_completion'),
        choices: choices.map((choice, index) => wholeChoice(choice, index, reasons[index], options.prefix)),
        usage: usageFields(closing),
        ...present({ switchyard: closing.metadata }),
      }
    },
    failure: (error) => ({ error }),
    stream: (head) => createCompletionEncoder(head, options),
  }
}

function wholeChoice(choice: Choice, index: number, reason: FinishReason | undefined, prefix: string) {
  const { text, refusal } = textsOf(choice)
  return {
    text: `${prefix}${text}${refusal}`,
    index,
    logprobs: legacyLogprobs(choice.logprobs, charactersOf(prefix)),
    finish_reason: legacyReason(reason),
  }
}

/** Without tools there are no calls to end with. */
function legacyReason(reason: FinishReason | undefined): string {
  return reason === undefined || reason === 'tool_calls' ? 'stop' : reason
}

/** Chunks of the same shape as the whole answer, the usage chunk when asked for, then `[DONE]`. */
function createCompletionEncoder(
  head: AnswerHead,
  { prefix, includeUsage }: CompletionReplyOptions,
): StreamEncoder {
  const fields = headFields(head, 'text_completion')
  /** Characters written of each choice. */
  const written: number[] = []

  function chunk(index: number, added: string, reason: string | null, chances?: readonly unknown[]): string {
    const opened = written[index] !== undefined
    const offset = written[index] ?? charactersOf(prefix)
    written[index] = offset + charactersOf(added)
    const text = opened ? added : `${prefix}${added}`
    const choice = { text, index, logprobs: legacyLogprobs(chances, offset), finish_reason: reason }
    return sse({ ...fields, choices: [choice], ...(includeUsage && { usage: null }) })
  }

  return {
    delta(event) {
      const text = textOf(event)
      if (text === null) return ''
      return chunk(event.choice ?? 0, text, null, event.type === 'text-delta' ? event.logprobs : undefined)
    },
    end(closing) {
      const metadata = present({ switchyard: closing.metadata })
      const reasons = [closing.reason, ...closing.otherReasons]
      const finished = reasons.map((reason, index) => chunk(index, '', legacyReason(reason))).join('')
      const hasLast = includeUsage || closing.metadata !== undefined
      const usage = includeUsage ? { usage: usageFields(closing) } : {}
      return `${finished}${hasLast ? sse({ ...fields, choices: [], ...usage, ...metadata }) : ''}data: [DONE]\n\n`
    },
    error: (error) => sse({ error }),
  }
}

/** Null for what this protocol has no word for. */
function textOf(event: ContentEvent): string | null {
  return event.type === 'text-delta' || event.type === 'refusal-delta' ? event.text : null
}
