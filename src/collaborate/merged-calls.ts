import { counted, type Panel } from './ballot-box.ts'
import { type Made, note } from './crew.ts'
import { judged } from './judged.ts'
import { withParts } from './keep.ts'
import { weightOf } from './round.ts'
import { mergeToolCalls } from './tool-calls.ts'

/**
 * What drafts come to of which some call tools: one turn with the calls that they agree on, or, where most call none,
 * what those say. What no vote decides a judge does, once, where one may be asked.
 */
export async function mergedCalls(panel: Panel): Promise<Made | { kind: 'text'; panel: Panel }> {
  const { crew, drafts } = panel
  const { request } = crew.wanted
  const weights = new Map(drafts.map(({ number, by }) => [number, weightOf(by)]))
  const rules = { isParallel: request.parallelToolCalls !== false, weights }
  let merged = mergeToolCalls(drafts, rules)
  let { plan } = panel
  crew.outcome.aggregation = 'vote'
  if (merged.conflicts.length > 0) {
    note(crew, 'tool_call_conflict')
    const between = new Set(merged.conflicts.flatMap(({ members }) => members))
    const rivals = drafts.filter(({ number }) => between.has(number))
    const favourite = plan.aggregation === 'vote' ? null : await judged(panel, rivals)
    if (favourite) merged = mergeToolCalls(drafts, { ...rules, favourite: favourite.number })
    if (favourite && merged.kind === 'text') return favourite
    plan = { ...plan, aggregation: 'vote' }
  }
  const { members } = merged
  const [first = drafts[0], ...others] = drafts.filter(({ number }) => members.includes(number))
  if (merged.kind === 'text') return { kind: 'text', panel: counted(crew, plan, [first, ...others]) }
  const { kept, parts } = merged
  for (const { part } of [first, ...others]) part.outcome = 'used'
  return withParts(drafts.find(({ number }) => number === kept) ?? first, parts)
}
