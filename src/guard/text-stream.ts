import type { Found } from './find-in-text.ts'
import { countFound, masked, type Tally, type TextGuard } from './text-guard.ts'

/** A text that passes a guardrail piece by piece. */
export type TextStream = {
  /** @returns what may go on now */
  push(text: string): string
  /** The text has ended. @returns what was held back */
  end(): string
}

/** The most that is held back, and the least that is remembered of what went on, in characters. */
const MAX_HELD = 256
const CONTEXT = 64

/**
 * Holds back no more of a text than could still become a find, so that one is also caught that comes in two pieces. A
 * guardrail that blocks lets nothing go on from its first find; the tally tells.
 */
export function createTextStream(guard: TextGuard, tally: Tally): TextStream {
  const { finder, guardrail } = guard
  const blocks = guardrail.action === 'block'
  /** What went on before, as far as it may say what the held text is. */
  let before = ''
  let held = ''

  function release(isEnd: boolean): string {
    if (blocks && tally.count > 0) return ''
    const text = before + held
    const found = finder.find(text, before.length)
    const cut = isEnd ? text.length : cutOf(text, found)
    const gone = found.filter(({ start }) => start < cut)
    const whole = gone.at(-1)
    const until = Math.max(cut, whole?.end ?? 0)
    countFound(gone, tally)
    const first = blocks ? gone[0] : undefined
    const passed = text.slice(before.length, first ? first.start : until)
    const shifted = gone.map(({ start, end, kind }) => ({
      start: start - before.length,
      end: end - before.length,
      kind,
    }))
    held = text.slice(until)
    before = text.slice(Math.max(0, until - CONTEXT), until)
    return guardrail.action === 'mask' ? masked(passed, shifted, guardrail.maskWith) : passed
  }

  /** Where the held part begins: before anything that may go on, but not too far back. */
  function cutOf(text: string, found: readonly Found[]): number {
    const least = Math.max(before.length, text.length - MAX_HELD)
    const cut = Math.max(finder.openFrom(text), least)
    const crossing = found.find(({ start, end }) => start < cut && cut < end)
    return crossing && crossing.start >= least ? crossing.start : cut
  }

  return {
    push(text) {
      held += text
      return release(false)
    },
    end: () => release(true),
  }
}
