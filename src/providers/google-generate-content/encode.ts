import type { ChatRequest, OutputFormat, ToolChoice } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type HostRequest, outputBound, type Target } from '../adapter.ts'
import { mergeTurns, splitSystem } from '../turns.ts'
import { encodePart, encodeTurns } from './encode-content.ts'
import { type GeminiModel, geminiModel, thinkingConfig } from './gemini-models.ts'

/** The most stop sequences Google takes. */
export const MAX_STOPS = 5

export function encodeRequest(request: ChatRequest, target: Target): HostRequest {
  const method = target.stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
  const model = geminiModel(target.hostModelId)
  const body = {
    ...conversation(request, model),
    ...present({
      tools:
        request.tools.length > 0 ? [{ functionDeclarations: request.tools.map(declaration) }] : undefined,
      toolConfig: request.tools.length > 0 ? toolConfig(request.toolChoice) : undefined,
    }),
    generationConfig: {
      ...samplingOf(request, model, target),
      ...outputOf(request.output),
      ...present({ thinkingConfig: thinkingConfig(request.reasoning, model) }),
    },
  }
  return { path: `/models/${target.hostModelId}:${method}`, headers: {}, body }
}

/** Instructions alone are no conversation: then, or where the model takes none, the user says them. */
function conversation({ messages }: ChatRequest, model: GeminiModel): object {
  const { system, turns } = splitSystem(messages, 'google')
  const contents = mergeTurns(encodeTurns(turns, model))
  const instructions = system.map(encodePart)
  if (instructions.length === 0) return { contents }
  if (contents.length > 0 && model.systemInstruction) {
    return { systemInstruction: { parts: instructions }, contents }
  }
  return { contents: mergeTurns([{ role: 'user', parts: instructions }, ...contents]) }
}

function samplingOf(request: ChatRequest, model: GeminiModel, target: Target): object {
  const { sampling } = request
  const { logprobs } = sampling
  const bound = outputBound(request, target)
  return present({
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    presencePenalty: model.penalties ? sampling.presencePenalty : undefined,
    frequencyPenalty: model.penalties ? sampling.frequencyPenalty : undefined,
    seed: sampling.seed,
    stopSequences: sampling.stop?.slice(0, MAX_STOPS),
    maxOutputTokens: bound === undefined ? undefined : Math.min(bound, target.maxOutputTokens),
    responseLogprobs: model.logprobs && logprobs ? true : undefined,
    logprobs: model.logprobs && logprobs ? sampling.topLogprobs : undefined,
  })
}

function outputOf(output: OutputFormat): object {
  switch (output.type) {
    case 'text':
      return {}
    case 'json_object':
      return { responseMimeType: 'application/json' }
    case 'json_schema':
      return { responseMimeType: 'application/json', responseJsonSchema: withoutConst(output.schema) }
  }
}

/** Google knows no `const`: the same is a choice of one. `named`: the keys are names, not keywords. */
function withoutConst(schema: unknown, named = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withoutConst(item))
  if (typeof schema !== 'object' || schema === null) return schema
  const fields = Object.entries(schema).map(([name, value]): [string, unknown] => {
    if (named) return [name, withoutConst(value)]
    if (name === 'const') return ['enum', [value]]
    if (name === 'enum' || name === 'default' || name === 'examples') return [name, value]
    return [name, withoutConst(value, ['properties', '$defs', 'definitions'].includes(name))]
  })
  return Object.fromEntries(fields)
}

function declaration({ name, description, parameters }: ChatRequest['tools'][number]): object {
  return present({ name, description, parametersJsonSchema: parameters })
}

function toolConfig(choice: ToolChoice | undefined): unknown {
  if (choice === undefined) return undefined
  if (typeof choice === 'object') {
    return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [choice.name] } }
  }
  const mode = { auto: 'AUTO', none: 'NONE', required: 'ANY' }[choice]
  return { functionCallingConfig: { mode } }
}
