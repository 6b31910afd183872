import { textsOf } from '../core/answer.ts'
import type { AssistantPart, ToolCall } from '../core/chat.ts'
import type { Draft } from './draft.ts'
import { callKey } from './final-answer.ts'
import type { VoteGroup } from './outcome.ts'
import { tally, winnerOf } from './vote.ts'

/** How calls are put together. */
export type CallRules = {
  /** Whether several tools may be called at once (`request.parallelToolCalls !== false`). */
  isParallel: boolean
  /** By draft number; 1 where none is given. */
  weights?: ReadonlyMap<number, number>
  /** Whom a judge found best: what no vote decides is as this draft has it. */
  favourite?: number | null
}

/** What no vote decides between drafts. `tool`: whose arguments differ; null: which tools to call, or whether any. */
type CallConflict = { tool: string | null; members: readonly number[] }

/**
 * What several drafts come to that propose tool calls. `text`: most of them call nothing. `calls`: `parts` is the turn
 * to answer with; the words and thoughts in it are those of draft `kept`. `members`: who does so.
 */
export type MergedCalls = { members: readonly number[]; conflicts: readonly CallConflict[] } & (
  | { kind: 'text' }
  | { kind: 'calls'; kept: number; parts: readonly AssistantPart[] }
)

/** One call, and who proposes it; as its first proposer wrote it. */
type Proposal = { key: string; call: ToolCall; members: readonly number[] }

/** Nobody's weight is more. */
const FAVOURITE = Number.MAX_VALUE

/**
 * Puts the calls of several drafts together: the same call once, whoever proposes it. Calls of fewer than half of those
 * who call tools are left out. Where most call a tool once, but with different arguments, they vote. What no vote
 * decides is a conflict, and as the favourite, the weightiest or the first has it.
 *
 * Sealed thoughts vouch for the very turn they stand in: a draft with such is kept as it is, its own calls and no
 * others, and only where it makes exactly the merged calls or where every draft has such.
 */
export function mergeToolCalls(drafts: readonly Draft[], rules: CallRules): MergedCalls {
  const ordered = drafts.toSorted((a, b) => a.number - b.number)
  const isJudged = rules.favourite !== undefined && rules.favourite !== null
  const ways = vote(
    ordered.map((draft) => [draft.number, callsOf(draft).length > 0 ? 'calls' : 'text']),
    rules,
  )
  const members = ways[0]?.members ?? []
  const open = isOpen(ways, drafts.length)
    ? [{ tool: null, members: ordered.map(({ number }) => number) }]
    : []
  if (ways[0]?.answer !== 'calls') return { kind: 'text', members, conflicts: isJudged ? [] : open }
  const callers = ordered.filter(({ number }) => members.includes(number))
  const { chosen, conflicts } = choose(callers, rules)
  const kept = keptOf(callers, chosen, rules)
  return {
    kind: 'calls',
    members,
    conflicts: isJudged ? [] : [...open, ...conflicts],
    kept: kept.number,
    parts: isSealed(kept) ? partsOf(kept) : mergedParts(kept, chosen),
  }
}

type Choice = { chosen: readonly Proposal[]; conflicts: readonly CallConflict[] }

function choose(callers: readonly Draft[], rules: CallRules): Choice {
  const proposals = proposalsOf(callers)
  const isCommon = ({ length }: readonly unknown[]) => 2 * length >= callers.length
  const byTool = Map.groupBy(proposals, ({ call }) => (rules.isParallel ? call.name : null))
  const choices = [...byTool].map(([tool, ofTool]): Choice => {
    const voters = [...new Set(ofTool.flatMap(({ members }) => members))]
    if (!isCommon(voters)) return { chosen: [], conflicts: [] }
    const once = voters.filter(
      (voter) => ofTool.filter(({ members }) => members.includes(voter)).length === 1,
    )
    if (tool === null || 2 * once.length > voters.length) return chooseOne(tool, ofTool, voters, rules)
    return { chosen: ofTool.filter(({ members }) => isCommon(members)), conflicts: [] }
  })
  const chosen = choices.flatMap((choice) => choice.chosen)
  if (chosen.length > 0) return { chosen, conflicts: choices.flatMap(({ conflicts }) => conflicts) }
  // Nothing is common: one draft has its way in everything.
  const numbers = callers.map(({ number }) => number)
  const [first] = vote(
    numbers.map((number) => [number, String(number)]),
    rules,
  )
  const members = first?.members ?? []
  return {
    chosen: proposals.filter((proposal) => proposal.members.some((number) => members.includes(number))),
    conflicts: [{ tool: null, members: numbers }],
  }
}

/** The call that most of its proposers agree on. */
function chooseOne(
  tool: string | null,
  proposals: readonly Proposal[],
  voters: readonly number[],
  rules: CallRules,
): Choice {
  const groups = vote(
    proposals.flatMap(({ key, members }) => members.map((number) => [number, key] as const)),
    rules,
  )
  const chosen = proposals.filter(({ key }) => key === groups[0]?.answer)
  const isConflict = groups.length > 1 && isOpen(groups, voters.length)
  return { chosen, conflicts: isConflict ? [{ tool, members: voters.toSorted((a, b) => a - b) }] : [] }
}

/** Whether a vote leaves it to weights and numbers. */
function isOpen(groups: readonly VoteGroup[], voters: number): boolean {
  return groups.length > 1 && winnerOf(groups, voters)?.isTie !== false
}

function vote(said: readonly (readonly [number, string])[], rules: CallRules): VoteGroup[] {
  return tally(said.map(([number, key]) => ({ number, key, weight: weightOf(number, rules) })))
}

function weightOf(number: number, { weights, favourite }: CallRules): number {
  return number === favourite ? FAVOURITE : (weights?.get(number) ?? 1)
}

/** What is proposed, in the order in which it is first. */
function proposalsOf(callers: readonly Draft[]): readonly Proposal[] {
  const proposals = new Map<string, { key: string; call: ToolCall; members: number[] }>()
  for (const caller of callers) {
    for (const call of callsOf(caller)) {
      const key = callKey(call)
      const proposal = proposals.get(key) ?? { key, call, members: [] }
      if (!proposal.members.includes(caller.number)) proposal.members.push(caller.number)
      proposals.set(key, proposal)
    }
  }
  return [...proposals.values()]
}

/** Whose turn the merged calls go into: who makes exactly these, else who makes most of them and has no seals. */
function keptOf(callers: readonly Draft[], chosen: readonly Proposal[], rules: CallRules): Draft {
  const ranked = callers.map((draft) => {
    const own = new Set(callsOf(draft).map(callKey))
    const shared = chosen.filter(({ key }) => own.has(key)).length
    const isSame = shared === chosen.length && own.size === chosen.length
    return { draft, rank: [Number(isSame), Number(!isSealed(draft)), shared, weightOf(draft.number, rules)] }
  })
  const [best] = ranked.toSorted((a, b) => {
    const at = a.rank.findIndex((value, index) => value !== b.rank[index])
    return at < 0 ? 0 : (b.rank[at] ?? 0) - (a.rank[at] ?? 0)
  })
  if (best === undefined) throw new RangeError('no draft calls a tool')
  return best.draft
}

/** A draft's turn with exactly the chosen calls: its own where they stand, the others after them. */
function mergedParts(kept: Draft, chosen: readonly Proposal[]): readonly AssistantPart[] {
  const missing = new Map(chosen.map(({ key, call }) => [key, call]))
  const ids = new Set<string>()
  const own = partsOf(kept).filter((part) => {
    if (part.type !== 'tool-call') return true
    ids.add(part.id)
    return missing.delete(callKey(part))
  })
  const added = Array.from(missing.values(), (call) => {
    let id = call.id
    for (let count = 2; ids.has(id); count += 1) id = `${call.id}_${count}`
    ids.add(id)
    return { ...call, type: 'tool-call' as const, id }
  })
  return [...own, ...added]
}

function partsOf({ answer }: Draft): readonly AssistantPart[] {
  return answer.choices[0].parts
}

function callsOf({ answer }: Draft): readonly ToolCall[] {
  return textsOf(answer.choices[0]).toolCalls
}

function isSealed(draft: Draft): boolean {
  return partsOf(draft).some((part) => part.type === 'reasoning' && part.seal !== undefined)
}
