import { usualTokens } from '../../classify/answer-length.ts'
import { readConversation } from '../../classify/conversation.ts'
import { asksProof, difficultyByRules, logitsOfRuled } from '../../classify/difficulty.ts'
import type { TaskModel } from '../../classify/learned/task-model.ts'
import { guessTaskType } from '../../classify/task-type.ts'
import { estimateTokens, noTokens } from '../../classify/tokens.ts'
import type { TaskType } from '../../core/demand.ts'
import type { AnsweredPrompt } from './answered-prompts.ts'
import { requestOf } from '../../classify/features/prompt.ts'
import { rateItems } from './item-response.ts'
import type { Sample } from './samples.ts'

/** A prompt with outcomes as the heads see it, and what they are to say of it. */
export type HeadExample = {
  prompt: AnsweredPrompt
  dense: Float32Array
  grams: Int32Array
  ruledDifficulty: number
  asksProof: boolean
  /** Logits around the mean of its set. */
  difficulty: number
  /** How much that is to be trusted, 0..1. */
  weight: number
  ruledTokens: number
  /** Median over models; null where nobody counted. */
  tokens: number | null
}

/** This many models make a difficulty as sure as it gets. */
const ENOUGH_MODELS = 20

/** @param prompts all of one set */
export function headExamplesOf(prompts: readonly AnsweredPrompt[], model: TaskModel): HeadExample[] {
  const difficulties = rateItems(prompts.map(({ scores }) => scores))
  return prompts.map((prompt, index) => ({
    prompt,
    ...readByRules(prompt, model),
    difficulty: difficulties[index] ?? 0,
    weight: Math.min(1, prompt.scores.filter((score) => score !== null).length / ENOUGH_MODELS),
    tokens: medianOf(prompt.lengths),
  }))
}

/** Types that some set of outcomes has prompts of. Of programs there are only some whose output is asked for. */
const ANSWERED: ReadonlySet<TaskType | 'closed_qa'> = new Set([
  'math',
  'reasoning',
  'knowledge',
  'tool_use',
  'closed_qa',
])
const OUTPUT_ASKED = 'crux'

function isAnswered({ label, source }: Sample): boolean {
  return source === OUTPUT_ASKED || ANSWERED.has(label)
}

/** Prompts of kinds without any outcomes: of them the heads are to say what the rules say. */
export function ruledExamplesOf(samples: readonly Sample[], model: TaskModel): HeadExample[] {
  return samples
    .filter((sample) => !isAnswered(sample))
    .map(({ text, label, split }) => {
      const prompt = {
        set: 'rules',
        category: label,
        text,
        tools: [],
        key: '',
        split,
        scores: [],
        lengths: [],
      }
      const ruled = readByRules(prompt, model)
      const difficulty = logitsOfRuled(ruled.ruledDifficulty)
      return { prompt, ...ruled, difficulty, weight: 1, tokens: ruled.ruledTokens }
    })
}

function readByRules({ text, tools }: AnsweredPrompt, model: TaskModel) {
  const request = requestOf(text, tools)
  const conversation = readConversation(request)
  const guess = guessTaskType(request, conversation, model)
  const focusTokens = estimateTokens(conversation.focusCounts, noTokens(), 0).openai
  return {
    dense: guess.dense,
    grams: guess.grams,
    ruledDifficulty: difficultyByRules(conversation, guess),
    asksProof: asksProof(guess),
    ruledTokens: usualTokens(guess, focusTokens),
  }
}

function medianOf(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null
}
