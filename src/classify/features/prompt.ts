import type { ChatRequest } from '../../core/chat.ts'

/** A prompt as it is weighed for difficulty: its text and the tools that come with it. */
export type Prompt = {
  text: string
  /** `chars`: length of the whole definition. */
  tools: readonly { name: string; chars: number }[]
}

/** The words of a name such as `getWeather_now`, in lower case. */
export function namePieces(name: string): string[] {
  const parts = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  return parts.filter(({ length }) => length > 2)
}

/** The request that says no more than this, with tools of these names. */
export function requestOf(text: string, tools: readonly string[] = []): ChatRequest {
  return {
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    tools: tools.map((name) => ({ name })),
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
  }
}
