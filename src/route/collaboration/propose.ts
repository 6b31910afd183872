import type { Pattern, Topology, UnaskedPattern, VerifyWish } from '../../core/collaboration.ts'
import type { RoutingPreferences } from '../../core/routing.ts'
import type { Decision } from '../decision.ts'
import type { Selection } from '../select.ts'
import { adviceOf, bestOfPaying, NO_ADVICE, type WeighedWay, type Ways, weighWays } from './advice.ts'
import { type CascadeSketch, planCascade, sketchCascade } from './cascade-plan.ts'
import { utilityOf } from './expect-cascade.ts'
import { amidSequence, expectDag, isSequential } from './expect-dag.ts'
import { type Ground, groundOf, type ProposalInput, whereOpen } from './ground.ts'
import { type PanelSketch, planPanel, sketchPanel } from './panel-plan.ts'
import { ALONE, type Collaboration, type PanelPlan, type VerifyPlan } from './plan.ts'
import { type Bench, modelCalled, withStandIns } from './team.ts'

type Proposal = Pick<Decision, 'collaboration' | 'topology'>

/** The pattern that a request, or its tenant, asks for; undefined where it is left to us. */
export function patternAsked(
  { collaboration }: Pick<RoutingPreferences, 'collaboration'>,
  selection: Selection,
): Pattern | undefined {
  return collaboration?.pattern ?? (selection.kind === 'auto' ? selection.pattern : undefined)
}

/**
 * How a request is best worked on, and how it will be: as is asked for, or as the tenant lets it be where that pays.
 *
 * @throws AppError `no_eligible_model` and the like, naming the field, where a model is named that may not be asked
 */
export function proposeCollaboration(input: ProposalInput): Proposal {
  const { preferences, selection, request, policy } = input
  const wish = preferences.collaboration ?? {}
  const pattern = patternAsked(preferences, selection)
  const isAuto = selection.kind === 'auto'
  // Several choices are several answers: nobody makes them one.
  if (request.choices > 1) return alone('several answers were asked for')
  if (!isAuto && pattern === undefined && !wish.verify) return alone(NO_ADVICE.reason)
  const ground = groundOf(input, wish)
  const verify = wish.verify ? planVerify(wish.verify, ground.bench) : null
  const sketches = sketchesFor(pattern, isAuto, ground)
  const ways = isAuto ? weighWays(waysOf(sketches, ground), ground.scale, policy.unasked) : []
  if (pattern !== undefined || !isAuto) {
    const own = planOf(pattern ?? 'single', sketches, ground)
    const acted = topologyOf(own)
    const but = acted === 'single' && pattern !== 'single' ? ', but nobody can come before another' : ''
    const topology = isAuto
      ? adviceOf(ways, acted, `${pattern} was asked for${but}`)
      : { ...NO_ADVICE, topology: acted, acted }
    return { collaboration: { pattern: own, verify }, topology }
  }
  const { taken, note } = takenUnasked(ways, ground)
  const own = planOf(taken, sketches, ground)
  return { collaboration: { pattern: own, verify }, topology: adviceOf(ways, topologyOf(own), note) }
}

function alone(reason: string): Proposal {
  return { collaboration: ALONE, topology: { ...NO_ADVICE, reason } }
}

/** What was thought of, as far as it is open to the request. */
type Sketches = { cascade: CascadeSketch | null; panel: PanelSketch | null; kind: PanelPlan['kind'] }

function sketchesFor(pattern: Pattern | undefined, isAuto: boolean, ground: Ground): Sketches {
  const { input, bench, going, wish } = ground
  const cascade = () =>
    sketchCascade(
      cascadeInput(pattern, ground),
      going?.pattern === 'cascade' && pattern !== 'panel' ? going.teams : null,
    )
  const kind = pattern === 'fusion' ? 'fusion' : 'panel'
  const panel = (lead = input.plan[0]) =>
    sketchPanel(panelInput(kind, ground), lead, going?.pattern === kind ? going.teams : null)
  const isPanel = pattern === 'panel' || pattern === 'fusion'
  const either = () =>
    better(panel(), wish.panel || bench.best === input.plan[0] ? null : panel(bench.best), ground)
  return {
    cascade: pattern === 'cascade' ? cascade() : isAuto ? whereOpen(cascade) : null,
    panel: isPanel ? panel() : isAuto ? whereOpen(either) : null,
    kind,
  }
}

/** Of the choice's own answers, or of the best model's. */
function better(one: PanelSketch, other: PanelSketch | null, { scale }: Ground): PanelSketch {
  return other && utilityOf(other.expected, scale) > utilityOf(one.expected, scale) ? other : one
}

function cascadeInput(pattern: Pattern | undefined, { input, wish, bench, scale }: Ground) {
  const { demand, beliefs } = input
  const isAsked = pattern === 'cascade'
  return { wish: wish.cascade ?? {}, demand, bench, scale, isAsked, confidence: beliefs.confidence }
}

function panelInput(kind: PanelPlan['kind'], { input, wish, bench }: Ground) {
  return { kind, wish: wish.panel ?? {}, demand: input.demand, bench }
}

function waysOf({ cascade, panel }: Sketches, { input }: Ground): Ways {
  const { demand, plan, request } = input
  const [choice] = plan
  const sequential = isSequential(demand, request.inToolLoop)
  const team = panel?.expected ?? null
  return {
    single: choice.prediction,
    cascade: cascade?.expected ?? null,
    panel: team && sequential ? { ...team, quality: amidSequence(team.quality) } : team,
    dag: expectDag(choice, demand, sequential),
  }
}

function planOf(
  pattern: Pattern,
  { cascade, panel, kind }: Sketches,
  ground: Ground,
): Collaboration['pattern'] {
  if (pattern === 'cascade' && cascade) return planCascade(cascade, cascadeInput(pattern, ground))
  if ((pattern === 'panel' || pattern === 'fusion') && panel) {
    return planPanel(panel, panelInput(kind, ground), ground.input.reliability.maxTotalMs)
  }
  return ALONE.pattern
}

function topologyOf({ kind }: Collaboration['pattern']): Topology {
  return kind === 'fusion' ? 'panel' : kind
}

/**
 * What is done where nobody asked for anything: what a tool loop goes on with, or the best of the ways that pay and that
 * the tenant lets be taken. `note`: what keeps the very best from being taken.
 */
function takenUnasked(ways: readonly WeighedWay[], ground: Ground): { taken: Pattern; note: string | null } {
  const { going, input } = ground
  const allowed = new Set<Topology>(input.policy.unasked.patterns ?? [])
  if (going && going.pattern !== 'fusion' && allowed.has(going.pattern)) {
    return { taken: going.pattern, note: 'the tool loop goes on as it began' }
  }
  const best = bestOfPaying(ways)
  if (best === null) return { taken: 'single', note: null }
  const bar = barOf(ground)
  const open = ways.filter((way) => allowed.has(way.topology) && isWithinCaps(way, input))
  const taken = bar === null ? bestOfPaying(open) : null
  return { taken: patternIn(taken), note: taken === best ? null : (bar ?? whyNot(best, input)) }
}

function patternIn(way: WeighedWay | null): UnaskedPattern | 'single' {
  return way?.topology === 'cascade' || way?.topology === 'panel' ? way.topology : 'single'
}

/** What keeps several from beginning unasked, whatever it would bring; null: nothing. */
function barOf({ input, wish, bench }: Ground): string | null {
  if (input.request.inToolLoop) return 'nobody joins within a tool loop'
  if (input.isExplored) return 'a model is tried out'
  if (wish.verify) return 'the answer is verified instead'
  return bench.standsIn ? null : 'no other host or model may be asked'
}

function whyNot(best: WeighedWay, input: ProposalInput): string {
  if (best.topology === 'dag') return 'a plan of parts is only recommended'
  return isWithinCaps(best, input) ? 'the policy does not let it happen unasked' : 'it may cost too much'
}

function isWithinCaps({ costMicroUsd }: WeighedWay, { preferences, policy }: ProposalInput): boolean {
  const cap = Math.min(preferences.autoRouter.maxCostUsd ?? Infinity, policy.maxCostUsd ?? Infinity)
  return (costMicroUsd ?? Infinity) <= cap * 1e6
}

function planVerify({ checks, judge, rubric, maxRetries }: VerifyWish, bench: Bench): VerifyPlan {
  const own = judge === undefined ? null : modelCalled(judge, 'verify.judge', bench)
  return {
    checks: checks ?? [],
    judge: own && withStandIns(own, bench.plan, bench),
    rubric: rubric ?? null,
    maxRetries: maxRetries ?? 1,
  }
}
