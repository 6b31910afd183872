import type { ChatRequest, Message } from '../../core/chat.ts'
import type { Demand } from '../../core/demand.ts'

/** What rules see of a request; plain data but for the texts, which are never kept. */
export type Signals = {
  /** Unix ms. */
  now: number
  requestId: string
  demand: Demand
  hasTools: boolean
  stream: boolean
  /** As asked. */
  model: string
  user: string | null
  session: string | null
  /** The key's id. */
  key: string
  /** The caller's continent, or `local`. */
  region: string
  metadata: Readonly<Record<string, string>>
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>
  /** Null where they are not known any more. */
  texts: Texts | null
}

/** What the last message of the user says, and the instructions before all messages; in lower case. */
export type Texts = { readonly said: string; readonly instructed: string }

/** Read when a rule asks for them: most do not, and they may be long. */
export function textsOf({ messages }: ChatRequest): Texts {
  let said: string | null = null
  let instructed: string | null = null
  return {
    get said() {
      said ??= textOf(messages.findLast(({ role }) => role === 'user')?.content ?? [])
      return said
    },
    get instructed() {
      instructed ??= messages
        .filter(({ role }) => role === 'system' || role === 'developer')
        .map(({ content }) => textOf(content))
        .join('\n')
      return instructed
    },
  }
}

function textOf(parts: Message['content']): string {
  return parts
    .flatMap((part) => (part.type === 'text' ? part.text : []))
    .join('\n')
    .toLowerCase()
}

/** What a share of the requests is chosen by, so that it stays the same for whom it is noticed. */
export function unitOf({
  session,
  user,
  requestId,
}: Pick<Signals, 'session' | 'user' | 'requestId'>): string {
  return session ?? user ?? requestId
}
