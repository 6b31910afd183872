import { tokenChance } from './schema.ts'

/** OpenAI's legacy shape of logprobs: four lists of one length, one entry per token. */
export type LegacyLogprobs = {
  tokens: string[]
  token_logprobs: number[]
  top_logprobs: Record<string, number>[]
  text_offset: number[]
}

/**
 * Tokens' chances in the legacy shape; null when there are none.
 *
 * @param offset where the first token begins in the text that the client gets, in Unicode characters
 */
export function legacyLogprobs(
  chances: readonly unknown[] | undefined,
  offset: number,
): LegacyLogprobs | null {
  const told: LegacyLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] }
  let at = offset
  for (const chance of chances ?? []) {
    const { data } = tokenChance.safeParse(chance)
    if (!data) continue
    told.tokens.push(data.token)
    told.token_logprobs.push(data.logprob)
    told.top_logprobs.push(
      Object.fromEntries((data.top_logprobs ?? []).map(({ token, logprob }) => [token, logprob])),
    )
    told.text_offset.push(at)
    at += charactersOf(data.token)
  }
  return told.tokens.length > 0 ? told : null
}

/** Unicode characters of a text, as the clients' languages count them. */
export function charactersOf(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
