import type { Collaboration, PanelPlan, Team } from '../route/collaboration/plan.ts'
import type { Decision } from '../route/decision.ts'

/**
 * An execution that may be made at the most so many times. `addedTokens`: by how much its input is longer than was
 * classified, as a guess. `maxOutputTokens`: what it may write, where that is less than the caller lets an answer be.
 */
export type PossibleWork = { team: Team; times: number; addedTokens: number; maxOutputTokens?: number }

/** Everything that may be done at the most to carry a decision out where several work on it; whoever keeps money for it must know. */
export function worksOf({ plan, demand, collaboration }: Decision): readonly PossibleWork[] {
  const { pattern, verify } = collaboration
  const works = worksOfPattern(pattern, plan, demand.expectedOutputTokens)
  if (!verify) return works
  const addedTokens = demand.expectedOutputTokens
  const all = [...new Set(works.flatMap(({ team }) => team))]
  const [lead = plan[0], ...others] = all
  return [
    ...works,
    { team: [lead, ...others], times: verify.maxRetries, addedTokens },
    ...(verify.judge ? [{ team: verify.judge, times: 1 + verify.maxRetries, addedTokens }] : []),
  ]
}

function worksOfPattern(
  pattern: Collaboration['pattern'],
  plan: Team,
  draftTokens: number,
): readonly PossibleWork[] {
  switch (pattern.kind) {
    case 'single':
      return [once(plan)]
    case 'cascade': {
      const judged = pattern.stages.slice(0, -1)
      const { samples, verifier } = pattern
      return [
        ...pattern.stages.map(({ team }) => once(team)),
        ...judged.map(({ team }) => ({ ...once(team), times: samples })),
        ...(verifier ? [{ team: verifier, times: judged.length, addedTokens: draftTokens }] : []),
      ]
    }
    case 'panel':
    case 'fusion': {
      const addedTokens = pattern.members.length * draftTokens
      return [...pattern.members.map(once), { team: pattern.judge, times: afterRound(pattern), addedTokens }]
    }
  }
}

function once(team: Team): PossibleWork {
  return { team, times: 1, addedTokens: 0 }
}

/** A judge reads in two orders, also where nobody writes an answer that was to be made of all. */
function afterRound({ aggregation, members, report }: PanelPlan): number {
  if (aggregation === 'vote' || members.length === 1) return 0
  return aggregation === 'synthesis' ? 3 + Number(report) : 2
}
