import { AppError, type ErrorCode } from '../core/errors.ts'
import { usdOf, usdOrNull } from '../core/money.ts'
import type { Decision } from '../route/decision.ts'
import { rounded } from './rounded.ts'

/** What became of a request under some rules: a decision, or why there is none. */
export type Outcome = Decision | ErrorCode

/** @throws whatever `decide` throws that is no refusal */
export function outcomeOf(decide: () => Decision): Outcome {
  try {
    return decide()
  } catch (cause) {
    if (cause instanceof AppError && cause.code !== 'internal') return cause.code
    throw cause
  }
}

/** Whether two rules make the same of a request: the same model at the same host, thinking as hard; or the same refusal. */
export function isSame(one: Outcome, other: Outcome): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other
  const [mine, yours] = [one.plan[0], other.plan[0]]
  return mine.candidate === yours.candidate && mine.effort === yours.effort
}

/** Why decisions could not be made again. */
export type Skip = 'unrecorded' | 'text_conditions' | 'unknown_headers'

/** The most changed decisions that are told. */
const MAX_EXAMPLES = 20

/** What other rules would have made of requests: told one after the other, summed up at the end. */
export function startReplay() {
  const sides = { before: emptySide(), after: emptySide() }
  const skipped: Record<Skip, number> = { unrecorded: 0, text_conditions: 0, unknown_headers: 0 }
  const examples: object[] = []
  let decisions = 0
  let changed = 0
  let compared = 0
  return {
    skip(why: Skip): void {
      skipped[why] += 1
    },
    add(id: string, before: Outcome, after: Outcome): void {
      decisions += 1
      count(sides.before, before)
      count(sides.after, after)
      if (typeof before !== 'string' && typeof after !== 'string') {
        compared += 1
        predict(sides, before, after)
      }
      if (isSame(before, after)) return
      changed += 1
      if (examples.length < MAX_EXAMPLES) examples.push(exampleBody(id, before, after))
    },
    body() {
      const { before, after } = sides
      return {
        decisions,
        changed,
        skipped,
        refused: { before: before.refused, after: after.refused },
        predicted: {
          cost_usd: { before: usdOf(before.microUsd), after: usdOf(after.microUsd) },
          quality: {
            before: meanOf(before.quality, compared),
            after: meanOf(after.quality, compared),
          },
        },
        models: shareBodies(before, after, decisions),
        examples,
      }
    },
  }
}

/** Sums of one side. Money and quality are of decisions that both sides made, money of those with known prices. */
type Side = { refused: number; microUsd: number; quality: number; models: Map<string, number> }

function emptySide(): Side {
  return { refused: 0, microUsd: 0, quality: 0, models: new Map() }
}

function count(side: Side, outcome: Outcome): void {
  if (typeof outcome === 'string') {
    side.refused += 1
    return
  }
  const { id } = outcome.plan[0].candidate.model
  side.models.set(id, (side.models.get(id) ?? 0) + 1)
}

function predict({ before, after }: { before: Side; after: Side }, one: Decision, other: Decision): void {
  const [was, is] = [one.plan[0].prediction, other.plan[0].prediction]
  before.quality += was.quality
  after.quality += is.quality
  if (was.costMicroUsd === null || is.costMicroUsd === null) return
  before.microUsd += was.costMicroUsd
  after.microUsd += is.costMicroUsd
}

/** The models that the new rules choose most come first. */
function shareBodies(before: Side, after: Side, decisions: number) {
  const models = [...new Set([...before.models.keys(), ...after.models.keys()])]
  const share = (side: Side, model: string) => rounded((side.models.get(model) ?? 0) / decisions)
  return models
    .map((model) => ({ model, before: share(before, model), after: share(after, model) }))
    .toSorted((a, b) => b.after - a.after || (a.model < b.model ? -1 : 1))
}

function exampleBody(id: string, before: Outcome, after: Outcome) {
  return {
    decision_id: id,
    before: outcomeBody(before),
    after: outcomeBody(after),
    cost_usd: { before: costOf(before), after: costOf(after) },
  }
}

/** Who is chosen and why, or the code of the refusal. */
export function outcomeBody(outcome: Outcome) {
  if (typeof outcome === 'string') return { error: outcome }
  const { candidate, effort } = outcome.plan[0]
  return {
    model: candidate.model.id,
    provider: candidate.offer.host,
    reasoning_effort: effort,
    reason: outcome.reason,
    rule: outcome.policy.rule,
  }
}

function costOf(outcome: Outcome): number | null {
  return typeof outcome === 'string' ? null : usdOrNull(outcome.plan[0].prediction.costMicroUsd)
}

function meanOf(sum: number, items: number): number | null {
  return items === 0 ? null : rounded(sum / items)
}
