import { type Demand, ONE_PIECE, type TaskType } from '../core/demand.ts'
import type { HostState } from './decision.ts'
import { PUBLISHED_ONLY } from './outlook.ts'
import { effortsFor } from './effort.ts'
import { type Prediction, predict } from './predict.ts'
import type { Candidate, PreparedCatalog } from './prepared-catalog.ts'
import { scoreOf, type Weights } from './rank.ts'

/** Quality (0..1) that trade-off 7, the default, may give up on average. */
const LOSS_AT_SEVEN = 0.01

/**
 * The predicted quality that a trade-off may give up on average against always choosing the best: none at 0, one point
 * at 7, about four at 9, all at 10.
 */
export function allowedLoss(tradeoff: number): number {
  return tradeoff >= 10 ? Infinity : (LOSS_AT_SEVEN * tradeoff * 3) / (7 * (10 - tradeoff))
}

/** Task types that tell models apart in different ways, and difficulties, that ordinary traffic is made of. */
const TRAFFIC: readonly (readonly [TaskType, share: number])[] = [
  ['code', 0.2],
  ['math', 0.08],
  ['reasoning', 0.08],
  ['knowledge', 0.28],
  ['writing', 0.22],
  ['extraction', 0.1],
  ['tool_use', 0.04],
]
const DIFFICULTIES = [
  { difficulty: 0.2, tier: 'SIMPLE', share: 0.35 },
  { difficulty: 0.4, tier: 'MEDIUM', share: 0.5 },
  { difficulty: 0.6, tier: 'COMPLEX', share: 0.15 },
] as const
const INPUT_TOKENS = {
  openai: 600,
  anthropic: 600,
  google: 600,
  llama: 600,
  mistral: 600,
  deepseek: 600,
  qwen: 600,
  other: 600,
} as const
const OUTPUT_TOKENS = 500

/** Weights of cost that are tried, from hardly any to nearly nothing else. */
const LIGHTEST = 1e-4
const HEAVIEST = 1e3
const HALVINGS = 14

/** The hosts that can be reached, by id. */
type Reachable = ReadonlyMap<string, Pick<HostState, 'takesReasoningEffort'>>

type Pool = { scenes: readonly Scene[]; weights: Map<number, number> }
/** One kind of request: what every model would do with it. */
type Scene = { share: number; predictions: readonly Prediction[]; bestQuality: number; bestCost: number }

const pools = new WeakMap<PreparedCatalog, Map<string, Pool>>()

/**
 * The weight of cost that saves most while ordinary traffic loses no more quality than a trade-off allows, by the
 * predictions for the models that can be reached. So a trade-off means the same with few models and with many.
 */
export function costWeightFor(tradeoff: number, catalog: PreparedCatalog, hosts: Reachable): number {
  if (tradeoff <= 0) return 0
  if (tradeoff >= 10) return Infinity
  const pool = poolOf(catalog, hosts)
  // Tenths are as fine as anybody can tell, and few enough to remember all.
  const tenth = Math.max(1, Math.round(tradeoff * 10)) / 10
  const known = pool.weights.get(tenth)
  if (known !== undefined) return known
  const weight = heaviestWithin(pool.scenes, allowedLoss(tenth))
  pool.weights.set(tenth, weight)
  return weight
}

function poolOf(catalog: PreparedCatalog, hosts: Reachable): Pool {
  const known = pools.get(catalog) ?? new Map<string, Pool>()
  pools.set(catalog, known)
  const key = [...hosts.keys()].join(' ')
  const pool = known.get(key) ?? { scenes: scenesOf(catalog, hosts), weights: new Map<number, number>() }
  known.set(key, pool)
  return pool
}

function scenesOf(catalog: PreparedCatalog, hosts: Reachable): Scene[] {
  const candidates = catalog.candidates.filter(({ offer }) => offer.price && hosts.has(offer.host))
  if (candidates.length === 0) return []
  return TRAFFIC.flatMap(([taskType, typeShare]) =>
    DIFFICULTIES.map((level) => {
      const demand = demandOf(taskType, level)
      const predictions = candidates.flatMap((candidate) => predictionsOf(candidate, demand, hosts))
      const best = predictions.reduce((a, b) => (b.quality > a.quality ? b : a))
      return {
        share: typeShare * level.share,
        predictions,
        bestQuality: best.quality,
        bestCost: best.costMicroUsd ?? 0,
      }
    }),
  )
}

function predictionsOf(candidate: Candidate, demand: Demand, hosts: Reachable): Prediction[] {
  const takesEffort = hosts.get(candidate.offer.host)?.takesReasoningEffort ?? false
  const efforts = effortsFor(candidate, demand, { effort: undefined, free: true }, takesEffort)
  return efforts.map((effort) => predict(candidate, demand, effort, PUBLISHED_ONLY))
}

function demandOf(taskType: TaskType, { difficulty, tier }: Pick<Demand, 'difficulty' | 'tier'>): Demand {
  return {
    kind: taskType === 'code' ? 'code' : 'text',
    taskType,
    taskConfidence: 1,
    tier,
    difficulty,
    modalities: ['text'],
    language: 'en',
    inputTokens: INPUT_TOKENS,
    expectedOutputTokens: OUTPUT_TOKENS,
    needs: [],
    structure: ONE_PIECE,
  }
}

/** By halving on a logarithmic scale: the more cost weighs, the more is lost. */
function heaviestWithin(scenes: readonly Scene[], loss: number): number {
  let [light, heavy] = [LIGHTEST, HEAVIEST]
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = Math.sqrt(light * heavy)
    if (lossAt(middle, scenes) <= loss) light = middle
    else heavy = middle
  }
  return light
}

function lossAt(costWeight: number, scenes: readonly Scene[]): number {
  const weights: Weights = { ordering: 'utility', costWeight }
  let loss = 0
  for (const { share, predictions, bestQuality, bestCost } of scenes) {
    let [highest, quality] = [-Infinity, bestQuality]
    for (const prediction of predictions) {
      const score = scoreOf(prediction, weights, bestCost)
      if (score > highest) [highest, quality] = [score, prediction.quality]
    }
    loss += share * (bestQuality - quality)
  }
  return loss
}
