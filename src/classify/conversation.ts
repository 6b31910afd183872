import {
  type AssistantPart,
  type ChatRequest,
  type ContentPart,
  type Message,
  inToolLoop,
  toolCallsOf,
} from '../core/chat.ts'
import { MODALITIES, type Modality } from '../core/demand.ts'
import { COUNT, countText, emptyCounts, type TextCounts } from './text-counts.ts'
import { addMedia, noTokens, type TokensByFamily } from './tokens.ts'

/** How much of one message is read for meaning: its beginning and its end, UTF-16 units. All of it is counted. */
const HEAD = 2400
const TAIL = 1200
/** System prompts open with the task; the rest is house rules. */
const SYSTEM_HEAD = 1200
/** Earlier user messages that may still say what the conversation is about. */
const EARLIER_TURNS = 3

/** A request as classification sees it. Texts are windows of at most `HEAD + TAIL` units. */
export type Conversation = {
  /** The last user message. */
  focus: string
  /** Its counts in full, for language and size. */
  focusCounts: TextCounts
  /** Earlier user messages, latest first. */
  earlier: readonly string[]
  system: string
  /** Counts of every text in the request, tool definitions and calls included. */
  totals: TextCounts
  media: TokensByFamily
  modalities: readonly Modality[]
  messageCount: number
  assistantTurns: number
  /** Tool calls made so far, and whether the last message brings a tool's result. */
  toolCalls: number
  answersTool: boolean
}

/** Reads a request once: windows of what was said, counts of everything. */
export function readConversation(request: ChatRequest): Conversation {
  const totals = emptyCounts()
  const focusCounts = emptyCounts()
  const media = noTokens()
  const seen = new Set<Modality>(['text'])
  const last = request.messages.findLastIndex((message) => message.role === 'user')
  const earlier: string[] = []
  let system = ''
  let toolCalls = 0
  let assistantTurns = 0
  for (const [index, message] of request.messages.entries()) {
    countMessage(message, index === last ? focusCounts : totals, media, seen)
    if (message.role === 'assistant') {
      assistantTurns += 1
      toolCalls += toolCallsOf(message.content).length
    } else if (message.role === 'system' || message.role === 'developer') {
      if (system.length < SYSTEM_HEAD) system += windowOf(message.content, SYSTEM_HEAD, 0)
    } else if (message.role === 'user' && index < last)
      earlier.push(windowOf(message.content, HEAD / 4, TAIL / 4))
  }
  const focused = request.messages[last]
  for (const [index, amount] of focusCounts.entries()) totals[index] = (totals[index] ?? 0) + amount
  countDefinitions(request, totals)
  return {
    focus: focused === undefined ? '' : windowOf(focused.content, HEAD, TAIL),
    focusCounts,
    earlier: earlier.slice(-EARLIER_TURNS).toReversed(),
    system,
    totals,
    media,
    modalities: MODALITIES.filter((modality) => seen.has(modality)),
    messageCount: request.messages.length,
    assistantTurns,
    toolCalls,
    answersTool: inToolLoop(request.messages),
  }
}

/** Visible amount of the last user message: its length in UTF-16 units, blanks included. */
export function focusLength(conversation: Conversation): number {
  return conversation.focusCounts[COUNT.length] ?? 0
}

function countMessage(
  message: Message,
  totals: TextCounts,
  media: TokensByFamily,
  seen: Set<Modality>,
): void {
  for (const part of message.content) {
    switch (part.type) {
      case 'text':
      case 'refusal':
        countText(part.text, totals)
        break
      case 'reasoning':
        break
      case 'tool-call':
        countText(part.name, totals)
        countText(part.argumentsJson, totals)
        break
      case 'image':
      case 'audio':
      case 'file':
        seen.add(part.type)
        addMedia(part, media)
    }
  }
}

function countDefinitions(request: ChatRequest, totals: TextCounts): void {
  if (request.tools.length > 0) countText(JSON.stringify(request.tools), totals)
  if (request.output.type === 'json_schema') countText(JSON.stringify(request.output.schema), totals)
}

/** Beginning and end of the text parts of a message, joined by a line end. */
function windowOf(content: readonly (ContentPart | AssistantPart)[], head: number, tail: number): string {
  let text = ''
  for (const part of content) {
    if (part.type !== 'text') continue
    const piece =
      part.text.length <= head + tail
        ? part.text
        : `${part.text.slice(0, head)}\n${part.text.slice(part.text.length - tail)}`
    text = text === '' ? piece : `${text}\n${piece}`
    if (text.length > head + tail) text = `${text.slice(0, head)}\n${text.slice(text.length - tail)}`
  }
  return text
}
