import * as z from 'zod'
import type { NativeRequest } from '../../core/chat.ts'
import { routingFields } from '../routing-fields.ts'
import {
  type AssistantBlock,
  type BodyMessage,
  type BodyTool,
  countTokensBody,
  type FunctionTool,
  type MessagesBody,
  TOOL_FIELDS,
  type UserBlock,
} from './schema.ts'

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(countTokensBody.shape))
const OUTPUT_FIELDS: ReadonlySet<string> = new Set(['effort', 'format'])
/** Addressed to us, or written anew for each host. */
const OUR_FIELDS: ReadonlySet<string> = new Set([...Object.keys(routingFields), 'model', 'stream', 'user'])

const callersBody = z.looseObject({ messages: z.array(z.unknown()) })
const withBlocks = z.looseObject({ content: z.array(z.unknown()) })

/**
 * The request in its caller's words. Anthropic would refuse a whole conversation for one thought that is not its own,
 * so thoughts of other hosts' models, and ones that nobody vouches for, are left out.
 *
 * @param raw the body as it came
 * @param parsed the same, known to be in its format
 */
export function nativeRequest(raw: unknown, parsed: MessagesBody, headers: Headers): NativeRequest {
  const body = callersBody.parse(raw)
  const fields = Object.entries({ ...body, messages: ownMessages(body.messages, parsed.messages) })
  const user = parsed.metadata?.user_id == null ? parsed.user : null
  const betas = headers.get('anthropic-beta')
  return {
    format: 'anthropic-messages',
    body: {
      ...Object.fromEntries(fields.filter(([name]) => !OUR_FIELDS.has(name))),
      ...(user != null && { metadata: { ...parsed.metadata, user_id: user } }),
    },
    headers: betas ? { 'anthropic-beta': betas } : {},
    droppedElsewhere: [
      ...unknownFields(parsed, KNOWN_FIELDS),
      ...unknownFields(parsed.output_config ?? {}, OUTPUT_FIELDS).map((name) => `output_config.${name}`),
      ...(parsed.tools ?? []).flatMap(droppedOfTool),
      ...citedDocuments(parsed.messages),
    ],
    onlyHere: parsed.messages.flatMap((message, at) =>
      onlyHereIn(message.content, `messages[${at}].content`),
    ),
  }
}

function unknownFields(fields: object, known: ReadonlySet<string>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (known.has(name) || value == null ? [] : [name]))
}

/** Whether a tool is its caller's own, which every host can be told of. */
export function isFunction(tool: BodyTool): tool is FunctionTool {
  return tool.type == null || tool.type === 'custom'
}

function droppedOfTool(tool: BodyTool, index: number): string[] {
  const path = `tools[${index}]`
  return isFunction(tool) ? unknownFields(tool, TOOL_FIELDS).map((name) => `${path}.${name}`) : [path]
}

function ownMessages(raw: readonly unknown[], parsed: readonly BodyMessage[]): unknown[] {
  return raw.flatMap((message, index) => {
    const content = parsed[index]?.content
    if (typeof content !== 'object' || !content.some(isForeign)) return [message]
    const callers = withBlocks.parse(message)
    const kept = callers.content.filter((_, at) => !isForeign(content[at]))
    return kept.length > 0 ? [{ ...callers, content: kept }] : []
  })
}

function isForeign(block: UserBlock | AssistantBlock | undefined): boolean {
  if (block?.type === 'thinking') return block.signature?.format !== 'anthropic'
  return block?.type === 'redacted_thinking' && block.data.format !== 'anthropic'
}

type Content = BodyMessage['content']
type Block = UserBlock | AssistantBlock

/** The places of what no other format can say. */
function onlyHereIn(content: Content | readonly Block[], path: string): string[] {
  if (typeof content === 'string') return []
  return content.flatMap((block, at) => onlyHereOf(block, `${path}[${at}]`))
}

function onlyHereOf(block: Block, path: string): string[] {
  switch (block.type) {
    case 'only-here':
      return [path]
    case 'image':
      return block.source.type === 'file' ? [`${path}.source`] : []
    case 'document': {
      const { source } = block
      if (source.type === 'content') return onlyHereIn(source.content, `${path}.source.content`)
      return source.type === 'file' ? [`${path}.source`] : []
    }
    case 'tool_result':
      return onlyHereIn(block.content ?? [], `${path}.content`)
    case 'text':
    case 'thinking':
    case 'redacted_thinking':
    case 'tool_use':
      return []
  }
}

/** Other formats answer about documents without saying where in them. */
function citedDocuments(messages: readonly BodyMessage[]): string[] {
  return messages.flatMap(({ content }, at) => citedIn(content, `messages[${at}].content`))
}

function citedIn(content: Content | readonly Block[], path: string): string[] {
  if (typeof content === 'string') return []
  return content.flatMap((block, at) => {
    const place = `${path}[${at}]`
    if (block.type === 'tool_result') return citedIn(block.content ?? [], `${place}.content`)
    return block.type === 'document' && block.citations?.enabled ? [`${place}.citations`] : []
  })
}
