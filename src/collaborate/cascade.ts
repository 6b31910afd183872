import type { Failure } from '../core/chat.ts'
import type { CascadePlan } from '../route/collaboration/plan.ts'
import { advance, type Crew, type Kept, type Made, nextOf, note, type Task } from './crew.ts'
import { weighed } from './stage.ts'
import { draft, needFor, stream } from './tasks.ts'

/**
 * One after the other, until an answer is trusted enough. All but the last are held back and weighed; the last stands
 * as it is. Where later ones fail, or cannot be paid, the best earlier answer has to do.
 *
 * @param isPassedOn the last answer may be told while it is written
 */
export async function askInTurn(crew: Crew, plan: CascadePlan, isPassedOn: boolean): Promise<Made | Kept> {
  const { stages } = plan
  let best: Made | null = null
  let failure: Failure = { code: 'provider_failed', message: 'No stage answered' }
  for (let index = 0; index < stages.length; index += 1) {
    advance(crew, index, stages.length)
    const task = taskOf(crew, plan, index, best === null)
    if (!task) break
    const threshold = stages[index]?.threshold ?? 0
    const result =
      index < stages.length - 1
        ? await weighed(crew, plan, task, threshold)
        : await (isPassedOn ? stream : draft)(crew, task)
    if (result.kind === 'kept' || result.kind === 'cancelled') return result
    if (result.kind === 'failed') failure = result.failure
    if (result.kind !== 'made') continue
    index = stageOf(plan, index, result)
    if (index >= stages.length - 1 || trustIn(result) >= (stages[index]?.threshold ?? 0)) return result
    if (!best || trustIn(result) > trustIn(best)) best = result
  }
  if (!best) return { kind: 'failed', failure }
  note(crew, 'partial')
  return best
}

function trustIn({ part: { confidence } }: Made): number {
  return confidence ?? 0
}

/** The stage whose model wrote an answer: a later one where the team of the one that was asked fell back on it. */
function stageOf({ stages }: CascadePlan, asked: number, { by }: Made): number {
  const isOf = (index: number) => stages[index]?.team[0].candidate.model.id === by.candidate.model.id
  const later = stages.findLastIndex((_stage, index) => index > asked && isOf(index))
  return isOf(asked) ? asked : Math.max(asked, later)
}

function taskOf(crew: Crew, { stages }: CascadePlan, index: number, isFirst: boolean): Task | null {
  const { request } = crew.wanted
  const team = stages[index]?.team
  const last = index < stages.length - 1 ? stages.at(-1) : null
  const { likelyMicroUsd } = last ? needFor(crew, { team: last.team, request }) : { likelyMicroUsd: 0 }
  if (!team) return null
  return {
    work: nextOf(crew, 'stage'),
    team,
    request,
    ...(isFirst && { isFirst }),
    keptMicroUsd: likelyMicroUsd === Infinity ? 0 : likelyMicroUsd,
  }
}
