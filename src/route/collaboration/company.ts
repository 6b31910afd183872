import type { EligibleCandidate } from '../decision.ts'
import type { CascadePlan, Collaboration, PanelPlan, Team } from './plan.ts'

/** Who works together, by model id, as a session remembers it; null where one model works alone. */
export function companyOf({ pattern }: Collaboration) {
  if (pattern.kind === 'single') return null
  const teams = pattern.kind === 'cascade' ? pattern.stages.map(({ team }) => team) : pattern.members
  return { pattern: pattern.kind, models: teams.map(([lead]) => lead.candidate.model.id) }
}

/**
 * The same work without some of those who were meant to do it; null where too few are left. Who judges a panel is then
 * one of its members, and nobody verifies in the place of a verifier.
 */
export function leaveOut(
  { pattern, verify }: Collaboration,
  stays: (candidate: EligibleCandidate) => boolean,
): Collaboration | null {
  const left = (team: Team | null): Team | null => {
    const [lead, ...others] = team?.filter(stays) ?? []
    return lead ? [lead, ...others] : null
  }
  const rest = patternWithout(pattern, left)
  return rest && { pattern: rest, verify: verify && { ...verify, judge: left(verify.judge) } }
}

type Left = (team: Team | null) => Team | null

function patternWithout(pattern: Collaboration['pattern'], left: Left): Collaboration['pattern'] | null {
  switch (pattern.kind) {
    case 'single':
      return pattern
    case 'cascade':
      return cascadeWithout(pattern, left)
    case 'panel':
    case 'fusion':
      return panelWithout(pattern, left)
  }
}

function cascadeWithout(plan: CascadePlan, left: Left): CascadePlan | null {
  const stages = plan.stages.flatMap(({ team, threshold }) => {
    const rest = left(team)
    return rest ? [{ team: rest, threshold }] : []
  })
  return stages.length > 0 ? { ...plan, stages, verifier: left(plan.verifier) } : null
}

function panelWithout(plan: PanelPlan, left: Left): PanelPlan | null {
  const members = plan.members.flatMap((team) => {
    const rest = left(team)
    return rest ? [rest] : []
  })
  const [first] = members
  return first && members.length >= plan.minSuccessful
    ? { ...plan, members, judge: left(plan.judge) ?? first }
    : null
}
