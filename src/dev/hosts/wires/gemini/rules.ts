import { unseal } from '../../seal.ts'
import { HostRefusal } from '../../wire.ts'
import type { GeminiContent, GeminiPart, GeminiRequest } from './request.ts'

/** Stands in for a signature where there is none to send: documented by Google. */
const NO_SIGNATURE = 'skip_thought_signature_validator'
const ALWAYS_THINKS = /^gemini-2\.5-pro/

/** Whether a model signs its function calls and wants the signatures back. */
export function signsCalls(modelId: string): boolean {
  return modelId.startsWith('gemini-3')
}

/**
 * What Google refuses though its shape is right.
 *
 * @throws HostRefusal
 */
export function checkGemini(request: GeminiRequest, modelId: string): void {
  checkConfig(request, modelId)
  checkTurns(request.contents)
  for (const { parts } of request.contents) parts.forEach(checkSignature)
  if (signsCalls(modelId)) checkSigned(request.contents)
}

function checkConfig({ generationConfig: config, tools = [] }: GeminiRequest, modelId: string): void {
  const { thinkingBudget: budget, thinkingLevel: level } = config?.thinkingConfig ?? {}
  if (budget !== undefined && level !== undefined) {
    refuse('You can only set only one of thinking budget and thinking level.')
  }
  if (level !== undefined && modelId.startsWith('gemini-2')) {
    refuse('Thinking level is not supported for this model.')
  }
  if (budget === 0 && ALWAYS_THINKS.test(modelId)) {
    refuse('Budget 0 is invalid. This model only works in thinking mode.')
  }
  const calls = tools.some((tool) => tool.functionDeclarations !== undefined)
  if (calls && config?.responseMimeType === 'application/json' && modelId.startsWith('gemini-2')) {
    refuse("Function calling with a response mime type: 'application/json' is unsupported")
  }
  const schema = config?.responseSchema ?? config?.responseJsonSchema
  if (schema && config?.responseMimeType !== 'application/json') {
    refuse(
      "* GenerateContentRequest.generation_config.response_schema: only allowed with response_mime_type 'application/json'\n",
    )
  }
  if (config?.logprobs !== undefined && config.responseLogprobs !== true) {
    refuse('* GenerateContentRequest.generation_config.logprobs: only allowed with response_logprobs\n')
  }
}

/** Responses follow the calls they belong to, as many as there were calls. */
function checkTurns(contents: readonly GeminiContent[]): void {
  contents.forEach(({ parts }, index) => {
    const responses = parts.flatMap((part) => part.functionResponse ?? [])
    const calls = (contents[index - 1]?.parts ?? []).flatMap((part) => part.functionCall ?? [])
    if (responses.length === 0 && calls.length === 0) return
    if (calls.length === 0) {
      refuse('Please ensure that function response turn comes immediately after a function call turn.')
    }
    const matched = calls.every((call) => responses.some((response) => belongs(response, call)))
    if (responses.length !== calls.length || !matched) {
      refuse(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      )
    }
  })
  if (contents.at(-1)?.parts.some((part) => part.functionCall)) {
    refuse(
      'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
    )
  }
}

type Named = { id?: string | undefined; name: string }

function belongs(response: Named, call: Named): boolean {
  return response.id !== undefined && call.id !== undefined
    ? response.id === call.id
    : response.name === call.name
}

/** A signature is one of ours, and stays on the call that it was made for. */
function checkSignature({ thoughtSignature: signature, functionCall }: GeminiPart): void {
  if (signature === undefined || signature === NO_SIGNATURE) return
  const signed = unseal('thought', signature)
  if (signed === null || (functionCall && signed !== functionCall.name)) {
    refuse('Thought signature is not valid.')
  }
}

/** In the turn that is still going on, the first call of every step carries its signature. */
function checkSigned(contents: readonly GeminiContent[]): void {
  const asked = contents.findLastIndex(
    ({ role, parts }) => role !== 'model' && !parts.some((part) => part.functionResponse),
  )
  contents.forEach(({ role, parts }, index) => {
    if (index < asked || role !== 'model') return
    const first = parts.find((part) => part.functionCall)
    if (!first?.functionCall || first.thoughtSignature !== undefined) return
    refuse(
      `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${first.functionCall.name}\` , position ${index + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
    )
  })
}

function refuse(message: string): never {
  throw new HostRefusal({ status: 400, message })
}
