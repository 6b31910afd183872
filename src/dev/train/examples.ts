import { readConversation } from '../../classify/conversation.ts'
import { readEvidence } from '../../classify/evidence.ts'
import { denseFeatures } from '../../classify/learned/dense-features.ts'
import { gramsOf } from '../../classify/learned/grams.ts'
import { scoreByRules } from '../../classify/rule-scores.ts'
import { requestOf } from '../../classify/features/prompt.ts'
import { TASK_TYPES } from '../../core/demand.ts'
import type { Sample } from './samples.ts'

/** A sample as the model sees it. */
export type Example = {
  sample: Sample
  dense: Float32Array
  grams: Int32Array
  /** How many n-grams the text has; `grams` may be a part of them. */
  gramTotal: number
  /** Indices of the right types. */
  targets: readonly number[]
  /** Index of the type with the highest score of the rules. */
  byRules: number
}

export function exampleOf(sample: Sample): Example {
  const conversation = readConversation(requestOf(sample.text))
  const focus = readEvidence(conversation.focus)
  const scores = scoreByRules(focus, conversation)
  const grams = gramsOf(conversation.focus).slice()
  return {
    sample,
    dense: denseFeatures(scores, focus, sample.tool ? 1 : 0),
    grams,
    gramTotal: grams.length,
    targets: targetsOf(sample),
    byRules: sample.tool ? TASK_TYPES.indexOf('tool_use') : highest(scores),
  }
}

function targetsOf({ label }: Sample): number[] {
  const right = label === 'closed_qa' ? (['extraction', 'knowledge'] as const) : [label]
  return right.map((type) => TASK_TYPES.indexOf(type))
}

/** Index of the largest value. */
export function highest(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i += 1) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i
  return best
}
