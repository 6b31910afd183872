import type { PanelPlan } from '../route/collaboration/plan.ts'
import { runChecks } from './checks/run-checks.ts'
import { type Crew, type Made, note } from './crew.ts'
import type { VoteGroup } from './outcome.ts'
import { ballotsOf } from './round.ts'
import { isClearMajority, tally, winnerOf } from './vote.ts'

/** What a panel has to come to one answer with. `drafts`: at least one, in the order of the members. */
export type Panel = {
  crew: Crew
  plan: PanelPlan
  drafts: readonly [Made, ...Made[]]
  /** Best first. */
  groups: readonly VoteGroup[]
}

/** The drafts of a round, counted. */
export function counted(crew: Crew, plan: PanelPlan, drafts: Panel['drafts']): Panel {
  const groups = tally(ballotsOf(crew, drafts))
  crew.outcome.vote = groups.length > 0 ? groups : null
  return { crew, plan, drafts, groups }
}

/** Who speaks for those who agree; null where nobody does. `isTie`: as many others agree on something else. */
export function voted(panel: Panel): { made: Made; isTie: boolean } | null {
  const { crew, drafts, groups } = panel
  const winner = winnerOf(groups, drafts.length)
  const group = groups.find(({ members }) => winner && members.includes(winner.number))
  if (!winner || !group) return null
  const agreeing = drafts.filter(({ number }) => group.members.includes(number))
  const made = agreeing.find((one) => passes(crew, one)) ?? drafts.find((one) => one.number === winner.number)
  return made ? { made, isTie: winner.isTie } : null
}

/** The group that more than half of the drafts are in; null where there is none. */
export function majorityOf({ groups, drafts }: Panel): VoteGroup | null {
  const [best] = groups
  return best && isClearMajority(best, drafts.length) ? best : null
}

function passes({ decision, wanted }: Crew, { answer }: Made): boolean {
  const checks = decision.collaboration.verify?.checks ?? []
  return runChecks(wanted.request, answer, checks).every(({ passed }) => passed !== false)
}

/** The answer that most agree on, or of several as strong, the first; where nobody agrees, the first draft. */
export function votedOrFirst(panel: Panel): Made {
  const { crew, drafts } = panel
  const vote = voted(panel)
  if (vote?.isTie) note(crew, 'tie')
  crew.outcome.aggregation = 'vote'
  return vote?.made ?? drafts[0]
}
