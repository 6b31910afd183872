import { isRecord } from '../../core/canonical-json.ts'
import type { AttemptOrder, AttemptOutcome } from '../../runs/attempt.ts'
import { questionIn } from '../../runs/prompts/case-prompt.ts'
import { reducePrompt } from '../../runs/prompts/reduce-prompt.ts'
import type { RequestScope } from '../context.ts'
import { choose } from './judge-work.ts'
import { answerTask } from './model-work.ts'
import { failed } from './outcomes.ts'

/** Makes one output of several, which the order's input has by their names; those that are null are missing. */
export async function workAsAggregator(scope: RequestScope, order: AttemptOrder): Promise<AttemptOutcome> {
  const named = Object.entries(isRecord(order.input) ? order.input : {})
  const there = named.filter(([, value]) => value !== null)
  if (there.length === 0) {
    return failed({ code: 'invalid_input', message: 'There is no output to make one of' })
  }
  if (order.aggregate === 'judge') {
    const candidates = there.map(([, value]) => value)
    const chosen = await choose(scope, order, { question: questionIn(order, null), candidates, rubric: null })
    if (chosen.kind === 'failed') return chosen
    return { kind: 'succeeded', output: chosen.choice.candidate, cost: chosen.cost }
  }
  const missing = named.flatMap(([name, value]) => (value === null ? [name] : []))
  return answerTask(scope, order, reducePrompt(order, Object.fromEntries(there), missing))
}
