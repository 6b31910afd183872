import { type Made, note, type Task } from './crew.ts'
import type { Panel } from './ballot-box.ts'
import { bestBy, judgeRequest, readScores } from './judge.ts'
import { draft, needFor } from './tasks.ts'

/**
 * The draft that a judge finds best, who reads them in both orders at once, as judges favour places; null where
 * nothing comes of it.
 *
 * @param drafts those to choose from
 */
export async function judged({ crew, plan }: Panel, drafts: readonly Made[]): Promise<Made | null> {
  const { request } = crew.wanted
  const orders = [{ isReversed: false }, { isReversed: true }]
  const tasks = orders.map((order, index): Task => {
    const work = { role: 'judge' as const, number: index + 1 }
    return {
      work,
      team: plan.judge,
      atMostMs: plan.roundTimeoutMs,
      request: judgeRequest(request, drafts, { rubric: plan.rubric, ...order }),
    }
  })
  const verdicts = await Promise.all(
    tasks.map((task, index) => {
      const others = tasks.slice(index + 1).map((other) => needFor(crew, other))
      return draft(crew, { ...task, others })
    }),
  )
  const rounds = verdicts.map((verdict, index) => {
    if (verdict.kind !== 'made') return null
    const scores = readScores(verdict.answer, drafts, orders[index] ?? { isReversed: false })
    if (scores) verdict.part.outcome = 'used'
    return scores
  })
  const best = bestBy(rounds, drafts)
  const isHeard = verdicts.some(({ kind }) => kind === 'made')
  if (!best) note(crew, isHeard ? 'judge_unreadable' : 'judge_failed')
  const made = drafts.find(({ number }) => number === best?.number) ?? null
  if (made) crew.outcome.aggregation = 'judge'
  return made
}
