import { isRecord } from '../../core/canonical-json.ts'
import type { AttemptOrder } from '../attempt.ts'
import { taskPrompt } from './task-prompt.ts'

/** What a judge is to choose among. `question`: what the candidates answer. `rubric`: null for the judge's own. */
export type Case = { question: string; candidates: readonly unknown[]; rubric: string | null }

/** The case in a judge's input: `{candidates, rubric?, …}`, where the rest says what is asked. Null without candidates. */
export function caseIn(order: AttemptOrder): Case | null {
  if (!isRecord(order.input)) return null
  const { candidates, rubric, ...rest } = order.input
  if (!Array.isArray(candidates)) return null
  return {
    question: questionIn(order, Object.keys(rest).length > 0 ? rest : null),
    candidates,
    rubric: typeof rubric === 'string' && rubric !== '' ? rubric : null,
  }
}

/** What an order is about, apart from its material. */
export function questionIn(order: AttemptOrder, input: unknown): string {
  return taskPrompt({ ...order, input }, false).user
}
