import { classify } from '../classify/classify.ts'
import { readConversation } from '../classify/conversation.ts'
import { type Prompt, requestOf } from '../classify/features/prompt.ts'
import type { ChatRequest } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import { fnv1a } from '../core/hash.ts'
import { type Reading, readPrompt } from './reading.ts'

/** What one model did on one prompt, in the mean of its measurements. Null where none tells. */
export type EvalOutcome = {
  /** 0..1. */
  score: number
  /** By what was known when the active parameters were learned. */
  earlierScore: number | null
  inputTokens: number | null
  outputTokens: number | null
}

/** A prompt with what models, by id, did on it. `taskType`: the tenant's own name for its kind. */
export type EvalPrompt = {
  prompt: Prompt
  taskType: string | null
  outcomes: ReadonlyMap<string, EvalOutcome>
}

/** A prompt to learn from. Its text is read and let go. */
export type Example = Omit<EvalPrompt, 'prompt'> & { reading: Reading; demand: Demand }
/** A prompt to judge by what was learned from others. */
export type HeldOut = EvalPrompt & { demand: Demand }

/** Prompts, each on one side. */
export type EvalSet = { examples: readonly Example[]; heldOut: readonly HeldOut[]; leftOut: number }

/** The last thing that was said, and the tools for it: what decisions and evaluations alike are learned from. */
export function promptOf(chat: ChatRequest): Prompt {
  return {
    text: readConversation(chat).focus,
    tools: chat.tools.map((tool) => ({ name: tool.name, chars: JSON.stringify(tool).length })),
  }
}

/** Equal for equal prompts only. */
export function nameOfPrompt({ text, tools }: Prompt): string {
  return `${JSON.stringify(tools)}\n${text}`
}

/** Words of all examples together, which is what training keeps in memory: about 30 bytes each. */
const MAX_WORDS = 2_000_000

/** Gathers prompts one by one; those that no longer fit in memory are left out and counted. */
export function createEvalSet(): EvalSet & { add(prompt: EvalPrompt): void } {
  const examples: Example[] = []
  const heldOut: HeldOut[] = []
  let words = 0
  const set = {
    examples,
    heldOut,
    leftOut: 0,
    add({ prompt, taskType, outcomes }: EvalPrompt) {
      const names = prompt.tools.map(({ name }) => name)
      const demand = classify(requestOf(prompt.text, names))
      if (isHeldOut(prompt.text)) {
        heldOut.push({ prompt, taskType, outcomes, demand })
        return
      }
      const reading = readPrompt(prompt)
      words += reading.terms.length
      if (words > MAX_WORDS) set.leftOut += 1
      else examples.push({ reading, taskType, outcomes, demand })
    },
  }
  return set
}

/** One prompt in so many is held out. */
const HELD_OUT_EVERY = 5

/**
 * Whether nothing is ever learned from a prompt, so that it can judge any parameters, earlier and later ones. Case and
 * blanks make no difference: a prompt never sits on both sides.
 */
export function isHeldOut(text: string): boolean {
  return hashOf(text) % HELD_OUT_EVERY === 0
}

/** FNV-1a, mixed. */
function hashOf(text: string): number {
  const plain = text.toLowerCase().replace(/\s+/g, ' ').trim()
  let hash = fnv1a(plain)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 12)) >>> 0
}
