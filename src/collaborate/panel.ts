import type { PanelPlan } from '../route/collaboration/plan.ts'
import { counted, votedOrFirst } from './ballot-box.ts'
import { type Crew, type Kept, type Made, needFor, note } from './crew.ts'
import { isSound } from './keep.ts'
import { holdRound } from './round.ts'

/** Several answer at once, and their answers become one. */
export async function panel(crew: Crew, plan: PanelPlan): Promise<Made | Kept> {
  const round = await holdRound(crew, plan, keptFor(crew, plan))
  if (round.kind !== 'made') return round
  const { outcome, wanted } = crew
  const [first, ...others] = round.drafts
  if (outcome.answered < outcome.of && !outcome.notes.includes('decided_early')) note(crew, 'partial')
  const sound = round.drafts.filter((made) => isSound(wanted.request, made))
  const [best = first, ...more] = sound.length > 0 ? sound : [first, ...others]
  if (more.length > 0) return votedOrFirst(counted(crew, plan, [best, ...more]))
  outcome.aggregation = 'only'
  return best
}

/** What those who come after the members are likely to cost, in micro-USD. */
function keptFor(crew: Crew, { aggregation, judge, members, report }: PanelPlan): number {
  if (aggregation === 'vote' || members.length === 1) return 0
  const { likelyMicroUsd } = needFor(crew, { team: judge, request: crew.wanted.request })
  const calls = aggregation === 'synthesis' && !report ? 1 : 2
  return likelyMicroUsd === Infinity ? 0 : calls * likelyMicroUsd
}
