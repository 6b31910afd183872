import { chanceOf } from './chance.ts'
import type { Question } from './question.ts'
import { estimateTokens } from './tokens.ts'

export type Cached = { readTokens: number; writtenTokens: number }

/** Hosts cache no prefix shorter than this, in tokens. */
const SHORTEST_PREFIX = 1024
const BLOCK_CHARACTERS = 512
const MAX_BLOCKS = 20_000

/** Remembers prompts block by block, the least recently used blocks forgotten first. One per host and model. */
export function createPromptCache() {
  const blocks = new Map<string, true>()

  function touch(block: string): boolean {
    const known = blocks.delete(block)
    blocks.set(block, true)
    if (blocks.size > MAX_BLOCKS) blocks.delete(blocks.keys().next().value ?? '')
    return known
  }

  return {
    /** How much of a prompt was seen before; from then on all of it has been. */
    visit(prompt: string, caching: Question['caching']): Cached {
      if (caching === 'none') return { readTokens: 0, writtenTokens: 0 }
      const chain = chainOf(prompt)
      const known = chain.map(touch)
      const firstNew = known.indexOf(false)
      const seen = firstNew === -1 ? chain.length : firstNew
      const readTokens = tokensOf(prompt, seen)
      const writtenTokens =
        caching !== 'automatic' ? Math.max(tokensOf(prompt, chain.length) - readTokens, 0) : 0
      return { readTokens, writtenTokens }
    },
  }
}
export type PromptCache = ReturnType<typeof createPromptCache>

/** One name per whole block, each depending on all the blocks before it. */
function chainOf(prompt: string): string[] {
  const chain: string[] = []
  for (let end = BLOCK_CHARACTERS; end <= prompt.length; end += BLOCK_CHARACTERS) {
    const before = chain.at(-1) ?? ''
    chain.push(`${end} ${chanceOf(before + prompt.slice(end - BLOCK_CHARACTERS, end))}`)
  }
  return chain
}

function tokensOf(prompt: string, blockCount: number): number {
  const tokens = estimateTokens(prompt.slice(0, blockCount * BLOCK_CHARACTERS))
  return tokens > SHORTEST_PREFIX ? tokens : 0
}
