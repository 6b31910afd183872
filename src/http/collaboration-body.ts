import type { Collaborated } from '../collaborate/collaborate.ts'
import type { FusionReport, Outcome, Part, VoteGroup } from '../collaborate/outcome.ts'
import { usdOrNull } from '../core/money.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { MemberUsage } from '../protocols/inbound.ts'
import { rounded } from './rounded.ts'

/** As `wordGuard` tells words. */
type WordGuard = ((text: string) => string | null) | null

/**
 * How several models came to one answer, as the API shows it; nothing where one model alone answered. What the tenant's
 * guardrails keep from an answer is told of no draft either.
 */
export function outcomeBody({ outcome }: Pick<Collaborated, 'outcome'>, guard: WordGuard) {
  return outcome && { collaboration_outcome: bodyOf(outcome, guard) }
}

/** The same as it is recorded: no word of an answer, so neither what was voted for, nor a report, nor complaints. */
export function recordedOutcome({ outcome }: Pick<Collaborated, 'outcome'>) {
  if (!outcome) return null
  const { vote, report, parts, ...body } = bodyOf(outcome, null)
  return {
    collaboration_outcome: {
      ...body,
      vote: vote && vote.map(({ members, weight }) => ({ members, weight })),
      report: report && { source: report.source },
      parts: parts.map(({ checks, ...part }) => ({
        ...part,
        ...(checks && { checks: checks.map(({ check, passed }) => ({ check, passed })) }),
      })),
    },
  }
}

function bodyOf(outcome: Outcome, guard: WordGuard) {
  const { pattern, aggregation, answered, of, vote, report, notes, parts } = outcome
  return {
    pattern,
    aggregation,
    answered,
    of,
    partial: notes.includes('partial'),
    notes,
    vote: vote && vote.map((group) => groupBody(group, guard)),
    report: report && guardedReport(report, guard),
    parts: parts.map((part) => partBody(part, guard)),
  }
}

/** What drafts say is normalised here, so that a guardrail might not know it again. */
function groupBody({ answer, members, weight }: VoteGroup, guard: WordGuard) {
  return { answer: guard ? null : answer, members, weight: rounded(weight) }
}

/** Null where a part of it may not be told. */
function guardedReport(report: FusionReport, guard: WordGuard) {
  if (!guard) return reportBody(report)
  if (report.source === 'vote') return null
  let isTold = true
  const told = (text: string) => {
    const left = guard(text)
    isTold &&= left !== null
    return left ?? ''
  }
  const body = reportBody({
    ...report,
    consensus: report.consensus.map(told),
    contradictions: report.contradictions.map(({ topic, positions }) => ({
      topic: told(topic),
      positions: positions.map(({ members, claim }) => ({ members, claim: told(claim) })),
    })),
    uniquePoints: report.uniquePoints.map(({ member, point }) => ({ member, point: told(point) })),
    blindSpots: report.blindSpots.map(told),
  })
  return isTold ? body : null
}

function reportBody({ consensus, contradictions, uniquePoints, blindSpots, source }: FusionReport) {
  return { consensus, contradictions, unique_points: uniquePoints, blind_spots: blindSpots, source }
}

function partBody({ role, number, modelId, host, outcome, confidence, checks }: Part, guard: WordGuard) {
  return {
    role,
    number,
    model: modelId,
    provider: host,
    outcome,
    ...(confidence !== null && { confidence: rounded(confidence) }),
    ...(checks.length > 0 && {
      checks: guard
        ? checks.map((one) => ({ ...one, complaint: one.complaint === null ? null : guard(one.complaint) }))
        : checks,
    }),
  }
}

/** What a call took that worked on an answer with others; nothing for one that took nothing. */
export function memberUsage({ work, modelId, host, outcome, usage, costMicroUsd }: Attempt): MemberUsage[] {
  if (!work || !usage) return []
  const costUsd = usdOrNull(costMicroUsd)
  return [{ ...work, model: modelId, provider: host, outcome, usage, costUsd }]
}
