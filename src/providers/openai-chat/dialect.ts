/** Where hosts that speak OpenAI Chat differ. */
export type Dialect = {
  /** OpenAI's reasoning models refuse `max_tokens`; most other hosts know only that. */
  maxTokensField: 'max_tokens' | 'max_completion_tokens'
  /** False: `developer` messages are sent as `system`. */
  developerRole: boolean
  reasoningEffort: boolean
  /** Whether it takes `n`. */
  choices: boolean
  /** Whether it takes `top_k`. */
  topK: boolean
  /** Its own name for `seed`. */
  seedField?: 'random_seed'
  /** Fields of OpenAI's that it refuses, by name; they are left out. */
  lacks?: readonly string[]
  /** Whether its streams are exactly OpenAI's, so that callers may get them as they are. */
  relays?: true
  /** Whether this is OpenAI's own API: it knows custom tools, and what it refuses here it takes in Responses. */
  isOpenai?: true
}
