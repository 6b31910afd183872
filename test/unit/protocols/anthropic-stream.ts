import * as z from 'zod'

const block = z.looseObject({ type: z.string() })
const delta = z.looseObject({ type: z.string() })
const event = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('message_start'), message: z.looseObject({}) }),
  z.looseObject({ type: z.literal('content_block_start'), index: z.number(), content_block: block }),
  z.looseObject({ type: z.literal('content_block_delta'), index: z.number(), delta }),
  z.looseObject({ type: z.literal('content_block_stop'), index: z.number() }),
  z.looseObject({ type: z.literal('message_delta'), delta: z.looseObject({}), usage: z.looseObject({}) }),
  z.looseObject({ type: z.literal('message_stop') }),
  z.looseObject({ type: z.literal('ping') }),
  z.looseObject({ type: z.literal('error'), error: z.looseObject({}) }),
])
type StreamEvent = z.infer<typeof event>

/** The events of a stream. Each is named as it says it is. */
export function eventsOf(stream: string): StreamEvent[] {
  if (stream === '') return []
  return stream
    .replace(/\n\n$/, '')
    .split('\n\n')
    .map((frame) => {
      const [, name, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(frame) ?? []
      const parsed = event.parse(JSON.parse(data))
      if (parsed.type !== name) throw new Error(`${parsed.type} is named ${name}`)
      return parsed
    })
}

type Block = Record<string, unknown>

/** The content of a stream, as a client puts it together. Throws where events are not in Anthropic's order. */
export function contentOf(events: readonly StreamEvent[]): Block[] {
  const content: Block[] = []
  let open: { block: Block; json: string } | null = null
  for (const each of events) {
    switch (each.type) {
      case 'content_block_start':
        if (open || each.index !== content.length) throw new Error(`Block ${each.index} begins out of order`)
        open = { block: { ...each.content_block }, json: '' }
        content.push(open.block)
        break
      case 'content_block_delta':
        if (!open || each.index !== content.length - 1) throw new Error(`No block ${each.index} is open`)
        open.json += change(open.block, each.delta)
        break
      case 'content_block_stop':
        if (!open || each.index !== content.length - 1) throw new Error(`No block ${each.index} is open`)
        if (open.json !== '') open.block['input'] = JSON.parse(open.json)
        open = null
        break
      case 'message_start':
      case 'message_delta':
      case 'message_stop':
      case 'ping':
      case 'error':
        if (open && each.type !== 'error' && each.type !== 'ping') throw new Error(`${each.type} in a block`)
    }
  }
  return content
}

/** Adds a piece to its block. @returns the piece of a call's arguments */
function change(changed: Block, { type, ...piece }: z.infer<typeof delta>): string {
  if (type === 'input_json_delta' && changed['type'] === 'tool_use') return String(piece['partial_json'])
  const [field, value] = Object.entries(piece)[0] ?? ['', '']
  const kinds: Record<string, string> = {
    text_delta: 'text',
    thinking_delta: 'thinking',
    signature_delta: 'thinking',
  }
  if (kinds[type] !== changed['type']) throw new Error(`${type} in a block of ${String(changed['type'])}`)
  changed[field] = String(changed[field]) + String(value)
  return ''
}
