import type { AssistantPart, ChatEvent, LastEvent, ReadEvent, ToolCall } from './chat.ts'
import { toolCallsOf } from './chat.ts'

/** One of the answers to a request, its parts in the order they were written. */
export type Choice = { parts: readonly AssistantPart[]; logprobs: readonly unknown[] }

/** A whole answer, gathered from its events. `last` is null while it is still being written. */
export type Answer = { choices: readonly [Choice, ...Choice[]]; last: LastEvent | null }

/** The texts of one choice, put together by kind. */
export type ChoiceTexts = { text: string; reasoning: string; refusal: string; toolCalls: readonly ToolCall[] }

/** What a choice says, for protocols that keep text, thoughts and calls apart. */
export function textsOf({ parts }: Choice): ChoiceTexts {
  const joined = (type: 'text' | 'reasoning' | 'refusal') =>
    parts.map((part) => (part.type === type ? part.text : '')).join('')
  return {
    text: joined('text'),
    reasoning: joined('reasoning'),
    refusal: joined('refusal'),
    toolCalls: toolCallsOf(parts),
  }
}

/** Gathers events into an answer; call `add` for each event in order, `answer` at any time. */
export function createAnswerBuilder(): { add(event: ChatEvent): void; answer(): Answer } {
  let last: LastEvent | null = null
  const builders: ChoiceBuilder[] = [createChoiceBuilder()]
  function add(event: ChatEvent): void {
    if (event.type === 'answer-end' || event.type === 'answer-error') {
      last = event
      return
    }
    if (event.type === 'relay') {
      for (const read of event.read()) add(read)
      return
    }
    const choice = event.choice ?? 0
    while (builders.length <= choice) builders.push(createChoiceBuilder())
    builders[choice]?.add(event)
  }
  return {
    add,
    answer() {
      const [first, ...others] = builders.map(({ choice }) => choice)
      return { choices: [first ?? { parts: [], logprobs: [] }, ...others], last }
    },
  }
}

type ChoiceBuilder = { add(event: ReadEvent): void; choice: Choice }

function createChoiceBuilder(): ChoiceBuilder {
  const parts: AssistantPart[] = []
  const logprobs: unknown[] = []
  const calls = new Map<number, { argumentsJson: string }>()
  return {
    choice: { parts, logprobs },
    add(event) {
      switch (event.type) {
        case 'text-delta':
          append(parts, 'text', event.text)
          if (event.logprobs) logprobs.push(...event.logprobs)
          return
        case 'reasoning-delta':
          append(parts, 'reasoning', event.text)
          return
        case 'refusal-delta':
          append(parts, 'refusal', event.text)
          return
        case 'reasoning-seal': {
          const thought = parts.at(-1)
          if (thought?.type === 'reasoning' && !thought.seal) thought.seal = event.seal
          else parts.push({ type: 'reasoning', text: '', seal: event.seal })
          return
        }
        case 'tool-call-start': {
          const { id, name, custom } = event
          const call = { type: 'tool-call' as const, id, name, argumentsJson: '', ...(custom && { custom }) }
          calls.set(event.index, call)
          parts.push(call)
          return
        }
        case 'tool-call-delta': {
          const call = calls.get(event.index)
          if (call) call.argumentsJson += event.argumentsJson
        }
      }
    },
  }
}

/** Text goes on where the last part is of its kind and still open. */
function append(parts: AssistantPart[], type: 'text' | 'reasoning' | 'refusal', text: string): void {
  const last = parts.at(-1)
  if (last?.type === type && !('seal' in last)) last.text += text
  else if (text !== '') parts.push({ type, text })
}

/** Whether an event carries something of the answer itself, after which no other model may take over unseen. */
export function isContent(event: ChatEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
      return event.text !== ''
    case 'tool-call-start':
    case 'relay':
      return true
    case 'reasoning-seal':
    case 'tool-call-delta':
    case 'answer-end':
    case 'answer-error':
      return false
  }
}
