/** Failures of an agent, each after the other. `lastAt`: Unix ms. */
export type Failures = { inRow: number; lastAt: number }
export const NO_FAILURES: Failures = { inRow: 0, lastAt: 0 }

/** From so many on it opens; one less, and the agent is degraded for a while. */
const OPENING = 3
/** How long it stays open, and how long an agent counts as degraded, in ms. */
const OPEN_MS = 30_000
const DEGRADED_MS = 60_000
/** Failures that are older say nothing, in ms. */
const FORGOTTEN_MS = 600_000

/** `half_open`: one task at a time, until one succeeds. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** @param now Unix ms */
export function breakerAt({ inRow, lastAt }: Failures, now: number): BreakerState {
  if (inRow < OPENING || now - lastAt >= FORGOTTEN_MS) return 'closed'
  return now - lastAt < OPEN_MS ? 'open' : 'half_open'
}

/** Whether tasks at an agent failed of late, so that others come first. @param now Unix ms */
export function isFailing({ inRow, lastAt }: Failures, now: number): boolean {
  return inRow >= OPENING - 1 && now - lastAt < DEGRADED_MS
}

/** What is left of failures after one task more. @param success 0..1 @param now Unix ms */
export function failuresAfter({ inRow, lastAt }: Failures, success: number, now: number): Failures {
  if (success > 0) return NO_FAILURES
  return { inRow: now - lastAt < FORGOTTEN_MS ? inRow + 1 : 1, lastAt: now }
}

/** Since when a task tries whether an agent works again. Unix ms. */
export function probedFrom({ lastAt }: Failures): number {
  return lastAt + OPEN_MS
}
