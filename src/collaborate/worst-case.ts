import type { Collaboration, PanelPlan, Team } from '../route/collaboration/plan.ts'
import type { Decision } from '../route/decision.ts'
import { JUDGE_TOKENS } from './judge.ts'
import { ANALYST_TOKENS } from './report.ts'
import { THINKING_SAMPLE_TOKENS } from './samples.ts'
import { VERIFIER_TOKENS } from './verifier.ts'

/**
 * An execution that may be made at the most so many times. `addedTokens`: by how much its input is longer than was
 * classified, as a guess. `maxOutputTokens`: what it may write, where that is less than the caller lets an answer be.
 */
export type PossibleWork = { team: Team; times: number; addedTokens: number; maxOutputTokens?: number }

/** All executions that may be made at the most, for whoever keeps money for a decision that several work on. */
export function worksOf({ plan, demand, collaboration }: Decision): readonly PossibleWork[] {
  const { pattern, verify } = collaboration
  const works = worksOfPattern(pattern, plan, demand.expectedOutputTokens)
  if (!verify) return works
  const addedTokens = demand.expectedOutputTokens
  const all = [...new Set(works.flatMap(({ team }) => team))]
  const [lead = plan[0], ...others] = all
  const judging = { addedTokens, maxOutputTokens: VERIFIER_TOKENS }
  return [
    ...works,
    { team: [lead, ...others], times: verify.maxRetries, addedTokens },
    ...(verify.judge ? [{ ...judging, team: verify.judge, times: 1 + verify.maxRetries }] : []),
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
      const judging = { times: judged.length, addedTokens: draftTokens, maxOutputTokens: VERIFIER_TOKENS }
      return [
        ...pattern.stages.map(({ team }) => once(team)),
        ...judged.map(({ team }) => ({
          ...once(team),
          times: samples,
          maxOutputTokens: THINKING_SAMPLE_TOKENS,
        })),
        ...(verifier ? [{ ...judging, team: verifier }] : []),
      ]
    }
    case 'panel':
    case 'fusion':
      return [...pattern.members.map(once), ...afterRound(pattern, pattern.members.length * draftTokens)]
  }
}

function once(team: Team): PossibleWork {
  return { team, times: 1, addedTokens: 0 }
}

/** A judge reads in two orders, also where nobody writes the answer that was to be made of all. */
function afterRound({ aggregation, members, report, judge }: PanelPlan, addedTokens: number): PossibleWork[] {
  if (members.length === 1) return []
  const one = { team: judge, times: 1, addedTokens }
  return [
    ...(report ? [{ ...one, maxOutputTokens: ANALYST_TOKENS }] : []),
    ...(aggregation === 'vote' ? [] : [{ ...one, times: 2, maxOutputTokens: JUDGE_TOKENS }]),
    ...(aggregation === 'synthesis' ? [one] : []),
  ]
}
