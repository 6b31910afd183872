import { textsOf } from '../core/answer.ts'
import type { AssistantPart, ChatEvent, ChatRequest } from '../core/chat.ts'
import { complaintOf } from '../execute/check-answer.ts'
import type { Kept, Made } from './crew.ts'

/** A whole draft as the answer: what its model wrote, piece by piece as it came. */
export function keep({ part, by, reason, writers, events }: Made): Kept {
  part.outcome = 'kept'
  return { kind: 'kept', answering: by, reason, writers, events: told(events) }
}

async function* told(events: readonly ChatEvent[]): AsyncGenerator<ChatEvent> {
  for (const event of events) {
    if (event.type !== 'answer-end') yield event
    else {
      const { native: _ofOneAlone, ...end } = event
      yield end
    }
  }
}

/** A draft with other parts in place of its own. */
export function withParts(made: Made, parts: readonly AssistantPart[]): Made {
  const { last } = made.answer
  const events: ChatEvent[] = parts.flatMap(eventsOf)
  return {
    ...made,
    answer: { choices: [{ parts, logprobs: [] }], last },
    events: last ? [...events, last] : events,
  }
}

function eventsOf(part: AssistantPart, index: number): ChatEvent[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text-delta', text: part.text }]
    case 'refusal':
      return [{ type: 'refusal-delta', text: part.text }]
    case 'reasoning':
      return [
        { type: 'reasoning-delta', text: part.text },
        ...(part.seal ? [{ type: 'reasoning-seal' as const, seal: part.seal }] : []),
      ]
    case 'tool-call': {
      const { id, name, custom, argumentsJson } = part
      return [
        { type: 'tool-call-start', index, id, name, ...(custom && { custom }) },
        { type: 'tool-call-delta', index, argumentsJson },
      ]
    }
  }
}

/** Whether an answer came to its end, is no refusal, and has the form that was asked for. */
export function isSound(request: ChatRequest, { answer }: Pick<Made, 'answer'>): boolean {
  const { last, choices } = answer
  if (last?.type !== 'answer-end' || (last.reason !== 'stop' && last.reason !== 'tool_calls')) return false
  return textsOf(choices[0]).refusal === '' && complaintOf(request, answer) === null
}
