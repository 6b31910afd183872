import type { GuardAction, Guarded, GuardFinding, Guardrail, TextCheck } from '../core/guardrails.ts'
import { createFinder, type Finder, type Found } from './find-in-text.ts'

/** A guardrail that looks through texts, ready to work. */
export type TextGuard = { guardrail: Guardrail; finder: Finder }

/** @throws RegexFault for a pattern that `compileRegex` refuses */
export function createTextGuard(guardrail: Guardrail, check: TextCheck): TextGuard {
  return { guardrail, finder: createFinder(check) }
}

/** What one guardrail finds in one request or answer, while it is read. */
export type Tally = { kinds: Set<string>; count: number }

export const newTally = (): Tally => ({ kinds: new Set(), count: 0 })

/** What a tally says of a guardrail; null while nothing was found. */
export function findingOf(
  { id, action }: { id: string; action: GuardAction },
  on: Guarded,
  { kinds, count }: Tally,
): GuardFinding | null {
  return count === 0 ? null : { id, on, action, found: [...kinds].toSorted(), count }
}

/** The text as the guardrail leaves it. A guardrail that blocks leaves it as it is: what was found says enough. */
export function applyTo(text: string, { guardrail, finder }: TextGuard, tally: Tally): string {
  const found = finder.find(text, 0)
  countFound(found, tally)
  return guardrail.action === 'mask' ? masked(text, found, guardrail.maskWith) : text
}

export function countFound(found: readonly Found[], tally: Tally): void {
  for (const { kind } of found) tally.kinds.add(kind)
  tally.count += found.length
}

/** Writes over what was found: with the guardrail's own words, or with the kind. */
export function masked(text: string, found: readonly Found[], maskWith: string | null): string {
  let written = ''
  let at = 0
  for (const { start, end, kind } of found) {
    written += text.slice(at, start) + (maskWith ?? `[${kind.toUpperCase()}]`)
    at = end
  }
  return written + text.slice(at)
}
