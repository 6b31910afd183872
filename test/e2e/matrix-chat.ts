import * as z from 'zod'
import type { Driver, ServerEvent, Turn } from './matrix-driver.ts'

const detail = z.looseObject({ data: z.string().nullish(), signature: z.string().nullish() })
const call = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
})
const completion = z.object({
  model: z.string(),
  choices: z
    .array(
      z.object({
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.string().nullish(),
          reasoning: z.string().optional(),
          reasoning_details: z.array(detail).optional(),
          tool_calls: z.array(call).optional(),
        }),
        finish_reason: z.string(),
      }),
    )
    .length(1),
  usage: z.object({ completion_tokens: z.number() }),
})

const chunk = z.object({
  model: z.string(),
  choices: z.array(
    z.object({
      delta: z.object({
        content: z.string().nullish(),
        refusal: z.string().nullish(),
        reasoning: z.string().optional(),
        reasoning_details: z.array(detail).optional(),
        tool_calls: z
          .array(
            z.object({
              index: z.number(),
              id: z.string().optional(),
              type: z.string().optional(),
              function: z.object({ name: z.string().optional(), arguments: z.string().optional() }),
            }),
          )
          .optional(),
      }),
      finish_reason: z.string().nullable(),
    }),
  ),
  usage: z.object({ completion_tokens: z.number() }).nullish(),
})

/** OpenAI Chat Completions, with OpenRouter's words for thoughts. */
export const chatDriver: Driver = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  opening({ prompt, imageBase64 }) {
    if (imageBase64 === undefined) return [{ role: 'user', content: prompt }]
    const url = `data:image/png;base64,${imageBase64}`
    const content = [
      { type: 'text', text: prompt },
      { type: 'image_url', image_url: { url } },
    ]
    return [{ role: 'user', content }]
  },
  body: ({ model, tools, schema, thinks }, messages) => ({
    model,
    messages,
    stream_options: { include_usage: true },
    ...(tools && { tools: tools.map((tool) => ({ type: 'function', function: tool })) }),
    ...(schema && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    }),
    ...(thinks && { reasoning: { effort: 'low' } }),
  }),
  assemble,
  read(body) {
    const { model, choices, usage } = completion.parse(body)
    const { message, finish_reason } = z.tuple([z.custom<(typeof choices)[number]>()]).parse(choices)[0]
    return {
      model,
      text: message.content ?? '',
      calls: (message.tool_calls ?? []).map(({ id, function: { name, arguments: json } }) => ({
        id,
        name,
        args: JSON.parse(json),
      })),
      thoughts: message.reasoning ?? '',
      seals: (message.reasoning_details ?? []).flatMap(({ data, signature }) => data ?? signature ?? []),
      ended: endOf(finish_reason, message.refusal),
      outputTokens: usage.completion_tokens,
      said: [message],
    }
  },
  results: (calls, texts) =>
    calls.map(({ id }, at) => ({ role: 'tool', tool_call_id: id, content: texts[at] ?? '' })),
}

function endOf(reason: string, refusal: string | null | undefined): Turn['ended'] {
  if (refusal || reason === 'content_filter') return 'refused'
  return reason === 'stop' || reason === 'tool_calls' ? reason : 'other'
}

function assemble(events: readonly ServerEvent[]): unknown {
  if (events.at(-1)?.data !== '[DONE]') throw new Error('the stream does not end in [DONE]')
  const chunks = events.slice(0, -1).map(({ data }) => chunk.parse(JSON.parse(data)))
  const choices = chunks.flatMap((each) => each.choices)
  const joined = (field: 'content' | 'refusal' | 'reasoning') =>
    choices.map(({ delta }) => delta[field] ?? '').join('')
  const details = choices.flatMap(({ delta }) => delta.reasoning_details ?? [])
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = []
  for (const { index, id, type, function: piece } of choices.flatMap(({ delta }) => delta.tool_calls ?? [])) {
    const known = (calls[index] ??= {
      id: id ?? '',
      type: type ?? '',
      function: { name: piece.name ?? '', arguments: '' },
    })
    known.function.arguments += piece.arguments ?? ''
  }
  const finished = choices.flatMap(({ finish_reason }) => finish_reason ?? [])
  const message = {
    role: 'assistant',
    content: joined('content'),
    refusal: joined('refusal') || null,
    ...(joined('reasoning') && { reasoning: joined('reasoning') }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return {
    model: chunks[0]?.model,
    choices: finished.map((finish_reason) => ({ message, finish_reason })),
    usage: chunks.at(-1)?.usage,
  }
}
