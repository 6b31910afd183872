import * as z from 'zod'
import type { Driver, ServerEvent, Turn } from './matrix-driver.ts'

const item = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('message'),
    content: z.array(
      z.discriminatedUnion('type', [
        z.looseObject({ type: z.literal('output_text'), text: z.string() }),
        z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
      ]),
    ),
  }),
  z.looseObject({
    type: z.literal('reasoning'),
    summary: z.array(z.looseObject({ text: z.string() })),
    content: z.array(z.looseObject({ text: z.string() })).nullish(),
    encrypted_content: z.string().nullish(),
  }),
  z.looseObject({
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
])
type Item = z.output<typeof item>

const answered = z.object({
  model: z.string(),
  status: z.enum(['completed', 'incomplete']),
  incomplete_details: z.object({ reason: z.string() }).nullable(),
  output: z.array(item),
  usage: z.object({ output_tokens: z.number() }),
})

const streamed = z.looseObject({
  type: z.string(),
  sequence_number: z.number(),
  delta: z.string().optional(),
  response: z.unknown().optional(),
})

/** OpenAI Responses of a client that keeps the conversation itself. */
export const responsesDriver: Driver = {
  name: 'openai-responses',
  path: '/v1/responses',
  opening({ prompt, imageBase64 }) {
    if (imageBase64 === undefined) return [{ role: 'user', content: prompt }]
    return [{ role: 'user', content: [{ type: 'input_text', text: prompt }, imagePart(imageBase64)] }]
  },
  body: ({ model, tools, schema, thinks }, input) => ({
    model,
    input,
    store: false,
    ...(tools && { tools: tools.map((tool) => ({ type: 'function', strict: false, ...tool })) }),
    ...(schema && { text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } } }),
    ...(thinks && {
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    }),
  }),
  assemble,
  read(body) {
    const response = answered.parse(body)
    const { model, output, usage } = response
    const calls = output.filter((each) => each.type === 'function_call')
    return {
      model,
      text: textOf(output),
      calls: calls.map(({ call_id: id, name, arguments: json }) => ({ id, name, args: JSON.parse(json) })),
      thoughts: thoughtsOf(output),
      seals: output.flatMap((each) => (each.type === 'reasoning' ? (each.encrypted_content ?? []) : [])),
      ended: endOf(response),
      outputTokens: usage.output_tokens,
      said: output,
    }
  },
  results: (calls, texts, imageBase64) =>
    calls.map(({ id }, at) => {
      const text = texts[at] ?? ''
      const parts = [{ type: 'input_text', text }, imagePart(imageBase64 ?? '')]
      return { type: 'function_call_output', call_id: id, output: imageBase64 ? parts : text }
    }),
}

function imagePart(base64: string): object {
  return { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${base64}` }
}

function endOf({ output, incomplete_details: cut }: z.output<typeof answered>): Turn['ended'] {
  const said = output.flatMap((each) => (each.type === 'message' ? each.content : []))
  if (cut?.reason === 'content_filter' || said.some(({ type }) => type === 'refusal')) return 'refused'
  if (cut) return 'other'
  return output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop'
}

function textOf(output: readonly Item[]): string {
  return output
    .flatMap((each) => (each.type === 'message' ? each.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('')
}

function thoughtsOf(output: readonly Item[]): string {
  return output
    .flatMap((each) => (each.type === 'reasoning' ? [...each.summary, ...(each.content ?? [])] : []))
    .map(({ text }) => text)
    .join('')
}

/** The response of the last event, which must say what the pieces said. */
function assemble(events: readonly ServerEvent[]): unknown {
  const read = events.map(({ event, data }) => {
    const body = streamed.parse(JSON.parse(data))
    if (body.type !== event) throw new Error(`an event is named ${event} and typed ${body.type}`)
    return body
  })
  if (read.some(({ sequence_number: number }, at) => number !== at))
    throw new Error('events are not in order')
  const last = read.at(-1)
  if (last?.type !== 'response.completed' && last?.type !== 'response.incomplete')
    throw new Error(`the stream ends in ${last?.type}`)
  const { output } = answered.parse(last.response)
  const joined = (pattern: RegExp) =>
    read.map(({ type, delta = '' }) => (pattern.test(type) ? delta : '')).join('')
  const wrote = [
    [joined(/output_text\.delta$/), textOf(output)],
    [joined(/reasoning_(?:summary_)?text\.delta$/), thoughtsOf(output)],
    [
      joined(/function_call_arguments\.delta$/),
      output.map((each) => (each.type === 'function_call' ? each.arguments : '')).join(''),
    ],
  ]
  for (const [pieces, whole] of wrote) {
    if (pieces !== whole) throw new Error(`the pieces say ${pieces}, the end says ${whole}`)
  }
  return last.response
}
