import type { AssistantPart, ContentPart, Message, SealFormat } from '../core/chat.ts'

/** One turn as hosts with a format of their own want it: a role, and what it says in the host's own parts. */
export type Turn<Role extends string, Part = object> = { role: Role; parts: Part[] }

/** A message of the conversation itself, not an instruction to the model. */
export type TurnMessage = Exclude<Message, { role: 'system' | 'developer' }>

/** A conversation as hosts want it that take instructions apart from it. */
export type Conversation = { system: ContentPart[]; turns: TurnMessage[] }

/**
 * What is said in the instructions, and in the turns: without text that has no visible character, which these hosts
 * refuse, without thoughts sealed for other hosts than `own`, and without turns that say nothing then.
 */
export function splitSystem(messages: readonly Message[], own: SealFormat): Conversation {
  const system: ContentPart[] = []
  const turns: TurnMessage[] = []
  for (const message of messages) {
    switch (message.role) {
      case 'system':
      case 'developer':
        system.push(...message.content.filter(isVisible))
        break
      case 'tool':
        turns.push({ ...message, content: message.content.filter(isVisible) })
        break
      case 'user': {
        const content = message.content.filter(isVisible)
        if (content.length > 0) turns.push({ ...message, content })
        break
      }
      case 'assistant': {
        const content = message.content.filter((part) =>
          part.type === 'reasoning' ? part.seal?.format === own : isVisible(part),
        )
        if (content.length > 0) turns.push({ role: 'assistant', content })
      }
    }
  }
  return { system, turns }
}

function isVisible(part: ContentPart | AssistantPart): boolean {
  return (part.type !== 'text' && part.type !== 'refusal') || part.text.trim() !== ''
}

/** Turns of one role that follow each other become one: results of parallel calls belong together. */
export function mergeTurns<Role extends string, Part>(
  turns: readonly Turn<Role, Part>[],
): Turn<Role, Part>[] {
  const merged: Turn<Role, Part>[] = []
  for (const { role, parts } of turns) {
    const last = merged.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else if (parts.length > 0) merged.push({ role, parts: [...parts] })
  }
  return merged
}

/**
 * Where the model's turn under way begins, which its tool calls and their results do not end: the index of its first
 * message, or the length when the user has spoken.
 */
export function turnStart(turns: readonly TurnMessage[]): number {
  let start = 0
  let before: TurnMessage['role'] = 'user'
  turns.forEach((turn, at) => {
    if (turn.role === 'assistant' && before === 'user') start = at
    // What a user says beside results is sent with them.
    if (turn.role !== 'user' || before === 'assistant') before = turn.role
  })
  return before === 'user' ? turns.length : start
}
