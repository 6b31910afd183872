import * as z from 'zod'
import { EFFORTS, type Question } from '../../question.ts'
import { positive, schemaObject, toolOf, type Target } from '../../wire.ts'
import { chatMessage, chatTurn } from './messages.ts'

/** Hosts of this format that keep what a model thought to themselves. */
const SECRETIVE_HOSTS = new Set(['openai', 'google', 'anthropic'])

const tool = z.object({
  function: z.object({
    name: z.string(),
    description: z.string().nullish(),
    parameters: schemaObject.nullish(),
  }),
})
const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z
    .object({ function: z.object({ name: z.string() }) })
    .transform((choice) => ({ name: choice.function.name })),
])
const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z
    .object({
      type: z.literal('json_schema'),
      json_schema: z.object({ name: z.string(), schema: schemaObject }),
    })
    .transform(({ type, json_schema }) => ({ type, ...json_schema })),
])

/** A request in OpenAI's Chat format. Fields that are not listed are accepted and mean nothing here. */
export const chatRequest = z
  .object({
    model: z.string(),
    messages: z.array(chatMessage).min(1),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    max_tokens: positive,
    max_completion_tokens: positive,
    n: z.int().min(1).max(128).nullish(),
    stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
    seed: z.int().nullish(),
    logprobs: z.boolean().nullish(),
    top_logprobs: z.int().min(0).max(20).nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    tools: z.array(tool).nullish(),
    tool_choice: toolChoice.nullish(),
    response_format: responseFormat.nullish(),
    reasoning_effort: z.enum(EFFORTS).nullish(),
  })
  .refine((request) => request.top_logprobs == null || request.logprobs === true, {
    path: ['top_logprobs'],
    message: "'top_logprobs' is only allowed when 'logprobs' is set to true",
  })
/** A request of the Chat format, read. */
export type ChatRequest = z.output<typeof chatRequest>

/** What a request asks. */
export function chatQuestion(request: ChatRequest, { host }: Target): Question {
  return {
    modelId: request.model,
    turns: request.messages.map((message, index) => chatTurn(message, index, host)),
    tools: (request.tools ?? []).map((entry) => toolOf(entry.function)),
    toolChoice: request.tool_choice ?? 'auto',
    parallelTools: request.parallel_tool_calls ?? true,
    output: request.response_format ?? { type: 'text' },
    maxOutputTokens: request.max_completion_tokens ?? request.max_tokens ?? null,
    stop: [request.stop ?? []].flat(),
    choices: request.n ?? 1,
    effort: request.reasoning_effort ?? null,
    showsReasoning: !SECRETIVE_HOSTS.has(host),
    caching: 'automatic',
    stream: request.stream ?? false,
  }
}
