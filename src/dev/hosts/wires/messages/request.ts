import * as z from 'zod'
import { EFFORTS, type Effort, type Question, type ToolChoice, type Turn } from '../../question.ts'
import { schemaObject, toolOf } from '../../wire.ts'
import { blockContent, contentBlock, textBlock, type ContentBlock } from './blocks.ts'

const message = z
  .strictObject({
    role: z.enum(['user', 'assistant']),
    content: z.union([z.string(), z.array(contentBlock)]),
  })
  .transform(({ role, content }) => {
    const blocks: readonly ContentBlock[] =
      typeof content === 'string' ? [{ type: 'text', text: content }] : content
    return { role, blocks }
  })
/** A message, its content always as blocks. */
export type ClaudeMessage = z.output<typeof message>

const tool = z.looseObject({
  type: z.string().nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"),
  description: z.string().nullish(),
  input_schema: z.looseObject({ type: z.literal('object') }).optional(),
})
const parallel = { disable_parallel_tool_use: z.boolean().optional() }
const toolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), ...parallel }),
  z.strictObject({ type: z.literal('any'), ...parallel }),
  z.strictObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
  z.strictObject({ type: z.literal('none') }),
])
const display = z.enum(['summarized', 'omitted']).optional()
const thinking = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('enabled'),
    budget_tokens: z.int().min(1024, 'Input should be greater than or equal to 1024'),
    display,
  }),
  z.strictObject({ type: z.literal('adaptive'), display }),
  z.strictObject({ type: z.literal('disabled') }),
])
const format = z.strictObject({ type: z.literal('json_schema'), schema: schemaObject })

const promptFields = {
  model: z.string(),
  messages: z.array(message).min(1, 'at least one message is required'),
  system: z.union([z.string(), z.array(textBlock)]).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  thinking: thinking.nullish(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: format.nullish(),
      task_budget: z.unknown().optional(),
    })
    .nullish(),
  output_format: format.nullish(),
  cache_control: z.unknown().optional(),
  context_management: z.unknown().optional(),
  mcp_servers: z.unknown().optional(),
}

/** A request to count tokens. */
export const countRequest = z.strictObject(promptFields)

/** A request of Anthropic's Messages; fields it does not have are refused. */
export const messagesRequest = z.strictObject({
  ...promptFields,
  max_tokens: z.int().min(1, 'Input should be greater than or equal to 1'),
  stream: z.boolean().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  temperature: z.number().min(0).max(1, 'Input should be less than or equal to 1').nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.enum(['auto', 'standard_only']).nullish(),
  container: z.unknown().optional(),
  inference_geo: z.string().nullish(),
  speed: z.string().nullish(),
})
/** A request of Anthropic's Messages, read. */
export type MessagesRequest = z.output<typeof messagesRequest>
type Prompt = z.output<typeof countRequest>

/** What a request asks. `body` is the request as it came: what is marked for caching is found anywhere in it. */
export function messagesQuestion(request: Prompt & Partial<MessagesRequest>, body: unknown): Question {
  const { system, thinking: thinks, tool_choice: choice } = request
  const schema = (request.output_config?.format ?? request.output_format)?.schema
  const said = typeof system === 'string' ? system : (system ?? []).map((block) => block.text).join('')
  return {
    modelId: request.model,
    turns: [...(said ? [{ role: 'system' as const, text: said }] : []), ...request.messages.flatMap(turnsOf)],
    tools: (request.tools ?? []).map(({ input_schema: parameters, ...rest }) =>
      toolOf({ ...rest, parameters }),
    ),
    toolChoice: choiceOf(choice),
    parallelTools: !(choice && 'disable_parallel_tool_use' in choice && choice.disable_parallel_tool_use),
    output: schema ? { type: 'json_schema', name: 'output', schema } : { type: 'text' },
    maxOutputTokens: request.max_tokens ?? null,
    stop: request.stop_sequences ?? [],
    choices: 1,
    effort: effortOf(request),
    showsReasoning: thinks?.type === 'enabled' || thinks?.type === 'adaptive',
    caching: cachingOf(JSON.stringify(body)),
    stream: request.stream ?? false,
  }
}

function turnsOf({ role, blocks }: ClaudeMessage): readonly Turn[] {
  return blocks.map((block) => ({
    role: block.type === 'tool_result' ? ('tool' as const) : role,
    ...blockContent(block),
    ...(block.type === 'tool_use' ? { calls: [block.name] } : {}),
  }))
}

function choiceOf(choice: Prompt['tool_choice']): ToolChoice {
  if (choice?.type === 'tool') return { name: choice.name }
  return choice?.type === 'any' ? 'required' : (choice?.type ?? 'auto')
}

/** Claude thinks when it is told to; how much is its effort's affair, else its budget's. */
function effortOf({ thinking: thinks, output_config: config }: Prompt): Effort {
  if (thinks?.type !== 'enabled' && thinks?.type !== 'adaptive') return 'none'
  if (config?.effort === 'max') return 'xhigh'
  const wanted = EFFORTS.find((effort) => effort === config?.effort)
  if (wanted) return wanted
  return thinks.type === 'enabled' && thinks.budget_tokens >= 8192 ? 'high' : 'medium'
}

function cachingOf(body: string): Question['caching'] {
  if (!body.includes('"cache_control":{')) return 'none'
  return body.includes('"ttl":"1h"') ? 'marked-1h' : 'marked'
}
