import type { ChatRequest } from '../core/chat.ts'
import { NEEDS, type Demand, type Modality, type Need, type TaskType } from '../core/demand.ts'
import { expectAnswer } from './answer-length.ts'
import { focusLength, readConversation } from './conversation.ts'
import { rateDifficulty } from './difficulty.ts'
import { detectLanguage } from './language.ts'
import { guessTaskType } from './task-type.ts'
import { estimateTokens, noTokens } from './tokens.ts'
import { workStructureOf } from './work-structure.ts'

/** Input tokens, by the largest estimate of any family, above which a long context is needed. */
const LONG_CONTEXT = 100_000
/** An image with at most this much text, UTF-16 units, makes a request about the image. */
const LITTLE_TEXT = 200

/**
 * What a request asks of a model, told from the whole conversation by hand-made rules and lexicons: the last user message
 * counts most, the system prompt and earlier turns as far as it leaves open. Pure; linear in the size of the request.
 */
export function classify(request: ChatRequest): Demand {
  const conversation = readConversation(request)
  const inputTokens = estimateTokens(conversation.totals, conversation.media, conversation.messageCount)
  const guess = guessTaskType(request, conversation)
  const focusTokens = estimateTokens(conversation.focusCounts, noTokens(), 0).openai
  return {
    kind: kindOf(conversation.modalities, focusLength(conversation), guess.taskType),
    taskType: guess.taskType,
    taskConfidence: guess.confidence,
    ...rateDifficulty(request, conversation, guess),
    modalities: conversation.modalities,
    language: detectLanguage(conversation.focus.toLowerCase(), conversation.focusCounts),
    inputTokens,
    expectedOutputTokens: expectAnswer(request, conversation, guess, focusTokens),
    needs: needsOf(request, conversation.modalities, Math.max(...Object.values(inputTokens))),
    structure: workStructureOf(conversation.focus, guess.focus),
  }
}

function kindOf(modalities: readonly Modality[], textLength: number, taskType: TaskType): Demand['kind'] {
  const media = modalities.filter((modality) => modality !== 'text')
  if (media.length === 0) return taskType === 'code' ? 'code' : 'text'
  return media.length === 1 && media[0] === 'image' && textLength <= LITTLE_TEXT ? 'image' : 'multimodal'
}

function needsOf(request: ChatRequest, modalities: readonly Modality[], tokens: number): readonly Need[] {
  const needs: Readonly<Record<Need, boolean>> = {
    tools: request.tools.length > 0,
    json: request.output.type === 'json_object',
    json_schema: request.output.type === 'json_schema',
    vision: modalities.includes('image'),
    audio: modalities.includes('audio'),
    file: modalities.includes('file'),
    long_context: tokens > LONG_CONTEXT,
  }
  return NEEDS.filter((need) => needs[need])
}
