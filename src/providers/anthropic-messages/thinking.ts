import type { ReasoningEffort, ReasoningWish } from '../../core/chat.ts'
import { budgetOf, effortOfBudget } from '../../core/thinking.ts'
import { type ClaudeModel, HOST_EFFORTS, type HostEffort, type ThinkingType } from './claude-models.ts'

/** The field `thinking` of a request, with whatever else a caller put in it. */
export type Thinking = { type: ThinkingType; budget_tokens?: number; [field: string]: unknown }

/** What a request says about thinking; absent fields leave it to the model. */
export type ThinkingPlan = { thinking?: Thinking; effort?: HostEffort }

/** What else of a request decides how its model may think. */
export type Circumstances = {
  /** The caller's bound on the answer, thoughts included; null for none. */
  bound: number | null
  /** The model's own bound. */
  most: number
  /** Whether the model must call a tool. */
  forced: boolean
  /** Whether it is in the middle of a turn that it began without a thought. */
  begunWithout: boolean
}

/** Anthropic's least budget, and what we leave to the answer when a budget must shrink, in tokens. */
const LEAST_BUDGET = 1_024
const LEAST_ANSWER = 1_024
/** The bound where the caller sets none, on the answer without its thoughts: Anthropic requires a bound. */
const ANSWER_TOKENS = 8_192

/** How to tell a model what its caller wishes, as far as it can be told. */
export function planThinking(wish: ReasoningWish, model: ClaudeModel, at: Circumstances): ThinkingPlan {
  const { effort, budgetTokens, shown } = wish
  if (effort === 'none' || (at.forced && model.forcedTools === 'unless-thinking'))
    return withoutThinking(model)
  // What always thinks may still be forced; it need not be told to think, and is not, which would be refused.
  if (at.forced && model.forcedTools === 'always') return effortPlan(wish, model)
  const display = shown ? { display: 'summarized' } : {}
  if (effort === undefined && budgetTokens === undefined) {
    return model.thinks === 'by-default' && shown ? { thinking: { type: 'adaptive', ...display } } : {}
  }
  if (model.thinking.includes('adaptive')) {
    return { thinking: { type: 'adaptive', ...display }, ...effortPlan(wish, model) }
  }
  const budget = at.begunWithout ? null : budgetFor(wish, at)
  if (budget === null) return withoutThinking(model)
  return { thinking: { type: 'enabled', budget_tokens: budget, ...display } }
}

function effortPlan({ effort, budgetTokens }: ReasoningWish, model: ClaudeModel): ThinkingPlan {
  const wish = effort ?? (budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens))
  const told = wish && hostEffort(wish, model)
  return told ? { effort: told } : {}
}

/** The least thinking a model can be told to do: none, where it can. */
function withoutThinking({ thinks, thinking, efforts }: ClaudeModel): ThinkingPlan {
  if (thinks !== 'by-default') return {}
  if (thinking.includes('disabled')) return { thinking: { type: 'disabled' } }
  const [effort] = efforts
  return {
    ...(thinking.includes('between_tools') && { thinking: { type: 'between_tools' } }),
    ...(effort && { effort }),
  }
}

/** The highest effort the model knows that is not above the one wished, else its least. */
function hostEffort(wish: ReasoningEffort, { efforts }: ClaudeModel): HostEffort | undefined {
  const most = HOST_EFFORTS.findIndex((effort) => effort === wish)
  return efforts.findLast((effort) => HOST_EFFORTS.indexOf(effort) <= most) ?? efforts[0]
}

/** A budget below the bound; null where the bound leaves no room for thoughts and an answer. */
function budgetFor({ effort, budgetTokens }: ReasoningWish, at: Circumstances): number | null {
  const wanted = Math.max(budgetTokens ?? budgetOf(effort ?? 'medium'), LEAST_BUDGET)
  const bound = at.bound ?? Math.min(ANSWER_TOKENS + wanted, at.most)
  if (budgetTokens !== undefined && wanted < bound) return wanted
  const budget = Math.min(wanted, bound - LEAST_ANSWER)
  return budget < LEAST_BUDGET ? null : budget
}

/** `max_tokens`: the caller's bound within the model's own, else enough for the answer and its thoughts. */
export function maxTokens({ thinking, effort }: ThinkingPlan, model: ClaudeModel, at: Circumstances): number {
  if (at.bound !== null) return at.bound
  const thoughts = thinksWith(thinking, model)
    ? (thinking?.budget_tokens ?? budgetOf(effort === 'max' ? 'xhigh' : (effort ?? 'high')))
    : 0
  return Math.min(ANSWER_TOKENS + thoughts, at.most)
}

/** Whether a model told this thinks before it answers. */
export function thinksWith(thinking: Thinking | undefined, { thinks }: ClaudeModel): boolean {
  return thinking ? thinking.type !== 'disabled' : thinks === 'by-default'
}
