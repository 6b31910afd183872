/**
 * What teams of agents did to the quality of a single one, as shares of it (arXiv 2512.08296, 180 configurations of five
 * topologies): a published prior, from which nothing of this tenant's is known yet.
 */
export const TEAM_PRIOR = {
  source: 'arXiv 2512.08296',
  /** Under a coordinator, on work that falls into parts. */
  onParts: 0.809,
  /** On sequential work: of all kinds of teams the best, and the worst. */
  onSequences: -0.39,
  onSequencesWorst: -0.7,
  /** Over all work. */
  onAverage: -0.035,
  /** Quality (0..1) of a single agent: where the first was measured, and from which on teams do worse. */
  measuredAt: 0.35,
  worseFrom: 0.45,
} as const
