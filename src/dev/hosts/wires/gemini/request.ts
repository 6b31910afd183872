import * as z from 'zod'
import { isBase64, kindOf, mediaOf } from '../../media.ts'
import type { Effort, OutputFormat, Question, ToolChoice, Turn } from '../../question.ts'
import { positive, schemaObject, toolOf, type Target } from '../../wire.ts'

const part = z.strictObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().refine(isBase64, 'Base64 decoding failed').optional(),
  inlineData: z
    .strictObject({
      mimeType: z.string(),
      data: z.string().refine(isBase64, 'Base64 decoding failed'),
      displayName: z.string().optional(),
    })
    .optional(),
  fileData: z
    .strictObject({
      fileUri: z.string(),
      mimeType: z.string().optional(),
      displayName: z.string().optional(),
    })
    .optional(),
  functionCall: z
    .strictObject({ id: z.string().optional(), name: z.string(), args: schemaObject.optional() })
    .optional(),
  functionResponse: z
    .strictObject({
      id: z.string().optional(),
      name: z.string(),
      response: schemaObject,
      parts: z.array(z.unknown()).optional(),
      willContinue: z.boolean().optional(),
      scheduling: z.string().optional(),
    })
    .optional(),
  videoMetadata: z.unknown().optional(),
  mediaResolution: z.unknown().optional(),
})
/** A part of a turn, read. */
export type GeminiPart = z.output<typeof part>
const content = z.strictObject({
  role: z.enum(['user', 'model', 'function']).optional(),
  parts: z.array(part).min(1, 'must include at least one parts field'),
})
/** A turn, read. */
export type GeminiContent = z.output<typeof content>

const declaration = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  parameters: schemaObject.optional(),
  parametersJsonSchema: schemaObject.optional(),
})
const generationConfig = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().optional(),
  topK: z.number().optional(),
  candidateCount: z.int().min(1).max(8).optional(),
  maxOutputTokens: positive,
  stopSequences: z.array(z.string()).max(5).optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  seed: z.int().optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().min(0).max(20).optional(),
  responseMimeType: z.string().optional(),
  responseSchema: schemaObject.optional(),
  responseJsonSchema: schemaObject.optional(),
  responseModalities: z.array(z.string()).optional(),
  mediaResolution: z.string().optional(),
  speechConfig: z.unknown().optional(),
  imageConfig: z.unknown().optional(),
  enableEnhancedCivicAnswers: z.boolean().optional(),
  thinkingConfig: z
    .strictObject({
      thinkingBudget: z.int().optional(),
      thinkingLevel: z
        .string()
        .transform((level) => level.toLowerCase())
        .pipe(z.enum(['minimal', 'low', 'medium', 'high', 'thinking_level_unspecified']))
        .optional(),
      includeThoughts: z.boolean().optional(),
    })
    .optional(),
})
const callingConfig = z.strictObject({
  mode: z.string().optional(),
  allowedFunctionNames: z.array(z.string()).optional(),
  streamFunctionCallArguments: z.boolean().optional(),
})

/** A request of Google's generateContent; fields it does not have are refused. */
export const geminiRequest = z.strictObject({
  model: z.string().optional(),
  contents: z.array(content).min(1, 'contents is not specified'),
  systemInstruction: content.optional(),
  tools: z.array(z.looseObject({ functionDeclarations: z.array(declaration).optional() })).optional(),
  toolConfig: z.looseObject({ functionCallingConfig: callingConfig.optional() }).optional(),
  generationConfig: generationConfig.optional(),
  safetySettings: z.array(z.unknown()).optional(),
  cachedContent: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  serviceTier: z.string().optional(),
  store: z.boolean().optional(),
})
/** A request of generateContent, read. */
export type GeminiRequest = z.output<typeof geminiRequest>

/** What a request asks. */
export function geminiQuestion(request: GeminiRequest, target: Target): Question {
  const config = request.generationConfig
  const system = (request.systemInstruction?.parts ?? []).map(({ text = '' }) => {
    return { role: 'system' as const, text }
  })
  const declarations = (request.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? [])
  return {
    modelId: target.model ?? '',
    turns: [...system, ...request.contents.flatMap(turnsOf)],
    tools: declarations.map(({ parametersJsonSchema, parameters = parametersJsonSchema, ...rest }) =>
      toolOf({ ...rest, parameters }),
    ),
    toolChoice: toolChoiceOf(request.toolConfig?.functionCallingConfig),
    parallelTools: true,
    output: outputOf(config),
    maxOutputTokens: config?.maxOutputTokens ?? null,
    stop: config?.stopSequences ?? [],
    choices: config?.candidateCount ?? 1,
    effort: effortOf(config?.thinkingConfig),
    showsReasoning: config?.thinkingConfig?.includeThoughts ?? false,
    caching: 'automatic',
    stream: target.stream !== 'no',
  }
}

/** Google's inputs have no role for results: they are parts of the user's. */
function turnsOf({ role, parts }: GeminiContent): readonly Turn[] {
  return parts.map((each) => {
    const said = { text: each.text ?? '', media: mediaIn(each) }
    if (each.functionResponse) {
      const { response, parts: media = [] } = each.functionResponse
      const seen = media.flatMap((inner) => mediaIn(part.safeParse(inner).data ?? {}))
      return { role: 'tool', text: JSON.stringify(response), media: seen }
    }
    if (role !== 'model') return { role: 'user', ...said }
    const call = each.functionCall
    return call
      ? { role: 'assistant', text: JSON.stringify(call), calls: [call.name] }
      : { role: 'assistant', ...said }
  })
}

function mediaIn({ inlineData, fileData }: GeminiPart) {
  return [
    ...(inlineData ? [mediaOf(kindOf(inlineData.mimeType), inlineData.mimeType, inlineData.data)] : []),
    ...(fileData ? [mediaOf(kindOf(fileData.mimeType), fileData.mimeType ?? null)] : []),
  ]
}

function toolChoiceOf(config: z.output<typeof callingConfig> | undefined): ToolChoice {
  const mode = config?.mode?.toUpperCase()
  const only = config?.allowedFunctionNames?.[0]
  if (mode === 'ANY') return only ? { name: only } : 'required'
  return mode === 'NONE' ? 'none' : 'auto'
}

function outputOf(config: GeminiRequest['generationConfig']): OutputFormat {
  const schema = config?.responseJsonSchema ?? config?.responseSchema
  if (schema) return { type: 'json_schema', name: 'output', schema }
  return config?.responseMimeType === 'application/json' ? { type: 'json_object' } : { type: 'text' }
}

/** A budget as an effort: -1 leaves it to the model. */
function effortOf(config: NonNullable<GeminiRequest['generationConfig']>['thinkingConfig']): Effort | null {
  const { thinkingBudget: budget, thinkingLevel: level } = config ?? {}
  if (level && level !== 'thinking_level_unspecified') return level
  if (budget === undefined || budget < 0) return null
  if (budget === 0) return 'none'
  return budget <= 2048 ? 'low' : budget <= 12_288 ? 'medium' : 'high'
}
