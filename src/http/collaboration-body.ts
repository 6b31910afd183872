import type { Collaborated } from '../collaborate/collaborate.ts'
import type { FusionReport, Outcome, Part, VoteGroup } from '../collaborate/outcome.ts'
import { usdOrNull } from '../core/money.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { MemberUsage } from '../protocols/inbound.ts'
import { rounded } from './rounded.ts'

/** How several models came to one answer, as the API shows it; nothing where one model alone answered. */
export function outcomeBody({ outcome }: Pick<Collaborated, 'outcome'>) {
  return outcome && { collaboration_outcome: bodyOf(outcome) }
}

function bodyOf({ pattern, aggregation, answered, of, vote, report, notes, parts }: Outcome) {
  return {
    pattern,
    aggregation,
    answered,
    of,
    partial: notes.includes('partial'),
    notes,
    vote: vote && vote.map(groupBody),
    report: report && reportBody(report),
    parts: parts.map(partBody),
  }
}

function groupBody({ answer, members, weight }: VoteGroup) {
  return { answer, members, weight: rounded(weight) }
}

function reportBody({ consensus, contradictions, uniquePoints, blindSpots, source }: FusionReport) {
  return { consensus, contradictions, unique_points: uniquePoints, blind_spots: blindSpots, source }
}

function partBody({ role, number, modelId, host, outcome, confidence, checks }: Part) {
  return {
    role,
    number,
    model: modelId,
    provider: host,
    outcome,
    ...(confidence !== null && { confidence: rounded(confidence) }),
    ...(checks.length > 0 && { checks }),
  }
}

/** What a call took that worked on an answer with others; nothing for one that took nothing. */
export function memberUsage({ work, modelId, host, outcome, usage, costMicroUsd }: Attempt): MemberUsage[] {
  if (!work || !usage) return []
  const costUsd = usdOrNull(costMicroUsd)
  return [{ ...work, model: modelId, provider: host, outcome, usage, costUsd }]
}
