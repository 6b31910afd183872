import * as z from 'zod'
import { EFFORTS, type Question, type Turn } from '../../question.ts'
import { schemaObject, toolOf } from '../../wire.ts'
import { inputItem } from './items.ts'

const tool = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  description: z.string().nullish(),
  parameters: schemaObject.nullish(),
})
const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.looseObject({ type: z.literal('function'), name: z.string() }),
])
const format = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({ type: z.literal('json_schema'), name: z.string(), schema: schemaObject }),
])
/** OpenAI's smallest limit is 16, but the simulation lets tests cut earlier. */
const limit = z.int().positive().nullish()

/** A request of OpenAI's Responses. Fields that are not listed are accepted and mean nothing here. */
export const responsesRequest = z.object({
  model: z.string(),
  input: z.union([
    z
      .string()
      .min(1)
      .transform((text) => [{ type: 'message' as const, role: 'user' as const, content: text }]),
    z.array(inputItem).min(1),
  ]),
  instructions: z.string().nullish(),
  previous_response_id: z.string().nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  include: z.array(z.string()).nullish(),
  max_output_tokens: limit,
  parallel_tool_calls: z.boolean().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  text: z.looseObject({ format: format.nullish(), verbosity: z.string().nullish() }).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  service_tier: z.string().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  reasoning: z
    .looseObject({
      effort: z.enum(EFFORTS).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
    })
    .nullish(),
})
/** A request of OpenAI's Responses, read. */
export type ResponsesRequest = z.output<typeof responsesRequest>

/** What a request asks; `turns` is its input with everything before it. */
export function responsesQuestion(request: ResponsesRequest, turns: readonly Turn[]): Question {
  const { instructions, tools, reasoning, tool_choice: choice } = request
  const functions = (tools ?? []).filter((entry) => entry.type === 'function')
  return {
    modelId: request.model,
    turns: instructions ? [{ role: 'system', text: instructions }, ...turns] : turns,
    tools: functions.map((entry) => toolOf({ ...entry, name: entry.name ?? '' })),
    toolChoice: typeof choice === 'object' && choice ? { name: choice.name } : (choice ?? 'auto'),
    parallelTools: request.parallel_tool_calls ?? true,
    output: request.text?.format ?? { type: 'text' },
    maxOutputTokens: request.max_output_tokens ?? null,
    stop: [],
    choices: 1,
    effort: reasoning?.effort ?? null,
    showsReasoning: reasoning?.summary != null,
    caching: 'automatic',
    stream: request.stream ?? false,
  }
}
