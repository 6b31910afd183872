import type { ChatRequest, Failure } from '../core/chat.ts'
import { logOddsWithin } from '../core/log-odds.ts'
import type { PanelPlan } from '../route/collaboration/plan.ts'
import type { EligibleCandidate } from '../route/decision.ts'
import { advance, type Crew, type Made, note, type Task, type Unmade } from './crew.ts'
import { finalAnswerOf } from './final-answer.ts'
import { isSound } from './keep.ts'
import { type Ballot, decidedWinner } from './vote.ts'
import { draft, needFor } from './tasks.ts'

/** The share of the time left that members may take where somebody may compare, check or write after them. */
const ROUND_SHARE = 0.75
/** Answers of one model to one question differ from this temperature on, where one is asked for at all. */
const DIVERSE_TEMPERATURE = 0.7
/** A voter counts at least this much, in log-odds of being right; predictions nearer to 0 or 1 count as this near. */
const LEAST_WEIGHT = 0.05
const LEAST = 0.01

/** By number of the member. */
type Results = ReadonlyMap<number, Made | Unmade>

type Round = { kind: 'made'; drafts: readonly [Made, ...Made[]] } | Exclude<Unmade, { kind: 'unpaid' }>

/**
 * The drafts of a panel's members, asked at once, in their order; or why there are too few.
 *
 * @param keptMicroUsd what must be left for those who come after
 */
export async function holdRound(crew: Crew, plan: PanelPlan, keptMicroUsd: number): Promise<Round> {
  const of = plan.members.length
  const over = new AbortController()
  const waiting = tasksOf(crew, plan, over.signal, keptMicroUsd).values()
  const results = new Map<number, Made | Unmade>()
  async function work(): Promise<void> {
    for (const task of waiting) {
      const result = await draft(crew, task)
      if (over.signal.aborted) return
      results.set(task.work.number, result)
      crew.outcome.answered = draftsIn(results).length
      advance(crew, results.size, of)
      if (results.size === of || !isDecided(crew, plan, results)) continue
      note(crew, 'decided_early')
      over.abort()
    }
  }
  crew.outcome.of = of
  advance(crew, 0, of)
  const all = Promise.all(Array.from({ length: Math.min(plan.maxConcurrent, of) }, work))
  const decided = new Promise((resolve) => over.signal.addEventListener('abort', resolve))
  const ended = Promise.race([all, decided]).then(() => false)
  const most = patienceFor(crew, plan)
  if (await Promise.race([ended, late(crew, most, over.signal)])) note(crew, 'round_timeout')
  over.abort()
  const whose =
    most < plan.roundTimeoutMs ? 'max_total_ms (total timeout)' : 'round_timeout_ms (round timeout)'
  const silence: Failure = { code: 'timeout', message: `No member answered in time: ${whose}` }
  return enough(crew, plan, results, silence)
}

/** In the order of the members. */
function draftsIn(results: Results): Made[] {
  const drafts = [...results.values()].filter((result) => result.kind === 'made')
  return drafts.toSorted((a, b) => a.number - b.number)
}

function enough(
  { io, outcome }: Crew,
  { members, minSuccessful }: PanelPlan,
  results: Results,
  silence: Failure,
): Round {
  const [first, ...others] = draftsIn(results)
  const length = outcome.answered
  if (io.signal.aborted) return { kind: 'cancelled' }
  if (first && length >= minSuccessful) return { kind: 'made', drafts: [first, ...others] }
  const few = `Only ${length} of ${members.length} members answered; min_successful_responses is ${minSuccessful}`
  if (length > 0) return { kind: 'failed', failure: { code: 'provider_failed', message: few } }
  const failures = [...results.values()].filter((result) => result.kind === 'failed')
  return failures.at(-1) ?? { kind: 'failed', failure: silence }
}

/** How long a round may take, in ms: as is asked for, as long as somebody may still compare, check or write after it. */
function patienceFor({ io, decision }: Crew, { aggregation, roundTimeoutMs }: PanelPlan): number {
  const left = decision.createdAt + decision.reliability.maxTotalMs - io.now()
  const isLast = aggregation === 'vote' && decision.collaboration.verify === null
  return Math.max(0, Math.min(roundTimeoutMs, isLast ? left : ROUND_SHARE * left))
}

/** True once a round has taken so long, in ms; false when it is over before. */
async function late({ io }: Crew, ms: number, over: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([io.signal, over])
  await io.sleep(ms, signal)
  if (io.signal.aborted) return new Promise(() => undefined)
  return !over.aborted
}

function tasksOf(crew: Crew, { members }: PanelPlan, signal: AbortSignal, keptMicroUsd: number): Task[] {
  const { request } = crew.wanted
  const needs = members.map((team) => needFor(crew, { team, request }))
  return members.map((team, index) => ({
    work: { role: 'member', number: index + 1 },
    team,
    request: index === 0 ? request : varied(request, team[0], index),
    signal,
    ...(index === 0 && { isFirst: true as const }),
    others: needs.slice(index + 1),
    keptMicroUsd,
  }))
}

/** The same question, whose answers may differ also where the caller settled how they come about. */
function varied(request: ChatRequest, { candidate }: EligibleCandidate, index: number): ChatRequest {
  const { temperature, seed } = request.sampling
  const isWarm = temperature !== undefined && candidate.model.reasoning.kind === 'none'
  const other = {
    ...(isWarm && { temperature: Math.max(temperature, DIVERSE_TEMPERATURE) }),
    ...(seed !== undefined && { seed: seed + index }),
  }
  const { native } = request
  return {
    ...request,
    sampling: { ...request.sampling, ...other },
    native: native && { ...native, body: { ...native.body, ...other } },
  }
}

/** What each draft says, in comparable form; those that are no good say nothing. */
export function ballotsOf({ wanted: { request } }: Crew, drafts: readonly Made[]): Ballot[] {
  return drafts.map((made) => ({
    number: made.number,
    key: isSound(request, made) ? (finalAnswerOf(request, made.answer)?.key ?? null) : null,
    weight: weightOf(made.by),
  }))
}

/** What a vote counts, in log-odds of being right. */
export function weightOf({ prediction }: EligibleCandidate): number {
  return Math.max(LEAST_WEIGHT, logOddsWithin(prediction.quality, LEAST))
}

/** Whether those who are still asked cannot change the vote. */
function isDecided(
  crew: Crew,
  { members, aggregation, report, minSuccessful }: PanelPlan,
  results: Results,
): boolean {
  if (report || aggregation === 'judge' || aggregation === 'synthesis') return false
  const drafts = draftsIn(results)
  if (drafts.length < minSuccessful) return false
  const outstanding = members.filter((_team, index) => !results.has(index + 1))
  const weights = outstanding.map(([lead]) => weightOf(lead))
  return decidedWinner(ballotsOf(crew, drafts), weights) !== null
}
