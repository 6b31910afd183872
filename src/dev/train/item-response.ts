import { sigmoid } from '../../core/log-odds.ts'

/** Of the normal prior of a prompt's difficulty, and of a model's ability, in logits. */
const DIFFICULTY_VARIANCE = 2.25
const ABILITY_VARIANCE = 10
const ROUNDS = 12
/** Newton's method leaps where everything was answered alike. */
const LARGEST_STEP = 1

type Scores = readonly (readonly (number | null)[])[]

/**
 * How hard each prompt was for the models asked, in logits around 0: score ~ σ(ability of the model − difficulty of the
 * prompt), the one-parameter item-response model (Rasch 1960), most probable under normal priors.
 *
 * @param scores 0..1, a row per prompt, a column per model; null where it was not asked
 */
export function rateItems(scores: Scores): Float64Array {
  const models = Math.max(0, ...scores.map((row) => row.length))
  const abilities = new Float64Array(models)
  const difficulties = new Float64Array(scores.length)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [item, row] of scores.entries()) improveDifficulty(difficulties, item, row, abilities)
    improveAbilities(abilities, scores, difficulties)
  }
  const mean = difficulties.reduce((sum, each) => sum + each, 0) / Math.max(1, difficulties.length)
  return difficulties.map((each) => each - mean)
}

function improveDifficulty(
  difficulties: Float64Array,
  item: number,
  row: readonly (number | null)[],
  abilities: Float64Array,
): void {
  const difficulty = difficulties[item] ?? 0
  let slope = -difficulty / DIFFICULTY_VARIANCE
  let curvature = 1 / DIFFICULTY_VARIANCE
  for (const [model, score] of row.entries()) {
    if (score === null) continue
    const expected = sigmoid((abilities[model] ?? 0) - difficulty)
    slope += expected - score
    curvature += expected * (1 - expected)
  }
  difficulties[item] = difficulty + bounded(slope / curvature)
}

function improveAbilities(abilities: Float64Array, scores: Scores, difficulties: Float64Array): void {
  const slopes = abilities.map((ability) => -ability / ABILITY_VARIANCE)
  const curvatures = new Float64Array(abilities.length).fill(1 / ABILITY_VARIANCE)
  for (const [item, row] of scores.entries()) {
    for (const [model, score] of row.entries()) {
      if (score === null) continue
      const expected = sigmoid((abilities[model] ?? 0) - (difficulties[item] ?? 0))
      slopes[model] = (slopes[model] ?? 0) + score - expected
      curvatures[model] = (curvatures[model] ?? 0) + expected * (1 - expected)
    }
  }
  for (const [model, slope] of slopes.entries()) {
    abilities[model] = (abilities[model] ?? 0) + bounded(slope / (curvatures[model] ?? 1))
  }
}

function bounded(step: number): number {
  return Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, step))
}
