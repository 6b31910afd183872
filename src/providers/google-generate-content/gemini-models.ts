import type { ReasoningEffort, ReasoningWish } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { budgetOf, effortOfBudget } from '../../core/thinking.ts'

type Level = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH'

/** What a model takes and refuses of generateContent. */
export type GeminiModel = {
  /** How it is told to think: by tokens, by a level, or not at all. */
  thinking:
    | { by: 'nothing' }
    | { by: 'budget'; least: number; most: number; canBeOff: boolean }
    | { by: 'level'; least: Level }
  /** Whether calls of the turn under way must come back signed, and results may hold media themselves. */
  signsCalls: boolean
  /** Whether it takes functions and a JSON answer in one request. */
  jsonBesideTools: boolean
  penalties: boolean
  logprobs: boolean
  /** False: instructions are said by the user. */
  systemInstruction: boolean
}

const GEMINI_3: GeminiModel = {
  thinking: { by: 'level', least: 'MINIMAL' },
  signsCalls: true,
  jsonBesideTools: true,
  penalties: true,
  logprobs: false,
  systemInstruction: true,
}
const GEMINI_3_PRO: GeminiModel = { ...GEMINI_3, thinking: { by: 'level', least: 'LOW' } }
const GEMINI_2: GeminiModel = {
  ...GEMINI_3,
  thinking: { by: 'nothing' },
  signsCalls: false,
  jsonBesideTools: false,
  logprobs: true,
}
const GEMMA: GeminiModel = { ...GEMINI_2, logprobs: false, systemInstruction: false }

/** A model of 2.5, which thinks by so many tokens. */
function gemini25(least: number, most: number, canBeOff: boolean): GeminiModel {
  const thinking = { by: 'budget' as const, least, most, canBeOff }
  return { ...GEMINI_2, thinking, penalties: false, logprobs: false }
}

/**
 * The first that fits; a model we do not know is taken to be a new Gemini. Read on 2026-11-23: ai.google.dev on
 * thinking, thought signatures and function calling; `@ai-sdk/google` 4.0.121; for what the Gemini API refuses,
 * googleapis/js-genai#1609, mscraftsman/generative-ai#135 and GoogleCloudPlatform/generative-ai#2947.
 */
const MODELS: readonly (readonly [RegExp, GeminiModel])[] = [
  [/gemma/, GEMMA],
  [/gemini-2\.5-pro/, gemini25(128, 32_768, false)],
  [/gemini-2\.5-flash-lite/, gemini25(512, 24_576, true)],
  [/gemini-2\.5/, gemini25(1, 24_576, true)],
  [/gemini-[12](?!\d)/, GEMINI_2],
  [/gemini-[\d.]+-pro|gemini-3\.[78]-flash|gemini-4-hydrogen/, GEMINI_3_PRO],
]

export function geminiModel(hostModelId: string): GeminiModel {
  return MODELS.find(([name]) => name.test(hostModelId))?.[1] ?? GEMINI_3
}

const LEVELS: Readonly<Record<ReasoningEffort, Level>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
}

/** `thinkingConfig` for what the caller wishes; undefined leaves it to the model. */
export function thinkingConfig(wish: ReasoningWish, { thinking }: GeminiModel): object | undefined {
  const { budgetTokens } = wish
  const effort = wish.effort ?? (budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens))
  const includeThoughts = wish.shown && effort !== 'none' ? true : undefined
  if (thinking.by === 'nothing' || (effort === undefined && !includeThoughts)) return undefined
  if (effort === undefined) return { includeThoughts }
  if (thinking.by === 'level') {
    const level = LEVELS[effort]
    const thinkingLevel = level === 'MINIMAL' ? thinking.least : level
    return present({ thinkingLevel, includeThoughts })
  }
  const wanted = budgetTokens ?? budgetOf(effort)
  const off = effort === 'none' && thinking.canBeOff
  const thinkingBudget = off ? 0 : Math.min(Math.max(wanted, thinking.least), thinking.most)
  return present({ thinkingBudget, includeThoughts })
}
