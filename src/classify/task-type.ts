import type { ChatRequest } from '../core/chat.ts'
import { TASK_TYPES, type TaskType } from '../core/demand.ts'
import { softmax } from '../core/log-odds.ts'
import type { Conversation } from './conversation.ts'
import { type Evidence, readEvidence } from './evidence.ts'
import { denseFeatures } from './learned/dense-features.ts'
import { gramsOf } from './learned/grams.ts'
import { type TaskModel, taskLogits, unpackTaskModel } from './learned/task-model.ts'
import { TASK_WEIGHTS } from './learned/task-weights.ts'
import { scoreByRules } from './rule-scores.ts'
import { offeredToolMatch } from './tool-match.ts'

/** The most likely type, the probability that it is right, and what the last user message gave to go by. */
export type TaskGuess = {
  taskType: TaskType
  confidence: number
  focus: Evidence
  /** As `denseFeatures` and `gramsOf` give them. */
  dense: Float32Array
  grams: Int32Array
}

/** Below this confidence a guess is not to be trusted: on prompts unlike all training fewer than two in five are right. */
export const UNSURE = 0.3

const MODEL = unpackTaskModel(TASK_WEIGHTS)
const TOOL_USE = TASK_TYPES.indexOf('tool_use')

/** The most likely task type of a conversation, by a model that learned from the rules' scores and from words. */
export function guessTaskType(
  request: ChatRequest,
  conversation: Conversation,
  model: TaskModel = MODEL,
): TaskGuess {
  const focus = readEvidence(conversation.focus)
  const scores = scoreByRules(focus, conversation)
  const tool = toolAtHand(request, conversation)
  const dense = denseFeatures(scores, focus, tool.fits)
  const grams = gramsOf(conversation.focus)
  const logits = taskLogits(model, dense, grams)
  logits[TOOL_USE] = (logits[TOOL_USE] ?? 0) + tool.logits
  const probabilities = softmax(logits)
  const best = probabilities.indexOf(Math.max(...probabilities))
  return { taskType: TASK_TYPES[best] ?? 'chat', confidence: probabilities[best] ?? 0, focus, dense, grams }
}

/** What an offered tool counts as when its name shares no word with the message: agents send all their tools always. */
const UNCLEAR_FIT = 0.35
/** Logits for `tool_use` when a call is demanded, when a result has just come back, and when tools were used before. */
const DEMANDED = 6.4
const RESULT_BACK = 7.2
const USED_BEFORE = 1.6

/** How far a tool for the message is at hand, 0..1, and what speaks for `tool_use` besides the message, in logits. */
function toolAtHand(request: ChatRequest, conversation: Conversation): { fits: number; logits: number } {
  const offered = request.tools.length > 0 && request.toolChoice !== 'none'
  if (conversation.answersTool) return { fits: Number(offered), logits: RESULT_BACK }
  if (!offered) return { fits: 0, logits: Number.NEGATIVE_INFINITY }
  if (request.toolChoice === 'required' || typeof request.toolChoice === 'object') {
    return { fits: 1, logits: DEMANDED }
  }
  const named = offeredToolMatch(conversation.focus, request.tools) > 0
  return { fits: named ? 1 : UNCLEAR_FIT, logits: conversation.toolCalls > 0 ? USED_BEFORE : 0 }
}
