import {
  type ChatRequest,
  inToolLoop,
  type Message,
  type OutputFormat,
  type ReasoningWish,
  type SealFormat,
  toolCallsOf,
} from '../core/chat.ts'
import { fnv1a } from '../core/hash.ts'

/** What a decision looks at of a request besides its demand: plain data, and no word of what was said. */
export type RequestShape = {
  inToolLoop: boolean
  /** Within a tool loop: whose seal the latest sealed thought carries; null for none. */
  seal: SealFormat | null
  /** Whether a host is asked to keep what was said for an hour. */
  keptForAnHour: boolean
  /**
   * The share (0..1) of the conversation that who answered last has read before, and that its host may still hold: all
   * but the last message. By characters of text; 0 for what is too short to be kept.
   */
  keptShare: number
  /** The same for conversations that begin alike. */
  beginning: number
  output: OutputFormat['type']
  /** Upper bound on answer tokens, reasoning included. */
  maxOutputTokens: number | null
  /** How many answers to give. */
  choices: number
  reasoning: ReasoningWish
}

export function shapeOf(request: ChatRequest): RequestShape {
  const { messages, output, sampling, reasoning } = request
  const looping = inToolLoop(messages)
  return {
    inToolLoop: looping,
    seal: looping ? sealOfLoop(messages) : null,
    keptForAnHour: asksForAnHour(request),
    keptShare: keptShareOf(messages),
    beginning: fnv1a(beginningOf(messages)),
    output: output.type,
    maxOutputTokens: sampling.maxOutputTokens ?? null,
    choices: sampling.choices ?? 1,
    reasoning,
  }
}

/** A turn without calls ended the loop before. */
function sealOfLoop(messages: readonly Message[]): SealFormat | null {
  for (const message of messages.toReversed()) {
    if (message.role !== 'assistant') continue
    if (toolCallsOf(message.content).length === 0) return null
    for (const part of message.content) if (part.type === 'reasoning' && part.seal) return part.seal.format
  }
  return null
}

function asksForAnHour({ messages, tools }: ChatRequest): boolean {
  return (
    tools.some(({ cache }) => cache?.ttl === '1h') ||
    messages.some(({ content }) => content.some((part) => 'cache' in part && part.cache?.ttl === '1h'))
  )
}

/** Hosts keep no shorter beginnings than this, in characters: about 1,000 tokens. */
const LEAST_KEPT_CHARS = 4_000

function keptShareOf(messages: readonly Message[]): number {
  const lengths = messages.map(({ content }) =>
    content.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0),
  )
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const kept = total - (lengths.at(-1) ?? 0)
  return kept < LEAST_KEPT_CHARS ? 0 : kept / total
}

/** Enough of a text to tell it from others. */
const SEEN_CHARS = 2_000

function beginningOf(messages: readonly Message[]): string {
  const system = messages.find(({ role }) => role === 'system' || role === 'developer')
  const user = messages.find(({ role }) => role === 'user')
  return `${signOf(system)} ${signOf(user)}`
}

function signOf(message: Message | undefined): string {
  const text = message?.content.map((part) => (part.type === 'text' ? part.text : part.type)).join('\n') ?? ''
  return `${text.length} ${text.slice(0, SEEN_CHARS)}`
}
