import type { ChatRequest } from '../core/chat.ts'
import type { TaskType, Tier } from '../core/demand.ts'
import { type Conversation, focusLength } from './conversation.ts'
import { signalOf } from './evidence.ts'
import { readHead, unpackHead } from './learned/head.ts'
import { DIFFICULTY_HEAD } from './learned/head-weights.ts'
import { type TaskGuess, UNSURE } from './task-type.ts'
import { COUNT } from './text-counts.ts'

/** Where a type starts before anything speaks for or against it. Set by hand. */
const PRIOR: Readonly<Record<TaskType, number>> = {
  code: 0.42,
  math: 0.42,
  reasoning: 0.46,
  knowledge: 0.27,
  writing: 0.33,
  rewrite: 0.24,
  summarization: 0.28,
  extraction: 0.26,
  translation: 0.2,
  classification: 0.2,
  brainstorm: 0.3,
  roleplay: 0.3,
  chat: 0.1,
  tool_use: 0.34,
}

const MEDIUM_FROM = 0.3
/** Where answers are derived one slip spoils them, so that least effort is left to bare sums and one-liners. */
const DERIVED_MEDIUM_FROM = 0.25
const COMPLEX_FROM = 0.52
const REASONING_FROM = 0.56
const REASONED: ReadonlySet<TaskType> = new Set(['math', 'reasoning', 'code'])

const HEAD = unpackHead(DIFFICULTY_HEAD)
/** Of the rules' difficulty: its middle among prompts with outcomes, and how many logits go with 1. */
const MIDDLE = 0.36
const LOGITS_PER_RULED = 3
/** What a logit that only the head knows of is worth: about as much as one that only the rules know of. */
const RULED_PER_LOGIT = 0.12
/** No wording moves a request further than this from where the rules put it. */
const FARTHEST = 0.2

/**
 * How hard a request is, 0..1, and the tier that follows: what rules and the head learned from outcomes say of the last
 * user message, then what the conversation and the caller add.
 */
export function rateDifficulty(
  request: ChatRequest,
  conversation: Conversation,
  guess: TaskGuess,
): { difficulty: number; tier: Tier } {
  const ruled = difficultyByRules(conversation, guess)
  const logits = readHead(HEAD, guess.dense, guess.grams)
  const asked = correctDifficulty(ruled, logits, { asksProof: asksProof(guess) })
  const sum = asked + loopEffect(request, conversation) + effortEffect(request)
  const difficulty = levelled(sum)
  return { difficulty, tier: tierOf(difficulty, guess) }
}

/** From here to 1 difficulty grows ever more slowly, so that even the hardest requests stay in order. */
const LEVELS_FROM = 0.8

function levelled(sum: number): number {
  if (sum <= LEVELS_FROM) return Math.max(0, sum)
  const room = 1 - LEVELS_FROM
  return 1 - room * Math.exp((LEVELS_FROM - sum) / room)
}

/** The rules' difficulty on the scale of item response, logits around 0. */
export function logitsOfRuled(ruled: number): number {
  return LOGITS_PER_RULED * (ruled - MIDDLE)
}

/**
 * The rules' difficulty, moved by as much as `logits` of the learned head say otherwise, within bounds; never down where a
 * proof is asked for: the head has seen what strings can check.
 */
export function correctDifficulty(ruled: number, logits: number, asked: { asksProof: boolean }): number {
  const shift = RULED_PER_LOGIT * (logits - logitsOfRuled(ruled))
  return ruled + Math.max(asked.asksProof ? 0 : -FARTHEST, Math.min(FARTHEST, shift))
}

/** Weight of the phrases that ask for a proof and nothing else. */
const PROOF_ASKED = 1.5

export function asksProof({ focus, taskType }: TaskGuess): boolean {
  return REASONED.has(taskType) && signalOf(focus, 'proof') >= PROOF_ASKED
}

/**
 * A hand-set sum for the last user message, about 0..1: the type's prior, then what raises it (proofs, steps, conditions,
 * words of advanced study, formulae, size, several questions) and what lowers it (few words, a short answer wanted, a
 * bare sum).
 */
export function difficultyByRules(conversation: Conversation, { focus, taskType }: TaskGuess): number {
  const { structure } = focus
  const length = focusLength(conversation)
  const reasoned = REASONED.has(taskType)
  return (
    PRIOR[taskType] +
    upTo(0.2, signalOf(focus, 'proof') * (reasoned ? 0.08 : 0.03)) +
    upTo(0.12, signalOf(focus, 'steps') * 0.03) +
    upTo(0.2, signalOf(focus, 'constraint') * 0.022) +
    upTo(0.25, signalOf(focus, 'expert') * 0.045) +
    upTo(0.16, structure.tex * 0.025) +
    upTo(0.1, (structure.mathMarks / Math.max(structure.length, 60)) * (reasoned ? 1 : 0.3)) +
    upTo(0.07, Math.max(0, structure.questions - 1) * 0.03) +
    upTo(0.08, Math.max(0, structure.listItems - 2) * 0.012) +
    upTo(0.08, structure.codeMarks / 2500) +
    sizeEffect(length, reasoned, conversation) +
    (signalOf(focus, 'thorough') > 0 ? 0.05 : 0) -
    (signalOf(focus, 'brief') > 0 ? 0.06 : 0) -
    (structure.sums > 0 && length < 60 ? 0.15 : 0)
  )
}

/**
 * A thinking model pays where an answer is derived, not where it is long. A request whose type cannot be told is never
 * SIMPLE.
 */
function tierOf(difficulty: number, { taskType, confidence, focus }: TaskGuess): Tier {
  const derived = REASONED.has(taskType)
  const reasons = derived && (taskType !== 'code' || signalOf(focus, 'proof') > 0)
  if (reasons && difficulty >= REASONING_FROM) return 'REASONING'
  if (difficulty >= COMPLEX_FROM) return 'COMPLEX'
  const simple = difficulty < (derived ? DERIVED_MEDIUM_FROM : MEDIUM_FROM)
  return simple && confidence >= UNSURE ? 'SIMPLE' : 'MEDIUM'
}

/** Four hundredths per doubling from 250 units; Han, kana and hangul say about three times as much per unit. */
function sizeEffect(length: number, reasoned: boolean, conversation: Conversation): number {
  const dense =
    count(conversation, COUNT.han) +
    count(conversation, COUNT.traditionalHan) +
    count(conversation, COUNT.kana) +
    count(conversation, COUNT.hangul)
  const size = length + 2 * dense
  const own = Math.min(0.2, Math.max(reasoned ? -0.04 : -0.1, 0.04 * Math.log2((size + 1) / 250)))
  const all = conversation.totals[COUNT.length] ?? 0
  return own + (all > 60_000 ? 0.06 : 0) + (all > 240_000 ? 0.06 : 0)
}

function loopEffect(request: ChatRequest, conversation: Conversation): number {
  return (request.tools.length > 5 ? 0.04 : 0) + upTo(0.12, conversation.toolCalls * 0.02)
}

/** The caller's own word on how much to think. */
function effortEffect(request: ChatRequest): number {
  if (request.reasoning.effort === 'high' || request.reasoning.effort === 'xhigh') return 0.12
  return request.reasoning.effort === 'none' || request.reasoning.effort === 'minimal' ? -0.05 : 0
}

function count(conversation: Conversation, index: number): number {
  return conversation.focusCounts[index] ?? 0
}

function upTo(limit: number, amount: number): number {
  return Math.min(limit, amount)
}
