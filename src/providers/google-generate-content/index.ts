import type { ChatRequest, ReasoningWish } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type Adapter, droppedNative } from '../adapter.ts'
import { createDecoder, decodeAnswer } from './decode.ts'
import { encodeRequest, MAX_STOPS } from './encode.ts'
import { type GeminiModel, geminiModel } from './gemini-models.ts'

/** Google's generateContent, as the Gemini API speaks it: newer models give one candidate only. */
export const googleGenerateContent: Adapter = {
  format: 'google-generate-content',
  seals: 'google',
  takesChoices: false,
  takesOutput: ({ output, tools }, { hostModelId }) =>
    output.type === 'text' || tools.length === 0 || geminiModel(hostModelId).jsonBesideTools,
  authorize: (apiKey) => ({ 'x-goog-api-key': apiKey }),
  encode: encodeRequest,
  unsupported(request, target) {
    const { logprobs, topLogprobs, presencePenalty, frequencyPenalty, stop = [] } = request.sampling
    const model = target && geminiModel(target.hostModelId)
    const dropped = present({
      logprobs: model?.logprobs ? undefined : logprobs,
      top_logprobs: model?.logprobs ? undefined : topLogprobs,
      presence_penalty: model?.penalties === false ? presencePenalty : undefined,
      frequency_penalty: model?.penalties === false ? frequencyPenalty : undefined,
      stop: stop.length > MAX_STOPS || undefined,
      parallel_tool_calls: request.parallelToolCalls === false || undefined,
      reasoning_effort: (model && isUnheard(request.reasoning, model)) || undefined,
      user: request.user,
      cache_control: hasMarkers(request) || undefined,
    })
    return [...Object.keys(dropped), ...droppedNative(request, 'google-generate-content')]
  },
  createDecoder,
  decodeAnswer,
}

/** Whether the model cannot be told at all, or cannot but think. */
function isUnheard({ effort, budgetTokens }: ReasoningWish, { thinking }: GeminiModel): boolean {
  if (thinking.by === 'nothing')
    return budgetTokens !== undefined || (effort !== undefined && effort !== 'none')
  return effort === 'none' && !(thinking.by === 'budget' && thinking.canBeOff)
}

/** Google caches long prompts by itself. */
function hasMarkers({ messages, tools }: ChatRequest): boolean {
  return (
    tools.some(({ cache }) => cache) ||
    messages.some(({ content }) => content.some((part) => 'cache' in part && part.cache))
  )
}
