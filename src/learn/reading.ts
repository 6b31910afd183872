import type { Prompt } from '../classify/features/prompt.ts'
import { shapeOf } from '../classify/features/shape.ts'
import { countTerms } from '../classify/features/terms.ts'

/**
 * All that is learned from a prompt, without its text: 0.5 KB, and 4 bytes for each of 2,000 terms at most.
 * Whoever trains on many prompts reads one after the other and lets their texts go.
 */
export type Reading = {
  /** How the prompt is built; the same length for every prompt. */
  shape: Float64Array
  /** Terms with how often they occur, 32 bits each: the term's number above its level. */
  terms: Uint32Array
}

/** Reads a prompt, once, for training or for prediction. */
export function readPrompt(prompt: Prompt): Reading {
  const terms = Uint32Array.from(countTerms(prompt), ([term, count]) => (term << LEVEL_BITS) | levelOf(count))
  return { shape: Float64Array.from(shapeOf(prompt)), terms }
}

const LEVEL_BITS = 8
const MAX_LEVEL = 255
const LEVELS_PER_UNIT = 16

/** Frequent terms count more, but not in proportion: sixteenths of 1 + ln(count). */
function levelOf(count: number): number {
  return Math.min(MAX_LEVEL, Math.round(LEVELS_PER_UNIT * (1 + Math.log(count))))
}

/** The term's number (see `countTerms`). */
export function termOf(packed: number): number {
  return packed >>> LEVEL_BITS
}

/** How much a term counts in its prompt, on a scale of 16 for once. */
export function weightOf(packed: number): number {
  return packed & MAX_LEVEL
}
