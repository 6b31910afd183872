import type { ChatEvent } from '../core/chat.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { Seam } from '../execute/continuation.ts'
import { type Execution, execute } from '../execute/execute.ts'
import type { ExecuteIo, Wanted } from '../execute/loop.ts'
import type { Decision } from '../route/decision.ts'
import { type Crew, dismiss, type Kept, newCrew } from './crew.ts'
import type { Outcome } from './outcome.ts'
import { carryOut } from './carry-out.ts'

/** How far several have come while the caller waits for the first word: `done` of `of` have answered. */
export type Progress = { type: 'progress'; pattern: Outcome['pattern']; done: number; of: number }

/** A piece of an answer, or word of where it comes from. */
export type Step = ChatEvent | Seam | Progress

type Answering = Extract<Execution, { kind: 'answering' }>

/**
 * What became of a decision that one or several carry out. Where several do, `answering`, `reason` and `writers` tell
 * who writes the answer as soon as its first piece is there, and of the choice before. `attempts` are those of all.
 */
export type Collaborated =
  | (Exclude<Execution, { kind: 'answering' }> & { outcome: Outcome | null })
  | (Omit<Answering, 'events'> & { outcome: Outcome | null; events: AsyncGenerator<Step> })

/** Who reads a stream hears something after so many ms at the latest, and then at least so often. */
const SILENT_MS = 1_000
const HEARTBEAT_MS = 5_000

/**
 * Has a decision carried out by one model, or by several together.
 *
 * @returns once the first piece of the answer is there (streamed), or all of it, or nobody answers; a stream of several
 * also after a moment: what comes of it is then told in its events, after word of how far they are
 */
export async function collaborate(decision: Decision, wanted: Wanted, io: ExecuteIo): Promise<Collaborated> {
  const { pattern, verify } = decision.collaboration
  if (pattern.kind === 'single' && verify === null) {
    return { ...(await execute(decision, wanted, io)), outcome: null }
  }
  const crew = newCrew(decision, wanted, io)
  const { attempts, outcome } = crew
  const working = carryOut(crew)
  const kept = await begun(crew, working)
  if (kept && kept.kind !== 'kept') {
    await dismiss(crew)
    return { ...kept, attempts, outcome }
  }
  const head: Head = { answering: decision.plan[0], reason: decision.reason, writers: [] }
  if (kept) introduce(head, kept)
  const steps = stepsOf(crew, working, kept, head)
  const events = closing(steps, () => close(crew, working))
  return Object.assign(head, { kind: 'answering' as const, attempts, outcome, events })
}

/** Who writes the answer. `writers` stays the same list. */
type Head = Pick<Answering, 'answering' | 'reason'> & { writers: Attempt[] }

/** What the work comes to, once it is sure enough to tell; null where a stream is not to be silent any longer. */
async function begun(crew: Crew, working: Promise<Kept>): Promise<Kept | null> {
  try {
    return crew.wanted.stream ? await within(crew, working, SILENT_MS) : await working
  } catch (error) {
    await dismiss(crew)
    throw error
  }
}

async function* stepsOf(
  crew: Crew,
  working: Promise<Kept>,
  first: Kept | null,
  head: Head,
): AsyncGenerator<Step> {
  try {
    let kept = first
    while (!kept) {
      const { outcome, done, of } = crew
      yield { type: 'progress', pattern: outcome.pattern, done, of }
      kept = await within(crew, working, HEARTBEAT_MS, done)
    }
    if (kept.kind === 'cancelled') return crew.io.signal.throwIfAborted()
    if (kept.kind === 'failed') return yield { type: 'answer-error', ...kept.failure }
    for await (const event of kept.events) {
      introduce(head, kept)
      yield event
    }
  } finally {
    await close(crew, working)
  }
}

function introduce(head: Head, { answering, reason, writers }: Extract<Kept, { kind: 'kept' }>): void {
  head.answering = answering
  head.reason = reason
  head.writers.push(...writers.slice(head.writers.length))
}

/**
 * What the work comes to, if that is known within so many ms; else null.
 *
 * @param done null is not waited for as long where more than so much is done
 */
async function within(crew: Crew, working: Promise<Kept>, ms: number, done = Infinity): Promise<Kept | null> {
  const { signal } = crew.io
  if (signal.aborted) return working
  const over = new AbortController()
  const time = crew.io.sleep(ms, AbortSignal.any([signal, over.signal]))
  const advanced = new Promise<void>((resolve) => {
    crew.advanced = () => crew.done > done && resolve()
    crew.advanced()
  })
  try {
    return await Promise.race([working, Promise.race([time, advanced]).then(() => null)])
  } finally {
    over.abort()
  }
}

/** Ends everything that is still on its way, and waits until all of it has been settled. */
async function close(crew: Crew, working: Promise<Kept>): Promise<void> {
  await dismiss(crew)
  const kept = await working.catch(() => null)
  if (kept?.kind === 'kept') await kept.events.return(undefined)
}

/** A generator that was never read would leave everything running when it is returned. */
function closing(steps: AsyncGenerator<Step>, end: () => Promise<void>): AsyncGenerator<Step> {
  return {
    next: () => steps.next(),
    async return(value) {
      await end()
      return steps.return(value)
    },
    throw: (error) => steps.throw(error),
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return(undefined)
    },
  }
}
