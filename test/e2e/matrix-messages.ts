import * as z from 'zod'
import type { Driver, ServerEvent, Turn } from './matrix-driver.ts'

const block = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.looseObject({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
])
type Block = z.output<typeof block>

const message = z.object({
  model: z.string(),
  role: z.literal('assistant'),
  content: z.array(block),
  stop_reason: z.string(),
  usage: z.object({ output_tokens: z.number() }),
})

const streamed = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message_start'), message: z.looseObject({ content: z.tuple([]) }) }),
  z.object({ type: z.literal('content_block_start'), index: z.number(), content_block: block }),
  z.object({
    type: z.literal('content_block_delta'),
    index: z.number(),
    delta: z.discriminatedUnion('type', [
      z.object({ type: z.literal('text_delta'), text: z.string() }),
      z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
      z.object({ type: z.literal('signature_delta'), signature: z.string() }),
      z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
    ]),
  }),
  z.object({ type: z.literal('content_block_stop'), index: z.number() }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({ stop_reason: z.string() }),
    usage: z.object({ output_tokens: z.number() }),
  }),
  z.object({ type: z.literal('message_stop') }),
  z.object({ type: z.literal('ping') }),
])
type Delta = Extract<z.output<typeof streamed>, { type: 'content_block_delta' }>['delta']

const ENDS: Readonly<Record<string, Turn['ended']>> = {
  end_turn: 'stop',
  tool_use: 'tool_calls',
  refusal: 'refused',
}

/** Anthropic Messages. */
export const messagesDriver: Driver = {
  name: 'anthropic-messages',
  path: '/v1/messages',
  opening({ prompt, imageBase64 }) {
    if (imageBase64 === undefined) return [{ role: 'user', content: prompt }]
    return [{ role: 'user', content: [imageBlock(imageBase64), { type: 'text', text: prompt }] }]
  },
  body: ({ model, tools, schema, thinks }, messages) => ({
    model,
    messages,
    max_tokens: 4_096,
    ...(tools && {
      tools: tools.map(({ parameters: input_schema, ...tool }) => ({ ...tool, input_schema })),
    }),
    ...(schema && { output_config: { format: { type: 'json_schema', schema } } }),
    ...(thinks && { thinking: { type: 'enabled', budget_tokens: 1_024 } }),
  }),
  assemble,
  read(body) {
    const { model, content, stop_reason, usage } = message.parse(body)
    return {
      model,
      text: content.map((each) => (each.type === 'text' ? each.text : '')).join(''),
      calls: content.flatMap((each) =>
        each.type === 'tool_use' ? [{ id: each.id, name: each.name, args: each.input }] : [],
      ),
      thoughts: content.map((each) => (each.type === 'thinking' ? each.thinking : '')).join(''),
      seals: content.flatMap(sealOf),
      ended: ENDS[stop_reason] ?? 'other',
      outputTokens: usage.output_tokens,
      said: [{ role: 'assistant', content }],
    }
  },
  results: (calls, texts, imageBase64) => {
    const content = calls.map(({ id }, at) => {
      const text = texts[at] ?? ''
      const blocks = [{ type: 'text', text }, imageBlock(imageBase64 ?? '')]
      return { type: 'tool_result', tool_use_id: id, content: imageBase64 ? blocks : text }
    })
    return [{ role: 'user', content }]
  },
}

function imageBlock(data: string): object {
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }
}

function sealOf(each: Block): string[] {
  if (each.type === 'redacted_thinking') return [each.data]
  return each.type === 'thinking' && each.signature !== '' ? [each.signature] : []
}

function assemble(events: readonly ServerEvent[]): unknown {
  const read = events.map(({ event, data }) => {
    const body = streamed.parse(JSON.parse(data))
    if (body.type !== event) throw new Error(`an event is named ${event} and typed ${body.type}`)
    return body
  })
  if (read.at(-1)?.type !== 'message_stop') throw new Error('the stream does not end in message_stop')
  const blocks: { block: Block; json: string; open: boolean }[] = []
  let whole: object = {}
  for (const event of read) {
    switch (event.type) {
      case 'message_start':
        whole = event.message
        break
      case 'content_block_start':
        if (event.index !== blocks.length) throw new Error(`block ${event.index} is out of order`)
        blocks.push({ block: event.content_block, json: '', open: true })
        break
      case 'content_block_delta': {
        const growing = blocks[event.index]
        if (!growing?.open) throw new Error(`block ${event.index} is not open`)
        growing.json += grow(growing.block, event.delta)
        break
      }
      case 'content_block_stop': {
        const ended = blocks[event.index]
        if (ended) ended.open = false
        break
      }
      case 'message_delta':
        whole = { ...whole, ...event.delta, usage: event.usage }
        break
      case 'message_stop':
      case 'ping':
    }
  }
  const content = blocks.map(({ block: each, json }) =>
    each.type === 'tool_use' ? { ...each, input: JSON.parse(json || '{}') } : each,
  )
  return { ...whole, content }
}

/** @returns a piece of a call's arguments, which grow outside of their block */
function grow(growing: Block, delta: Delta): string {
  if (delta.type === 'input_json_delta') return delta.partial_json
  if (delta.type === 'text_delta' && growing.type === 'text') growing.text += delta.text
  else if (delta.type === 'thinking_delta' && growing.type === 'thinking') growing.thinking += delta.thinking
  else if (delta.type === 'signature_delta' && growing.type === 'thinking') {
    growing.signature += delta.signature
  } else throw new Error(`a ${delta.type} in a block of ${growing.type}`)
  return ''
}
