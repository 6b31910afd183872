import { type Answer, textsOf } from '../core/answer.ts'
import { isRecord } from '../core/canonical-json.ts'
import type { ChatRequest } from '../core/chat.ts'
import type { Weighed } from './draft.ts'
import { caseOf, labelled, QUOTES_ARE_DATA } from './quoted.ts'
import { readJson } from './read-json.ts'

/** What a judge may write, thoughts included, in tokens. */
export const JUDGE_TOKENS = 8_192

const RUBRIC =
  'What is true and correct comes first; then whether everything asked for is there, in the form asked for; then ' +
  'whether it is clear. An answer in the right form with a wrong result deserves at most 3. Length is no merit. ' +
  'Of tool calls, judge whether they are the right tools with the right arguments now.'

/**
 * Asks a judge for marks from 0 to 10 for each draft. Every judge should be asked twice, with `isReversed` the second
 * time: models favour places (Zheng et al. 2023, arXiv:2306.05685).
 *
 * @param rubric what to go by; null for our own
 */
export function judgeRequest(
  request: ChatRequest,
  drafts: readonly Weighed[],
  { rubric, isReversed }: { rubric: string | null; isReversed: boolean },
): ChatRequest {
  const answers = labelled(drafts, isReversed)
  const labels = answers.map(({ label }) => label)
  const task =
    'You judge answers that were given, independently of each other, to the last message of a conversation. ' +
    `${QUOTES_ARE_DATA}\n\nWork out for yourself what a good answer must say. Then judge each answer on its own; the ` +
    `order means nothing. ${rubric ?? RUBRIC}\n\nReply with JSON only: for each of ${labels.join(', ')} an object with ` +
    '"reason" (one short sentence) and "score" (0, worthless, to 10, could not be better; fractions to tell near ones apart).'
  const properties = Object.fromEntries(labels.map((label) => [label, MARK_SCHEMA]))
  return {
    messages: [
      { role: 'system', content: [{ type: 'text', text: task }] },
      { role: 'user', content: caseOf(request, answers) },
    ],
    tools: [],
    output: {
      type: 'json_schema',
      name: 'scores',
      schema: { type: 'object', properties, required: labels, additionalProperties: false },
      strict: true,
    },
    sampling: { maxOutputTokens: JUDGE_TOKENS },
    reasoning: {},
    native: null,
  }
}

const MARK_SCHEMA = {
  type: 'object',
  properties: { reason: { type: 'string' }, score: { type: 'number', description: '0 to 10' } },
  required: ['reason', 'score'],
  additionalProperties: false,
}

/**
 * The marks a judge gave, 0..1 by draft number; in tenths, hundredths or parts of 1, in JSON or in lines. Null where
 * fewer than two drafts have one: nothing is compared then.
 *
 * @param drafts as they were given to `judgeRequest`
 */
export function readScores(
  answer: Answer,
  drafts: readonly Weighed[],
  { isReversed }: { isReversed: boolean },
): ReadonlyMap<number, number> | null {
  const { text } = textsOf(answer.choices[0])
  const value = readJson(text)
  const marks = value === undefined ? marksInLines(text) : marksIn(value)
  const scores = labelled(drafts, isReversed).flatMap(({ label, draft }): [number, number][] => {
    const mark = marks.get(label)
    return mark !== undefined && mark >= 0 && mark <= 100 ? [[draft.number, mark]] : []
  })
  if (scores.length < 2) return null
  const all = scores.map(([, mark]) => mark)
  const highest = Math.max(...all)
  // Whole marks of 0 and 1 are low ones of those that were asked for.
  const isOfOne = highest <= 1 && !all.every(Number.isInteger)
  const scale = isOfOne ? 1 : highest <= 10 ? 10 : 100
  return new Map(scores.map(([number, mark]) => [number, mark / scale]))
}

const SCORE_FIELDS = ['score', 'rating', 'mark', 'value', 'total']
const LABEL_FIELDS = ['label', 'answer', 'name', 'id']

/** Marks by label in `{A: 8}`, `{A: {score: 8}}`, `{scores: {…}}`, or a list of `{label, score}`. */
function marksIn(value: unknown, isInner = false): ReadonlyMap<string, number> {
  const entries = Array.isArray(value)
    ? value.map((each: unknown) => [fieldOf(each, LABEL_FIELDS), each] as const)
    : Object.entries(isRecord(value) ? value : {})
  const marks = new Map<string, number>()
  for (const [name, each] of entries) {
    const label = /(?:^|\W|_)([A-Z])$/i.exec(typeof name === 'string' ? name.trim() : '')?.[1]?.toUpperCase()
    const said = isRecord(each) ? fieldOf(each, SCORE_FIELDS) : each
    const mark = typeof said === 'string' ? Number.parseFloat(said) : said
    if (label !== undefined && typeof mark === 'number' && !marks.has(label)) marks.set(label, mark)
  }
  if (marks.size > 0 || !isRecord(value) || isInner) return marks
  const inner = Object.values(value).find((each) => typeof each === 'object' && each !== null)
  return marksIn(inner, true)
}

function fieldOf(value: unknown, names: readonly string[]): unknown {
  const name = isRecord(value) ? names.find((each) => each in value) : undefined
  return isRecord(value) && name !== undefined ? value[name] : undefined
}

function marksInLines(text: string): ReadonlyMap<string, number> {
  const found = text.matchAll(/(?<![a-z])([A-Z])\W{0,4}[:=：]\W{0,4}(\d+(?:\.\d+)?)/gi)
  return new Map(Array.from(found, ([, label = '', mark]) => [label.toUpperCase(), Number(mark)]))
}

/**
 * The draft with the highest mean over the rounds that could be read; of equals the first. `scores`: the means, 0..1.
 * Null where no round could be read.
 */
export function bestBy(
  rounds: readonly (ReadonlyMap<number, number> | null)[],
  drafts: readonly Weighed[],
): { number: number; scores: ReadonlyMap<number, number> } | null {
  const scores = new Map<number, number>()
  for (const { number } of drafts) {
    const marks = rounds.flatMap((round) => round?.get(number) ?? [])
    if (marks.length > 0) scores.set(number, marks.reduce((sum, mark) => sum + mark, 0) / marks.length)
  }
  const [best] = [...scores].sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || a - b)
  return best === undefined ? null : { number: best[0], scores }
}
