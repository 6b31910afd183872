import { majorityOf, type Panel, voted } from './ballot-box.ts'
import { type Kept, type Made, note, type Task } from './crew.ts'
import { isSound } from './keep.ts'
import { analysisRequest, readReport, reportOfVote } from './report.ts'
import { contradictsVote, synthesisRequest } from './synthesis.ts'
import { draft, stream } from './tasks.ts'

/**
 * One answer made of all drafts. Where most of them agree it is held back until it is known not to say otherwise; else it
 * is passed on as it is written. Null where nobody writes it.
 */
export async function synthesized(panel: Panel, isPassedOn: boolean): Promise<Made | Kept | null> {
  const { crew, plan, drafts, groups } = panel
  const { request } = crew.wanted
  const task: Task = {
    work: { role: 'writer', number: 1 },
    team: plan.judge,
    request: synthesisRequest(request, drafts, crew.outcome.report),
    atMostMs: plan.roundTimeoutMs,
  }
  const majority = majorityOf(panel)
  const written = isPassedOn && !majority ? await stream(crew, task) : await draft(crew, task)
  if (written.kind === 'cancelled') return written
  const isWritten = written.kind === 'kept' || (written.kind === 'made' && isSound(request, written))
  if (!isWritten) {
    note(crew, 'writer_failed')
    return null
  }
  const vote = voted(panel)
  if (majority && vote && written.kind === 'made' && contradictsVote(request, written.answer, groups)) {
    note(crew, 'synthesis_contradicts_vote')
    crew.outcome.aggregation = 'vote'
    return vote.made
  }
  for (const { part } of drafts) part.outcome = 'used'
  crew.outcome.aggregation = 'synthesis'
  return written
}

/** Has the drafts compared; where that fails, by what they agree on. */
export async function report({ crew, plan, drafts, groups }: Panel): Promise<void> {
  const analysis = await draft(crew, {
    work: { role: 'analyst', number: 1 },
    team: plan.judge,
    request: analysisRequest(crew.wanted.request, drafts),
    atMostMs: plan.roundTimeoutMs,
  })
  const read = analysis.kind === 'made' ? readReport(analysis.answer, drafts) : null
  if (read && analysis.kind === 'made') analysis.part.outcome = 'used'
  if (!read) note(crew, 'report_unreadable')
  crew.outcome.report = read ?? reportOfVote(groups, drafts)
}
