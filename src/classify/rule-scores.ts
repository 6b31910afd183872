import { TASK_TYPES, type TaskType } from '../core/demand.ts'
import { type Conversation, focusLength } from './conversation.ts'
import { type Evidence, readEvidence, signalOf } from './evidence.ts'
import type { Structure } from './structure.ts'

/** Sum of evidence from which a message stands for itself. */
const SELF_EXPLAINING = 4

/**
 * How much hand-made rules find for each task type in the last user message, in the order of `TASK_TYPES`, with as much
 * of the earlier turns and of the system prompt as it leaves open. About 0.8 logits per unit.
 *
 * @param focus what was found in `conversation.focus`
 */
export function scoreByRules(focus: Evidence, conversation: Conversation): Float64Array {
  const scores = scoreText(focus)
  addContext(scores, focus, conversation)
  return scores
}

function scoreText(evidence: Evidence): Float64Array {
  const scores = new Float64Array(TASK_TYPES.length)
  for (const [index, type] of TASK_TYPES.entries())
    scores[index] = diminishing(signalOf(evidence, type), type === 'knowledge' ? 3 : 4)
  addStructure(scores, evidence)
  return scores
}

/** Beyond `full`, further hits count less and less: ten loose hints are not five times as good as two. */
function diminishing(sum: number, full: number): number {
  return sum <= full ? sum : full + 2.2 * Math.log1p((sum - full) / 2.2)
}

function addStructure(scores: Float64Array, evidence: Evidence): void {
  addNotation(scores, evidence.structure)
  addLayout(scores, evidence.structure)
  if (signalOf(evidence, 'compose') > 0) {
    bump(scores, 'writing', 1.2 + Math.min(1.5, signalOf(evidence, 'artifact') * 0.6))
  }
  bump(scores, 'knowledge', 0.8)
  bump(scores, 'tool_use', -1.5)
}

/** Program text, formulae and numbers. */
function addNotation(scores: Float64Array, structure: Structure): void {
  const size = Math.max(structure.length, 40)
  const codeDensity = (structure.codeMarks - 3 * structure.options - structure.tex * 3) / size
  const mathDensity = structure.mathMarks / size
  if (structure.fences > 0) bump(scores, 'code', 3)
  if (codeDensity > 0.04 && structure.lines > 2 && structure.tex < 3)
    bump(scores, 'code', Math.min(3, codeDensity * 40))
  const programs = scoreOf(scores, 'code') > 4
  if (structure.tex > 1 && !programs) bump(scores, 'math', Math.min(2.5, 0.8 + structure.tex * 0.2))
  if (mathDensity > 0.03 && !programs) bump(scores, 'math', Math.min(2, mathDensity * 20))
  if (structure.sums > 0 && !programs) {
    bump(scores, 'math', structure.weight < 60 ? 3 : 1)
    bump(scores, 'knowledge', -1)
  }
  if (structure.numbers === 0 && structure.tex === 0 && mathDensity <= 0.03 && scoreOf(scores, 'math') < 2)
    bump(scores, 'math', -1)
  if (structure.numbers > 1 && structure.weight < 1500 && !programs) {
    bump(scores, 'math', Math.min(1.4, structure.numbers * 0.25))
    if (structure.endsAsking && structure.options === 0 && structure.lines < 4) {
      bump(scores, 'math', 1.6)
      bump(scores, 'knowledge', -1.4)
    }
  }
}

/** Choices, gaps, material followed by a question, length. */
function addLayout(scores: Float64Array, structure: Structure): void {
  if (structure.options > 2) {
    bump(scores, 'knowledge', 1.8)
    bump(scores, 'reasoning', 1)
    for (const type of OPEN_TYPES) bump(scores, type, -2)
  }
  if (structure.gaps > 0) bump(scores, 'knowledge', 1)
  const asksAbout =
    structure.lines > 1 && structure.lastLine < 200 && structure.weight > 400 + structure.lastLine
  if (asksAbout && structure.options === 0 && (structure.endsAsking || structure.lines < 5)) {
    bump(scores, 'extraction', 2.5)
    for (const type of ['math', 'translation', 'writing'] as const) bump(scores, type, -3)
  }
  if (structure.options > 2 && structure.weight > 500) bump(scores, 'reasoning', 0.8)
  if (structure.weight < 36) bump(scores, 'chat', 1)
  else if (structure.weight > 70) bump(scores, 'chat', structure.weight > 140 ? -3 : -1.5)
  if (structure.endsAsking) bump(scores, 'knowledge', 1)
}

/** Types whose answer is free text: a list of choices speaks against them. */
const OPEN_TYPES: readonly TaskType[] = ['writing', 'brainstorm', 'roleplay', 'chat', 'rewrite', 'tool_use']

/** Earlier turns and the system prompt: much when the last message says little by itself, little otherwise. */
function addContext(scores: Float64Array, focus: Evidence, conversation: Conversation): void {
  if (conversation.earlier.length === 0 && conversation.system === '') return
  const own = Math.max(...scores)
  const continues = signalOf(focus, 'continuation') > 0 && focusLength(conversation) < 40
  const openness = continues ? 1 : Math.max(0.1, 0.7 * (1 - own / (2 * SELF_EXPLAINING)))
  if (continues) for (let i = 0; i < scores.length; i += 1) scores[i] = score(scores, i) * 0.3
  for (const [age, text] of conversation.earlier.entries()) {
    mix(scores, scoreText(readEvidence(text)), openness * 0.6 ** age)
  }
  const adjusts =
    signalOf(focus, 'adjustment') > 0 && conversation.assistantTurns > 0 && focusLength(conversation) < 60
  if (adjusts) bump(scores, 'rewrite', 4)
  if (conversation.assistantTurns > 0 && focusLength(conversation) < 60) {
    bump(scores, 'translation', signalOf(focus, 'translation') > 0 ? 2.5 : 0)
  }
  if (conversation.system !== '') {
    const system = scoreText(readEvidence(conversation.system))
    mix(scores, system, Math.max(0.15, openness * 0.8))
  }
}

function mix(scores: Float64Array, others: Float64Array, weight: number): void {
  for (let i = 0; i < scores.length; i += 1) scores[i] = score(scores, i) + weight * score(others, i)
}

function bump(scores: Float64Array, type: TaskType, amount: number): void {
  const index = TASK_TYPES.indexOf(type)
  scores[index] = score(scores, index) + amount
}

function scoreOf(scores: Float64Array, type: TaskType): number {
  return score(scores, TASK_TYPES.indexOf(type))
}

function score(scores: Float64Array, index: number): number {
  return scores[index] ?? 0
}
