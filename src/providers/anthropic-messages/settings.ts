import * as z from 'zod'
import type { ChatRequest, Message, ReasoningWish } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { effortOfBudget } from '../../core/thinking.ts'
import { nativeOf, type Target } from '../adapter.ts'
import { splitSystem, turnStart } from '../turns.ts'
import { type ClaudeModel, claudeModel, HOST_EFFORTS, type HostEffort } from './claude-models.ts'
import {
  type Circumstances,
  maxTokens,
  planThinking,
  type Thinking,
  type ThinkingPlan,
  thinksWith,
} from './thinking.ts'

/** The fields of a request that depend on each other and on the model. */
export type Settings = {
  maxTokens: number
  thinking?: Thinking
  effort?: HostEffort
  sampling: { temperature?: number; top_p?: number; top_k?: number }
  /** False: the caller wants a tool called, and the model cannot be made to. */
  mayForceTools: boolean
}

/** What a request's caller told in Anthropic's own words. */
const nativeFields = z.object({
  thinking: z
    .looseObject({
      type: z.enum(['enabled', 'adaptive', 'disabled', 'between_tools']),
      budget_tokens: z.number().optional(),
    })
    .optional()
    .catch(undefined),
  output_config: z
    .object({ effort: z.enum(HOST_EFFORTS).optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

export function settingsFor(request: ChatRequest, target: Target): Settings {
  const model = claudeModel(target.hostModelId)
  const { maxOutputTokens } = request.sampling
  const most = Math.min(target.maxOutputTokens, target.outputCap ?? target.maxOutputTokens)
  const mustCall = request.toolChoice === 'required' || typeof request.toolChoice === 'object'
  const forced = mustCall && (request.tools.length > 0 || request.native !== null)
  const at: Circumstances = {
    bound: maxOutputTokens === undefined ? null : Math.min(maxOutputTokens, most),
    most,
    forced,
    begunWithout: begunWithoutThought(request.messages),
  }
  const plan = thinkingOf(request, model, at)
  const thinks = thinksWith(plan.thinking, model)
  return {
    maxTokens: maxTokens(plan, model, at),
    ...plan,
    sampling: thinks || !model.sampling ? {} : samplingOf(request),
    mayForceTools: !forced || model.forcedTools !== 'never',
  }
}

/** The caller's own words where the model takes them, else ours for the same wish. */
function thinkingOf(request: ChatRequest, model: ClaudeModel, at: Circumstances): ThinkingPlan {
  const native = nativeOf(request, 'anthropic-messages')
  const said = native ? nativeFields.parse(native.body) : {}
  const told = said.thinking && present({ ...said.thinking, type: said.thinking.type })
  const toldEffort = said.output_config?.effort
  const { effort, budgetTokens } = request.reasoning
  const wished = effort !== undefined || budgetTokens !== undefined
  // Nothing was decided for a model that is no Claude: it cannot be told.
  if (!wished && model.thinks === 'unknown') return {}
  const wish = wished || !told ? request.reasoning : wishOf(told, toldEffort)
  const plan = planThinking(wish, model, at)
  const asToldEffort = toldEffort && model.efforts.includes(toldEffort) ? toldEffort : undefined
  const barred = at.forced && model.forcedTools === 'unless-thinking' && thinksWith(told, model)
  if (barred) return plan
  const kept = told && fitting(told, model, at)
  const onlyEffort = !told && asToldEffort !== undefined
  return present({
    thinking: kept ?? (onlyEffort ? undefined : plan.thinking),
    // A budget says as much as an effort would.
    effort: asToldEffort ?? (kept?.type === 'enabled' ? undefined : plan.effort),
  })
}

/** The caller's own words as they are, if the model takes them here. */
function fitting(told: Thinking, model: ClaudeModel, at: Circumstances): Thinking | null {
  if (!model.thinking.includes(told.type)) return null
  if (told.type !== 'enabled') return told
  const fits = told.budget_tokens !== undefined && told.budget_tokens < (at.bound ?? at.most)
  return fits && !at.begunWithout ? told : null
}

function wishOf(
  { type, budget_tokens: budget, display }: Thinking,
  effort: HostEffort | undefined,
): ReasoningWish {
  const shown = present({ shown: display === 'summarized' ? true : undefined })
  switch (type) {
    case 'disabled':
      return { effort: 'none' }
    case 'between_tools':
      return { effort: 'low' }
    case 'enabled':
      return { ...shown, effort: effortOfBudget(budget ?? 0), ...present({ budgetTokens: budget }) }
    case 'adaptive':
      return { ...shown, effort: effort === 'max' ? 'xhigh' : (effort ?? 'high') }
  }
}

/** Claude takes no temperature above 1, and no `top_p` beside a temperature. */
function samplingOf({ sampling: { temperature, topP, topK } }: ChatRequest): Settings['sampling'] {
  return present({
    temperature: temperature === undefined ? undefined : Math.min(temperature, 1),
    top_p: temperature === undefined ? topP : undefined,
    top_k: topK,
  })
}

/** Whether the model is to go on with a turn of its own that does not start with a thought it could read. */
function begunWithoutThought(messages: readonly Message[]): boolean {
  const { turns } = splitSystem(messages, 'anthropic')
  const begun = turns[turnStart(turns)]
  return begun?.role === 'assistant' && begun.content[0]?.type !== 'reasoning'
}
