import { TASK_TYPES } from '../../core/demand.ts'
import type { Evidence } from '../evidence.ts'
import { SIGNALS } from '../lexicon/signals.ts'
import type { Structure } from '../structure.ts'

/** Scores of the rules per unit of their feature, and the limits within which they count. */
export const SCORE_UNIT = 4
const LOWEST_SCORE = -4
const HIGHEST_SCORE = 10
/** How many units of score make one logit. */
const RULE_TEMPERATURE = 1.25
/** Sizes, in `Structure.weight`, from which a message falls into the next class of size. */
const SIZES = [24, 60, 120, 250, 600, 1500, 4000]
const MARKS = 22

/** Where the dense features stand: first the rules' scores, last whether a tool is at hand and a constant 1. */
export const DENSE_COUNT = 2 * TASK_TYPES.length + SIGNALS.length + MARKS + SIZES.length + 1 + 2
export const TOOL_FEATURE = DENSE_COUNT - 2
export const CONSTANT_FEATURE = DENSE_COUNT - 1

/**
 * What rules, phrases and layout say of a message, as `DENSE_COUNT` numbers of about the same size.
 *
 * @param scores as `scoreByRules` gives them
 * @param tool how far a tool for the message is at hand, 0..1
 */
export function denseFeatures(scores: Float64Array, evidence: Evidence, tool: number): Float32Array {
  const features = new Float32Array(DENSE_COUNT)
  let at = 0
  for (const score of scores) {
    features[at++] = Math.max(LOWEST_SCORE, Math.min(HIGHEST_SCORE, score)) / SCORE_UNIT
  }
  const best = Math.max(...scores)
  let total = 0
  for (const score of scores) total += Math.exp((score - best) / RULE_TEMPERATURE)
  for (const score of scores) features[at++] = Math.exp((score - best) / RULE_TEMPERATURE) / total
  for (let i = 0; i < SIGNALS.length; i += 1) features[at++] = Math.log1p(evidence.signals[i] ?? 0) / 2
  for (const mark of marksOf(evidence.structure)) features[at++] = mark
  features[at + sizeClass(evidence.structure.weight)] = 1
  features[TOOL_FEATURE] = tool
  features[CONSTANT_FEATURE] = 1
  return features
}

function sizeClass(weight: number): number {
  const larger = SIZES.findIndex((size) => weight <= size)
  return larger < 0 ? SIZES.length : larger
}

/** `MARKS` numbers on how a message is laid out. */
function marksOf(s: Structure): number[] {
  const size = Math.max(s.length, 40)
  return [
    Number(s.endsAsking),
    Number(s.questions > 1),
    Number(s.options > 2),
    Number(s.options > 2 && s.weight > 500),
    Number(s.listItems > 1),
    Number(s.numbers === 0),
    Math.min(3, Math.log1p(s.numbers)) / 2,
    Math.min(1, (s.mathMarks / size) * 10),
    Math.min(1, (s.codeMarks / size) * 10),
    Number(s.sums > 0),
    Number(s.tex > 0),
    Math.min(2, Math.log1p(s.tex)) / 2,
    Number(s.fences > 0),
    Number(s.gaps > 0),
    Number(s.quotes > 1),
    Number(s.lines === 1),
    Number(s.lines > 1 && s.lines < 4),
    Number(s.lines > 8),
    Number(s.sentences > 5),
    Number(s.lines > 1 && s.lastLine < 200 && s.weight > 400 + s.lastLine),
    Number(s.lines > 1 && s.lastLine > 100),
    Math.log1p(s.weight) / 10,
  ]
}
