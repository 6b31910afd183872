import type { ReasoningEffort } from './chat.ts'

/**
 * Tokens of thought that an effort stands for at hosts that want a number (Anthropic before adaptive thinking, Gemini
 * 2.5). 1,024 is Anthropic's least; the rest doubles up to what Gemini 2.5 Pro takes at most. Our own scale.
 */
const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
}

/** Tokens of thought for an effort. */
export function budgetOf(effort: ReasoningEffort): number {
  return BUDGETS[effort]
}

/** The effort whose budget is nearest to so many tokens. */
export function effortOfBudget(tokens: number): ReasoningEffort {
  let nearest: ReasoningEffort = 'none'
  for (const effort of ['minimal', 'low', 'medium', 'high', 'xhigh'] as const) {
    if (Math.abs(BUDGETS[effort] - tokens) < Math.abs(BUDGETS[nearest] - tokens)) nearest = effort
  }
  return nearest
}
