/** A fact that is a week old counts half: agents change. In ms. */
const HALF_LIFE_MS = 7 * 24 * 60 * 60 * 1_000
/** The most facts that are remembered: of many within a short time the latest weigh most. */
const MAX_WEIGHT = 200

/** A mean that forgets: the weighted sum of what was told until `at` (Unix ms). */
export type Tally = { sum: number; weight: number; at: number }

/** What is supposed before anything was told: as if it had been told `weight` times. */
export type Prior = { mean: number; weight: number }

export const NOTHING_TOLD: Tally = { sum: 0, weight: 0, at: 0 }

/** How an agent did at one skill. `success`: 0..1 each. */
export type Experience = { skill: string; success: Tally; latencyMs: Tally; costUsd: Tally }

export const newExperience = (skill: string): Experience => ({
  skill,
  success: NOTHING_TOLD,
  latencyMs: NOTHING_TOLD,
  costUsd: NOTHING_TOLD,
})

/** How much of what was told is left now. */
export function weightAt({ weight, at }: Tally, now: number): number {
  return weight * 2 ** (-Math.max(0, now - at) / HALF_LIFE_MS)
}

/** The mean of what was told, as far as it is remembered; null where nothing was. */
export function meanOf({ sum, weight }: Tally): number | null {
  return weight > 0 ? sum / weight : null
}

/** With one fact more: an exponentially weighted mean, by age and by number. @param now Unix ms */
export function told(tally: Tally, value: number, now: number): Tally {
  const kept = Math.min(weightAt(tally, now), MAX_WEIGHT - 1)
  return { sum: (meanOf(tally) ?? 0) * kept + value, weight: kept + 1, at: Math.max(now, tally.at) }
}

/** What is to be expected: of successes the mean of the Beta posterior. What is forgotten leads back to the prior. */
export function expected(tally: Tally, prior: Prior, now: number): number {
  const weight = weightAt(tally, now)
  return (prior.mean * prior.weight + (meanOf(tally) ?? 0) * weight) / (prior.weight + weight)
}
