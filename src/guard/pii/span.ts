import type { PiiEntity } from '../../core/guardrails.ts'
import type { DigitRun, Span } from './digit-runs.ts'

/** Personal data within a text. */
export type PiiMatch = Span & { entity: PiiEntity }

/** Looks a text through for one kind of data, in time linear in the text; `runs` are its `digitRuns`. */
export type Detector = (text: string, runs: readonly DigitRun[]) => readonly Span[]

/** How far around a number the words are looked for that say what it is, in characters. */
const BEFORE = 48
const AFTER = 16

/** Whether words that say what a number is stand close to it: enough to trust a form that others have as well. */
export function isNear(text: string, { start, end }: Span, words: RegExp): boolean {
  return (
    words.test(text.slice(Math.max(0, start - BEFORE), start)) || words.test(text.slice(end, end + AFTER))
  )
}

/** Everything a pattern matches and a check takes for real. Its repetitions must be bounded. */
export function spansOf(text: string, pattern: RegExp, isReal: (found: string, at: Span) => boolean): Span[] {
  const spans: Span[] = []
  for (const { 0: found, index } of text.matchAll(pattern)) {
    const span = { start: index, end: index + found.length }
    if (isReal(found, span)) spans.push(span)
  }
  return spans
}
