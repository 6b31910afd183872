import type { PanelWish } from '../../core/collaboration.ts'
import type { Demand } from '../../core/demand.ts'
import type { EligibleCandidate } from '../decision.ts'
import type { Expected } from '../rank.ts'
import { expectPanel } from './expect-panel.ts'
import type { PanelPlan, Team } from './plan.ts'
import { type Bench, bestOfModels, hostsOf, inTurn, modelCalled, withStandIns } from './team.ts'

const USUAL_SIZE = 3

/** What a panel rests on. */
export type PanelInput = { kind: PanelPlan['kind']; wish: PanelWish; demand: Demand; bench: Bench }

/** Who answers, who makes one answer of theirs, and what that is expected to do. */
export type PanelSketch = {
  members: readonly EligibleCandidate[]
  judge: EligibleCandidate
  expected: Expected
  /** Where models were named: all of their hosts. */
  named: { members: readonly Team[] | null; judge: Team | null }
}

/**
 * The panel that is wished: the models that are named in turn, or the best of several models where they are to be mixed;
 * else one model as often as there are members. One good model asked again does better than several that are not as good
 * (Self-MoA, arXiv 2502.00674).
 *
 * @param lead the model that gives all answers where none is named
 * @param going who has begun, where the panel goes on with a tool loop
 * @throws AppError where a model that is named may not be asked
 */
export function sketchPanel(
  input: PanelInput,
  lead: EligibleCandidate,
  going: readonly Team[] | null = null,
): PanelSketch {
  const { kind, wish, bench, demand } = input
  const called = (name: string, index: number) => modelCalled(name, `${kind}.models[${index}]`, bench)
  const models = going ?? wish.models?.map(called) ?? null
  // Who names one model wants it more than once.
  const usual = models && models.length > 1 ? models.length : USUAL_SIZE
  const size = going?.length ?? wish.size ?? usual
  const judge = wish.judge === undefined ? null : modelCalled(wish.judge, `${kind}.judge`, bench)
  const firsts = models?.map(([first]) => first) ?? (wish.mixed ? bestOfModels(bench.ranked, size) : [lead])
  const members = Array.from({ length: size }, (_, index) => firsts[index % firsts.length] ?? lead)
  const shape = { members, judge: judge?.[0] ?? bench.best, ...waysOf(input) }
  const expected = expectPanel(shape, demand)
  return { members, judge: shape.judge, expected, named: { members: models, judge } }
}

/** A fusion always compares all answers and writes a new one. */
function waysOf({ kind, wish }: PanelInput) {
  if (kind === 'fusion') return { aggregation: 'synthesis', report: true } as const
  return { aggregation: wish.aggregation ?? null, report: wish.report ?? false }
}

/** A panel as it is carried out. @param usualTimeoutMs how long a round may last where nobody says */
export function planPanel(sketch: PanelSketch, input: PanelInput, usualTimeoutMs: number): PanelPlan {
  const { kind, wish, bench } = input
  const { named, members, judge } = sketch
  const size = members.length
  const owns = members.map(
    (lead, index) => named.members?.[index % named.members.length] ?? hostsOf(lead, bench.ranked),
  )
  return {
    kind,
    members: owns.map((own, index) => withStandIns(spread(own, index, owns, bench), bench.plan, bench)),
    ...waysOf(input),
    judge: withStandIns(named.judge ?? hostsOf(judge, bench.ranked), bench.plan, bench),
    rubric: wish.rubric ?? null,
    minSuccessful: Math.min(size, wish.minSuccessful ?? 1),
    maxConcurrent: Math.min(size, wish.maxConcurrent ?? size),
    roundTimeoutMs: wish.roundTimeoutMs ?? usualTimeoutMs,
  }
}

/** Members of one model begin at different hosts where several are as good, so that they neither wait nor fail together. */
function spread(own: Team, index: number, owns: readonly Team[], bench: Bench): Team {
  if (!bench.isSpread) return own
  const model = own[0].candidate.model.id
  const turn = owns.slice(0, index).filter(([lead]) => lead.candidate.model.id === model).length
  return inTurn(own, turn, bench)
}
