import type { EligibleCandidate, HostState } from './decision.ts'
import type { Prediction } from './predict.ts'

/**
 * The same ranking, with one change: of the hosts that sell a model, one that speaks the caller's own protocol comes
 * before one that does not, unless it is expected to cost more. Nothing is lost there that translation would lose.
 */
export function ownFormatFirst(
  ranked: readonly EligibleCandidate[],
  hosts: ReadonlyMap<string, HostState>,
): EligibleCandidate[] {
  const speaks = ({ candidate }: EligibleCandidate) => hosts.get(candidate.offer.host)?.ownFormat === true
  const speakers = ranked.filter(speaks)
  if (speakers.length === 0 || speakers.length === ranked.length) return [...ranked]
  const ofModel = Map.groupBy(speakers, ({ candidate }) => candidate.model)
  const placed = new Set<EligibleCandidate>()
  for (const next of ranked) {
    const siblings = speaks(next) ? undefined : ofModel.get(next.candidate.model)
    const sibling = siblings?.find((other) => isNotDearer(other.prediction, next.prediction))
    if (sibling) placed.add(sibling)
    placed.add(next)
  }
  return [...placed]
}

function isNotDearer(other: Prediction, than: Prediction): boolean {
  return (other.costMicroUsd ?? Infinity) <= (than.costMicroUsd ?? Infinity)
}
