import type { Answer } from '../../core/answer.ts'
import { isRecord } from '../../core/canonical-json.ts'
import { bestBy, judgeRequest, readScores } from '../../collaborate/judge.ts'
import { labelled } from '../../collaborate/quoted.ts'
import { readJson } from '../../collaborate/read-json.ts'
import { type AttemptCost, type AttemptOrder, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import { type Case, caseIn } from '../../runs/prompts/case-prompt.ts'
import { textOf } from '../../runs/prompts/task-prompt.ts'
import type { RequestScope } from '../context.ts'
import { askModel, plainChat } from './ask-model.ts'
import { questionOf } from './model-work.ts'
import { failed, type FailedOutcome, mended, sumOf, unusable } from './outcomes.ts'

/** Candidates go by letters. */
const MOST_CANDIDATES = 26

/** What was chosen: which of the candidates, from 0. `scores`: 0..1, in their order; null where one has none. */
type Choice = {
  choice: number
  candidate: unknown
  reason: string | null
  scores: readonly (number | null)[]
}
type Chosen = { kind: 'chosen'; choice: Choice; cost: AttemptCost }

/** One reading of all candidates. */
type Reading = {
  scores: ReadonlyMap<number, number> | null
  reasons: ReadonlyMap<number, string>
  failure: FailedOutcome | null
  cost: AttemptCost
}

/** Chooses one of the candidates in a task's input; the rest of it says what they answer. */
export async function workAsJudge(scope: RequestScope, order: AttemptOrder): Promise<AttemptOutcome> {
  const found = caseIn(order)
  if (!found) return failed({ code: 'invalid_input', message: "Invalid 'input.candidates': expected a list" })
  const chosen = await choose(scope, order, found)
  return chosen.kind === 'chosen' ? { kind: 'succeeded', output: chosen.choice, cost: chosen.cost } : chosen
}

/**
 * The best of the candidates that are there. They are read in both orders, as judges favour places; where neither reading
 * says anything, once more.
 */
export async function choose(
  scope: RequestScope,
  order: AttemptOrder,
  about: Case,
): Promise<Chosen | FailedOutcome> {
  const { candidates } = about
  const drafts = candidates.flatMap((value, at) =>
    value === null || value === undefined ? [] : [{ number: at, answer: answerOf(textOf(value)) }],
  )
  const [only, ...others] = drafts
  if (!only || drafts.length > MOST_CANDIDATES) {
    const message = `There are ${drafts.length} candidates: expected 1 to ${MOST_CANDIDATES}`
    return failed({ code: 'invalid_input', message })
  }
  if (others.length === 0) {
    const choice = { choice: only.number, candidate: candidates[only.number], reason: null, scores: [] }
    return { kind: 'chosen', choice, cost: NO_COST }
  }
  const readings = await readBothWays(scope, order, about, drafts)
  const cost = sumOf(readings.map((reading) => reading.cost))
  const best = bestBy(
    readings.map(({ scores }) => scores),
    drafts,
  )
  if (!best) {
    const failure = readings.find((reading) => reading.failure)?.failure
    return failure ? { ...failure, cost } : unusable('The judge gave no marks that can be read', cost, null)
  }
  const { number, scores } = best
  const reason = readings.flatMap(({ reasons }) => reasons.get(number) ?? [])[0] ?? null
  const told = candidates.map((_, at) => scores.get(at) ?? null)
  return {
    kind: 'chosen',
    choice: { choice: number, candidate: candidates[number], reason, scores: told },
    cost,
  }
}

type Draft = { number: number; answer: Answer }

function answerOf(text: string): Answer {
  return { choices: [{ parts: [{ type: 'text', text }], logprobs: [] }], last: null }
}

async function readBothWays(
  scope: RequestScope,
  order: AttemptOrder,
  about: Case,
  drafts: readonly Draft[],
): Promise<readonly Reading[]> {
  // Two at once share what may be spent.
  const half = order.maxMicroUsd === null ? null : Math.floor(order.maxMicroUsd / 2)
  const readings = await Promise.all(
    [false, true].map((isReversed) =>
      readOnce(scope, { ...order, maxMicroUsd: half }, about, drafts, isReversed),
    ),
  )
  const isUnreadable = readings.some(({ failure }) => !failure) && readings.every(({ scores }) => !scores)
  const { microUsd: spent } = sumOf(readings.map(({ cost }) => cost))
  const left = order.maxMicroUsd === null ? null : order.maxMicroUsd - spent
  if (!isUnreadable || (left ?? 1) < 1) return readings
  return [...readings, await readOnce(scope, { ...order, maxMicroUsd: left }, about, drafts, false)]
}

async function readOnce(
  scope: RequestScope,
  order: AttemptOrder,
  { question, rubric }: Case,
  drafts: readonly Draft[],
  isReversed: boolean,
): Promise<Reading> {
  const asked = plainChat([{ role: 'user', content: [{ type: 'text', text: question }] }])
  const request = judgeRequest(asked, drafts, { rubric, isReversed })
  const said = await askModel(scope, questionOf({ ...order, verify: null }, request))
  const { cost } = said
  if (said.kind === 'failed') return { scores: null, reasons: new Map(), failure: mended(order, said), cost }
  const marks = readJson(said.text)
  const reasons = labelled(drafts, isReversed).flatMap(({ label, draft }): [number, string][] => {
    const mark = isRecord(marks) ? marks[label] : null
    const reason = isRecord(mark) ? mark['reason'] : null
    return typeof reason === 'string' ? [[draft.number, reason]] : []
  })
  return {
    scores: readScores(said.answer, drafts, { isReversed }),
    reasons: new Map(reasons),
    failure: null,
    cost,
  }
}
