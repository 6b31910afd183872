import { textsOf } from '../core/answer.ts'
import type { PanelPlan } from '../route/collaboration/plan.ts'
import { counted, type Panel, voted, votedOrFirst } from './ballot-box.ts'
import { type Crew, type Kept, type Made, note } from './crew.ts'
import { report, synthesized } from './fusion.ts'
import { judged } from './judged.ts'
import { isSound } from './keep.ts'
import { mergedCalls } from './merged-calls.ts'
import { holdRound } from './round.ts'
import { needFor } from './tasks.ts'

/**
 * Several answer at once, and their answers become one.
 *
 * @param isPassedOn the answer may be told while it is written
 */
export async function askTogether(crew: Crew, plan: PanelPlan, isPassedOn: boolean): Promise<Made | Kept> {
  const round = await holdRound(crew, plan, keptFor(crew, plan))
  if (round.kind !== 'made') return round
  const { outcome, wanted } = crew
  const [first, ...others] = round.drafts
  if (outcome.answered < outcome.of && !outcome.notes.includes('decided_early')) note(crew, 'partial')
  const sound = round.drafts.filter((made) => isSound(wanted.request, made))
  const [best = first, ...more] = sound.length > 0 ? sound : [first, ...others]
  if (more.length > 0) return aggregated(counted(crew, plan, [best, ...more]), isPassedOn)
  outcome.aggregation = 'only'
  return best
}

async function aggregated(panel: Panel, isPassedOn: boolean): Promise<Made | Kept> {
  const { plan, drafts } = panel
  if (drafts.length === 1) return drafts[0]
  if (drafts.some(({ answer }) => textsOf(answer.choices[0]).toolCalls.length > 0)) {
    const merged = await mergedCalls(panel)
    if (merged.kind === 'made') return merged
    return aggregated(merged.panel, isPassedOn)
  }
  if (plan.report) await report(panel)
  switch (plan.aggregation) {
    case 'vote':
      return votedOrFirst(panel)
    case 'judge':
      return (await judged(panel, drafts)) ?? votedOrFirst(panel)
    case 'synthesis':
      return (await synthesized(panel, isPassedOn)) ?? votedOrJudged(panel)
    case null:
      return votedOrJudged(panel)
  }
}

/** The answer that most agree on; where there is none, the one that a judge finds best. */
async function votedOrJudged(panel: Panel): Promise<Made> {
  const vote = voted(panel)
  if (vote && !vote.isTie) return votedOrFirst(panel)
  return (await judged(panel, panel.drafts)) ?? votedOrFirst(panel)
}

/** A judge reads in two orders. */
const CALLS_FOR = { vote: 0, judge: 2, synthesis: 1 } as const

/** What those who come after the members are likely to cost, in micro-USD. */
function keptFor(crew: Crew, { aggregation, judge, members, report: isCompared }: PanelPlan): number {
  const calls = CALLS_FOR[aggregation ?? 'judge'] + Number(isCompared)
  if (calls === 0 || members.length === 1) return 0
  const { likelyMicroUsd } = needFor(crew, { team: judge, request: crew.wanted.request })
  return likelyMicroUsd === Infinity ? 0 : calls * likelyMicroUsd
}
