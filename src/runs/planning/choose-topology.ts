import type { AgentCard } from '../../agents/card.ts'
import { wordsOf } from '../../agents/words.ts'
import type { WorkStructure } from '../../core/demand.ts'
import { TEAM_PRIOR } from '../../core/team-prior.ts'

/** What is known of a goal before anybody plans it. */
export type GoalFeatures = {
  structure: WorkStructure
  pieces: GoalPieces
  /** Agents of different skills that its words call for, the one that knows most of them first. */
  skilled: readonly string[]
  /** Whether one answer of a simple model is likely all that is wanted. */
  isSimple: boolean
  /** Of the best single model, 0..1, as predicted; null where that is not known. */
  quality: number | null
  /** Agents that may work on it, and whether the run names them. */
  agents: number
  areNamed: boolean
}

/** Pieces of work that a goal lists: lines of a list; what a sentence names that is to be done apart. At least 1. */
type GoalPieces = { lines: number; apart: number }

/** `reason`: for people. */
export type GoalTopology = { topology: 'single' | 'dag'; reason: string }

/** Fewer parts than these, or skills, do not outweigh what planning and putting together cost. */
const PARTS_ALONE = 3
const SKILLS_ALONE = 3

/**
 * Whether a goal is worth planning: where it falls into parts that can be worked on side by side, or calls for several
 * skills; where agents are named, it need only be no simple question. Everything else is done in one piece: teams lose on work whose steps wait for each other.
 */
export function chooseTopology(features: GoalFeatures): GoalTopology {
  const { structure, pieces, skilled, isSimple, quality, agents, areNamed } = features
  const { depth } = structure
  const parallel = Math.max(structure.parallel, pieces.apart)
  const parts = Math.max(parallel, pieces.lines)
  const isWeak = quality !== null && quality < TEAM_PRIOR.worseFrom
  if (agents < 2) return single('there are not two agents to share the work')
  if (skilled.length >= SKILLS_ALONE) return dag(`it calls for ${skilled.join(', ')}`)
  if (skilled.length === 2 && (parts > 1 || depth > 2)) {
    return dag(`it calls for ${skilled.join(' and ')}, in ${parts > 1 ? `${parts} parts` : `${depth} steps`}`)
  }
  if (areNamed && (!isSimple || parts > 1 || skilled.length > 1))
    return dag(`${agents} agents were named for it`)
  if (depth > Math.max(2, parallel)) {
    return single(
      `its ${depth} steps wait for each other: there teams lost ${percent(TEAM_PRIOR.onSequences)} to ` +
        `${percent(TEAM_PRIOR.onSequencesWorst)} of the quality (${TEAM_PRIOR.source})`,
    )
  }
  if (!isSimple && (parallel >= PARTS_ALONE || (parallel > 1 && isWeak))) {
    const gained = `teams gained ${percent(TEAM_PRIOR.onParts)} on such work (${TEAM_PRIOR.source})`
    return dag(`it falls into ${parallel} parts that do not need each other: ${gained}`)
  }
  const alone =
    quality === null || isWeak ? '' : `, and one model alone is expected to reach ${quality.toFixed(2)}`
  return single(`it is one piece of work${alone}`)
}

const single = (reason: string): GoalTopology => ({ topology: 'single', reason })
const dag = (reason: string): GoalTopology => ({ topology: 'dag', reason })

function percent(share: number): string {
  return `${Math.abs(Math.round(100 * share))} %`
}

/** What is asked for stands at the beginning of a goal, or at its end; between them there may be material. */
const HEAD_CHARS = 400
const TAIL_CHARS = 200
/** Where one thing that is to be done ends and the next one begins. */
const BETWEEN =
  /[.!?;:。！？；：\n]|,\s|，|、|\s&\s|\b(?:and|then|afterwards|finally)\b|然后|然後|接着|接著|最后|最後|并且|並且|以及|再|并|並/u
/** Longer clauses tell something; they do not ask for it. */
const MAX_CLAUSE_CHARS = 100

/**
 * Ids of the agents that a goal's clauses call for, each clause the one whose skills' tags know most of its words, in
 * the order of the clauses.
 */
export function skilledFor(goal: string, agents: readonly AgentCard[]): string[] {
  const known = agents.map(({ id, skills }) => ({
    id,
    words: wordsOf(skills.flatMap(({ tags }) => tags).join(' ')),
  }))
  const best = asksIn(goal)
    .split(BETWEEN)
    .flatMap((clause) => (clause.length > MAX_CLAUSE_CHARS ? [] : (bestFor(clause, known) ?? [])))
  return [...new Set(best)]
}

function bestFor(
  clause: string,
  agents: readonly { id: string; words: ReadonlySet<string> }[],
): string | null {
  const asked = wordsOf(clause)
  let best: { id: string; hits: number } | null = null
  for (const { id, words } of agents) {
    const hits = asked.intersection(words).size
    if (hits > (best?.hits ?? 0)) best = { id, hits }
  }
  return best?.id ?? null
}

function asksIn(goal: string): string {
  if (goal.length <= HEAD_CHARS + TAIL_CHARS) return goal
  return `${goal.slice(0, HEAD_CHARS)}\n${goal.slice(-TAIL_CHARS)}`
}

const LIST_ITEM =
  /^\s{0,4}(?:[-*•·]|\d{1,2}[.)、．]|[一二三四五六七八九十]{1,2}[、．.]|[(（]\d{1,2}[)）])\s*\S/gmu
/** Says that what is listed is done by itself. */
const APART =
  /\b(?:in parallel|separately|respectively|independently|side by side)\b|分别|分別|各自|并行|並行|分头|分頭/iu
const SEPARATOR = /、|，|,|；|;|\s&\s|\band\b|和|与|與|以及|及/gu
const MAX_LISTED = 16

export function piecesIn(goal: string): GoalPieces {
  const text = asksIn(goal)
  const sentence = text.split(/[.!?。！？\n]/).find((each) => APART.test(each))
  const named = sentence === undefined ? 0 : (sentence.match(SEPARATOR)?.length ?? 0)
  return { lines: within(text.match(LIST_ITEM)?.length ?? 0), apart: within(1 + named) }
}

function within(count: number): number {
  return Math.min(MAX_LISTED, Math.max(1, count))
}
