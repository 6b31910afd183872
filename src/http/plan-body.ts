import { usdOrNull } from '../core/money.ts'
import type { TopologyAdvice } from '../route/collaboration/advice.ts'
import type { Collaboration, Team, VerifyPlan } from '../route/collaboration/plan.ts'
import { costOfWork } from '../route/collaboration/plan-cost.ts'
import type { Decision } from '../route/decision.ts'
import { rounded } from './rounded.ts'

/** What was weighed of working together, as the API shows it. */
export function adviceBody({ acted, reason, options }: TopologyAdvice) {
  return {
    acted,
    reason,
    options: options.map(({ topology, pays, gain, quality, costMicroUsd, latencyMs }) => ({
      topology,
      pays,
      expected_quality_gain: rounded(gain),
      predicted: {
        quality: rounded(quality),
        cost_usd: usdOrNull(costMicroUsd),
        latency_ms: Math.round(latencyMs),
      },
    })),
  }
}

/** Who works on an answer and how, as the API shows it, and what all of it is expected to cost; null for one alone. */
export function collaborationBody(decision: Pick<Decision, 'collaboration' | 'plan' | 'demand'>) {
  const { pattern, verify } = decision.collaboration
  if (pattern.kind === 'single' && !verify) return null
  return {
    ...patternBody(pattern),
    verify: verify && verifyBody(verify),
    predicted_cost_usd: usdOrNull(costOfWork(decision)),
  }
}

function patternBody(pattern: Collaboration['pattern']) {
  switch (pattern.kind) {
    case 'single':
      return { pattern: pattern.kind }
    case 'cascade': {
      const { stages, samples, verifier } = pattern
      return {
        pattern: pattern.kind,
        // The last answer stands whatever is thought of it.
        stages: stages.map(({ team, threshold }, index) => ({
          ...teamBody(team),
          threshold: index === stages.length - 1 ? null : rounded(threshold),
        })),
        samples,
        verifier: verifier && teamBody(verifier),
      }
    }
    case 'panel':
    case 'fusion':
      return {
        pattern: pattern.kind,
        members: pattern.members.map(teamBody),
        aggregation: pattern.aggregation ?? 'auto',
        judge: teamBody(pattern.judge),
        report: pattern.report,
        min_successful_responses: pattern.minSuccessful,
        max_concurrent: pattern.maxConcurrent,
        round_timeout_ms: pattern.roundTimeoutMs,
      }
  }
}

function verifyBody({ checks, judge, maxRetries }: VerifyPlan) {
  return {
    checks: checks.map(({ kind }) => kind),
    judge: judge && teamBody(judge),
    max_retries: maxRetries,
  }
}

/** Who is asked first. */
function teamBody([{ candidate }]: Team) {
  return { model: candidate.model.id, provider: candidate.offer.host }
}
