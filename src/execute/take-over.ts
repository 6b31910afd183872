import { type ChatEvent, isLast, type LastEvent, type ReadEvent } from '../core/chat.ts'
import { HEALTH_POLICY } from '../core/errors.ts'
import type { Attempt } from './attempt.ts'
import {
  addedWords,
  continuationRequest,
  continued,
  mayContinue,
  readAll,
  type Seam,
  writtenText,
} from './continuation.ts'
import { type Loop, open, type Opened, type Wanted } from './loop.ts'
import { resumed } from './resumed.ts'

type Begun = Opened & { kind: 'begun' }

/**
 * The events of a streamed answer; where it breaks off another candidate writes the rest, after a seam. An answer that
 * nobody goes on with ends as the last failure says.
 *
 * @param writers who wrote the answer; those who take over are added
 */
export function withTakeOver(
  loop: Loop,
  wanted: Wanted,
  first: Begun,
  writers: Attempt[],
): AsyncGenerator<ChatEvent | Seam> {
  return resumed([], writeOn(loop, wanted, first, writers), first.events)
}

async function* writeOn(
  loop: Loop,
  wanted: Wanted,
  first: Begun,
  writers: Attempt[],
): AsyncGenerator<ChatEvent | Seam> {
  const { maxFallbacks } = loop.decision.reliability.streamFailure
  const written: ReadEvent[] = []
  let events: AsyncGenerator<ChatEvent | Seam> = first.events
  let writer = first.attempt
  for (let takeOvers = 0; ; takeOvers += 1) {
    let last: LastEvent | null = null
    for await (const event of events) {
      if (event.type === 'seam') writers.push(writer)
      else if (isLast(event)) {
        last = event
        break
      } else written.push(...readAll([event]))
      yield event
    }
    if (!last) return
    const next =
      last.type === 'answer-error' && HEALTH_POLICY[last.code] && takeOvers < maxFallbacks
        ? await takeOver(loop, wanted, written)
        : null
    if (!next) return yield last
    writer = next.attempt
    const { model, offer } = next.tried.candidate
    events = continued(next.events, writtenText(written), { modelId: model.id, host: offer.host })
  }
}

/** Who goes on; null when nobody may or does. */
async function takeOver(loop: Loop, wanted: Wanted, written: readonly ReadEvent[]): Promise<Begun | null> {
  if (!mayContinue(wanted.request, written)) return null
  const [choice] = loop.decision.plan
  const countTokens = (text: string) => loop.io.estimateUsage(choice, text).outputTokens
  const request = continuationRequest(wanted.request, written, countTokens)
  const addedTokens = countTokens(addedWords(written))
  const opened = await open(loop, { ...wanted, request, addedTokens })
  return opened.kind === 'begun' ? opened : null
}
