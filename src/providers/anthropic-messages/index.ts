import type { ChatRequest } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type Adapter, droppedNative, nativeOf, type Target } from '../adapter.ts'
import { claudeModel } from './claude-models.ts'
import { createDecoder, decodeAnswer } from './decode.ts'
import { encodeRequest, visible } from './encode.ts'
import { encodeContent } from './encode-content.ts'
import { closedSchema } from './output-schema.ts'
import { settingsFor } from './settings.ts'
import { thinksWith } from './thinking.ts'

/** Anthropic Messages. */
export const anthropicMessages: Adapter = {
  format: 'anthropic-messages',
  seals: 'anthropic',
  takesChoices: false,
  takesOutput,
  authorize: (apiKey) => ({ 'x-api-key': apiKey }),
  encode: encodeRequest,
  unsupported(request, target) {
    const { presencePenalty, frequencyPenalty, seed, logprobs, topLogprobs, stop = [] } = request.sampling
    const untold = present({
      presence_penalty: presencePenalty,
      frequency_penalty: frequencyPenalty,
      seed,
      logprobs,
      top_logprobs: topLogprobs,
      stop: visible(stop).length < stop.length || undefined,
    })
    return [
      ...Object.keys(untold),
      ...mediaWithoutBlock(request),
      ...(target ? forbidden(request, target) : bothSamplings(request)),
      ...droppedNative(request, 'anthropic-messages'),
    ]
  },
  createDecoder,
  decodeAnswer,
}

/** A schema is sent as it is to models that can be held to it; any other JSON is a tool's arguments. */
function takesOutput(request: ChatRequest, { hostModelId, structuredOutput }: Target): boolean {
  const { output } = request
  if (output.type !== 'json_schema') return output.type === 'text'
  if (structuredOutput !== 'json_schema' || !claudeModel(hostModelId).outputFormat) return false
  return nativeOf(request, 'anthropic-messages') !== null || closedSchema(output.schema) !== null
}

function mediaWithoutBlock({ messages }: ChatRequest): string[] {
  const parts = messages.flatMap((message) => (message.role === 'assistant' ? [] : message.content))
  const dropped = parts.filter((part) => part.type !== 'text' && encodeContent(part).length === 0)
  return [...new Set(dropped.map(({ type }) => (type === 'audio' ? 'input_audio' : type)))]
}

/** No Claude takes the two together. */
function bothSamplings({ sampling: { temperature, topP } }: ChatRequest): string[] {
  return temperature !== undefined && topP !== undefined ? ['top_p'] : []
}

/** What this model does not take, or not in this request. A 1 for the samplings is what it does anyway. */
function forbidden(request: ChatRequest, target: Target): string[] {
  const { sampling, reasoning, output } = request
  const model = claudeModel(target.hostModelId)
  const { sampling: told, thinking, mayForceTools } = settingsFor(request, target)
  const wanted = reasoning.effort !== undefined || reasoning.budgetTokens !== undefined
  const thinks = thinksWith(thinking, model)
  const standsIn = output.type !== 'text' && !takesOutput(request, target)
  return Object.keys(
    present({
      temperature: 'temperature' in told || sampling.temperature === 1 ? undefined : sampling.temperature,
      top_p: 'top_p' in told || sampling.topP === 1 ? undefined : sampling.topP,
      top_k: 'top_k' in told ? undefined : sampling.topK,
      reasoning_effort: wanted && thinks === (reasoning.effort === 'none') ? true : undefined,
      tool_choice: mayForceTools ? undefined : true,
      response_format: standsIn && model.forcedTools === 'never' ? true : undefined,
    }),
  )
}
