import type { ChatEvent, ContentEvent, FinishReason, LastEvent, Usage } from '../core/chat.ts'
import { sumUsage } from './usage.ts'

/** An answer's next event, and which answer it is of. */
type Step = { index: number; step: IteratorResult<ChatEvent> }

/**
 * Several answers to one request as one answer with several choices, for hosts that give one at a time. The pieces
 * come as they are written; the first failure ends all.
 *
 * @param answers one generator per choice, each with its last event
 * @param stop makes answers that are still on their way fail now: a generator that waits cannot be closed
 */
export async function* mergeChoices(
  answers: readonly AsyncGenerator<ChatEvent>[],
  stop: () => void,
): AsyncGenerator<ChatEvent> {
  const nextOf = async (index: number): Promise<Step> => {
    const step = await answers[index]?.next()
    return { index, step: step ?? { done: true, value: undefined } }
  }
  const waiting = new Map(answers.map((_, index) => [index, nextOf(index)]))
  const ends: LastEvent[] = []
  try {
    while (waiting.size > 0) {
      const { index, step } = await Promise.race(waiting.values())
      if (step.done) {
        waiting.delete(index)
        continue
      }
      const event = step.value
      if (event.type === 'answer-error') return yield event
      if (event.type === 'answer-end') {
        ends[index] = event
        waiting.delete(index)
        continue
      }
      yield tagged(event, index)
      waiting.set(index, nextOf(index))
    }
    yield merged(ends)
  } finally {
    stop()
    await Promise.allSettled(answers.map((answer) => answer.return(undefined)))
  }
}

function tagged(event: ContentEvent, choice: number): ContentEvent {
  return choice === 0 ? event : { ...event, choice }
}

function merged(ends: readonly LastEvent[]): LastEvent {
  const whole = ends.filter((end) => end.type === 'answer-end')
  const [reason, ...otherReasons] = whole.map((end): FinishReason => end.reason)
  const usages: (Usage | null)[] = whole.map(({ usage }) => usage)
  return { type: 'answer-end', reason: reason ?? 'stop', otherReasons, usage: sumUsage(usages) }
}
