import { usdOf } from '../core/money.ts'
import { worksOf } from '../collaborate/worst-case.ts'
import type { Attempt } from '../execute/attempt.ts'
import { type CostBounds, costBoundsOf } from '../execute/cost-budget.ts'
import { sureInputTokens } from '../execute/sure-input.ts'
import { leaveOut } from '../route/collaboration/company.ts'
import type { Decision, EligibleCandidate } from '../route/decision.ts'
import type { Amounts } from '../tenants/ledger/amounts.ts'
import type { Left } from '../tenants/ledger/book.ts'
import { least, type Meter } from '../tenants/ledger/meter.ts'
import type { Reservation } from '../tenants/ledger/reservation.ts'
import type { Asked } from './asked.ts'
import { budgetAlerts } from './budget-alerts.ts'
import { metersFor, type RequestMeters } from './meters.ts'
import { refusalError, reserve, type Taken } from './reserve.ts'

/** What an answer's limits are, and how it is accounted for. */
export type Spending = {
  /** Of the answer. */
  headers: readonly (readonly [string, string])[]
  /** To be called once, with all attempts, when they have ended: in the background it is counted what they took. */
  settle: (attempts: readonly Attempt[]) => void
}

export const UNLIMITED: Spending = { headers: [], settle: () => undefined }

/** A request that is not settled so long after its last deadline is lost, in ms. */
export const LOST_MS = 60_000
/** What is predicted for an answer is hardly exceeded by more than this. */
const SURELY = 4

/**
 * Lets a decision be carried out within the limits of who asks, and bounds what it may cost. Models that are at a limit
 * of their own are left out.
 *
 * @throws AppError `budget_exceeded`, `rate_limit_exceeded`, or `ledger_unavailable`
 */
export async function reserveFor(
  { scope, inbound, config }: Asked,
  planned: Decision,
): Promise<{ decision: Decision; spending: Spending }> {
  const now = Date.now()
  const limits = metersFor({ scope, config, user: inbound.chat.user }, now)
  if (!limits) return { decision: planned, spending: UNLIMITED }
  const ledger = { ...scope, heard: budgetAlerts(scope, config) }
  let decision = planned
  for (;;) {
    const meters = metersIn(limits, modelsOf(decision))
    if (meters.length === 0) return { decision, spending: UNLIMITED }
    const began = await reserve(ledger, reservationOf(decision, inbound.chat, meters))
    if (began.kind === 'granted') {
      const { left, microUsd, settle } = began
      return {
        decision: { ...decision, maxCostMicroUsd: least(decision.maxCostMicroUsd, microUsd) },
        spending: {
          headers: limitHeaders(meters, left),
          settle: (attempts) => settle(takenBy(attempts, limits)),
        },
      }
    }
    const { meter } = began
    const others = withoutModels(decision, (id) => limits.ofModel(id).some((one) => one.id === meter.id))
    if (!others) throw refusalError(began)
    decision = others
  }
}

/** All the meters that an answer by any of some models is counted by. */
export function metersIn({ ofAll, ofModel }: RequestMeters, modelIds: Iterable<string>): Meter[] {
  const meters = [...ofAll, ...[...modelIds].flatMap(ofModel)]
  return [...new Map(meters.map((meter) => [meter.id, meter])).values()]
}

/** Everybody who may be asked: of those planned for one model's answer nobody, where several work on it. */
function candidatesOf(decision: Decision): EligibleCandidate[] {
  const { contextWindow, contentPolicy } = decision.fallbacksFor
  return [...worksOf(decision).flatMap(({ team }) => team), ...contextWindow, ...contentPolicy]
}

function modelsOf(decision: Decision): Set<string> {
  return new Set(candidatesOf(decision).map(({ candidate }) => candidate.model.id))
}

/** A decision without some models; null where too few are left, or they have no part in it. */
function withoutModels(decision: Decision, isLeftOut: (modelId: string) => boolean): Decision | null {
  const stays = ({ candidate }: EligibleCandidate) => !isLeftOut(candidate.model.id)
  const { contextWindow, contentPolicy } = decision.fallbacksFor
  const collaboration = leaveOut(decision.collaboration, stays)
  const isAlone = decision.collaboration.pattern.kind === 'single'
  const [choice, ...others] = isAlone ? decision.plan.filter(stays) : decision.plan
  const rest = choice &&
    collaboration && {
      ...decision,
      plan: [choice, ...others] as const,
      fallbacksFor: {
        contextWindow: contextWindow.filter(stays),
        contentPolicy: contentPolicy.filter(stays),
      },
      collaboration,
    }
  return rest && candidatesOf(rest).length < candidatesOf(decision).length ? rest : null
}

/** What a decision wants of its meters. */
function reservationOf(
  decision: Decision,
  request: Asked['inbound']['chat'],
  meters: readonly Meter[],
): Reservation {
  const { plan, demand, reliability, maxCostMicroUsd } = decision
  const { choices = 1 } = request.sampling
  const works = worksOf(decision)
  const isSure = meters.some(({ strict, maxMicroUsd }) => strict && maxMicroUsd !== null)
  const [first] = plan
  const most = maxCostMicroUsd ?? Infinity
  const costs = worstCosts(decision, request, isSure)
  const times = works.reduce((sum, work) => sum + work.times, 0)
  const predicted = (first.prediction.costMicroUsd ?? 0) * choices * times
  return {
    id: decision.id,
    meters,
    leastMicroUsd: Math.min(most, costs.leastMicroUsd),
    enoughMicroUsd: Math.ceil(Math.min(most, SURELY * predicted)),
    worstMicroUsd: Math.min(most, costs.worstMicroUsd),
    marginMicroUsd: costs.marginMicroUsd,
    tokens:
      times * Math.ceil(demand.inputTokens[first.candidate.model.tokenFamily] + demand.expectedOutputTokens),
    expiresAt: decision.createdAt + reliability.maxTotalMs + LOST_MS,
  }
}

/** What everything that may be asked for an answer may cost together. The least: what one answer must have. */
function worstCosts(decision: Decision, request: Asked['inbound']['chat'], isSure: boolean): CostBounds {
  const { demand, reliability, fallbacksFor } = decision
  const { maxOutputTokens, choices = 1 } = request.sampling
  // A call that broke off after its first words is paid for as well as the one that follows it.
  const calls = Math.min(2, reliability.maxAttempts)
  const { hedge, streamFailure } = reliability
  const atOnce = hedge || streamFailure.mode === 'continue' ? 2 : 1
  const sureInput = isSure ? sureInputTokens(request) : () => 0
  const total = { leastMicroUsd: Infinity, worstMicroUsd: 0, marginMicroUsd: 0 }
  for (const { team, times, addedTokens, maxOutputTokens: own } of worksOf(decision)) {
    const asking = {
      inputTokens: demand.inputTokens,
      addedTokens,
      maxOutputTokens: own ?? maxOutputTokens,
      choices,
    }
    const boundsOf = (tried: EligibleCandidate) => {
      const { contextWindow, model } = tried.candidate
      const input = sureInput({ contextWindow, tokenFamily: model.tokenFamily })
      return costBoundsOf(tried, asking, input + addedTokens) ?? []
    }
    const planned = team.flatMap(boundsOf)
    const all = [
      ...planned,
      ...[...fallbacksFor.contextWindow, ...fallbacksFor.contentPolicy].flatMap(boundsOf),
    ]
    // Who only judges gives no answer.
    const leasts = own === undefined ? planned.map(({ leastMicroUsd }) => leastMicroUsd) : []
    total.leastMicroUsd = Math.min(total.leastMicroUsd, ...leasts)
    total.worstMicroUsd += times * calls * Math.max(0, ...all.map(({ worstMicroUsd }) => worstMicroUsd))
    if (isSure) {
      total.marginMicroUsd += times * atOnce * Math.max(0, ...all.map(({ marginMicroUsd }) => marginMicroUsd))
    }
  }
  return { ...total, leastMicroUsd: total.leastMicroUsd === Infinity ? 0 : total.leastMicroUsd }
}

/** What attempts took, by meter: of all of them, and of those at each model. */
export function takenBy(attempts: readonly Attempt[], { ofAll, ofModel }: RequestMeters): Taken {
  const taken = new Map<string, Amounts>(ofAll.map(({ id }) => [id, { microUsd: 0, requests: 1, tokens: 0 }]))
  for (const { modelId, costMicroUsd, usage } of attempts) {
    const tokens = usage ? usage.inputTokens + usage.outputTokens : 0
    for (const { id } of [...ofAll, ...ofModel(modelId)]) {
      const sum = taken.get(id) ?? { microUsd: 0, requests: 1, tokens: 0 }
      taken.set(id, { ...sum, microUsd: sum.microUsd + (costMicroUsd ?? 0), tokens: sum.tokens + tokens })
    }
  }
  return taken
}

/** OpenAI's headers for the tightest limits of requests and tokens; and the least money that is left. */
export function limitHeaders(
  meters: readonly Meter[],
  left: readonly Left[],
): readonly (readonly [string, string])[] {
  const leftOf = new Map(left.map((one) => [one.meterId, one]))
  const tightest = (what: 'requests' | 'tokens', limitOf: (meter: Meter) => number | null) => {
    const [first] = meters
      .flatMap((meter) => {
        const [limit, remaining] = [limitOf(meter), leftOf.get(meter.id)?.[what]]
        return limit === null || remaining === undefined ? [] : [{ limit, remaining: Math.max(0, remaining) }]
      })
      .toSorted((a, b) => a.remaining - b.remaining)
    if (!first) return []
    return [
      [`x-ratelimit-limit-${what}`, String(first.limit)] as const,
      [`x-ratelimit-remaining-${what}`, String(Math.floor(first.remaining))] as const,
    ]
  }
  const microUsd = Math.min(...left.map((one) => one.microUsd))
  return [
    ...tightest('requests', ({ requestsPerMinute }) => requestsPerMinute),
    ...tightest('tokens', ({ tokensPerMinute }) => tokensPerMinute),
    ...(Number.isFinite(microUsd)
      ? [['x-switchyard-budget-remaining-usd', String(usdOf(Math.max(0, Math.floor(microUsd))))] as const]
      : []),
  ]
}
