import type { EligibleCandidate, HostState } from './decision.ts'

/**
 * The same ranking, with one change: of the hosts that sell a model, one that speaks the caller's own protocol comes
 * before one that does not, unless it is expected to cost more. Nothing is lost there that translation would lose.
 */
export function ownFormatFirst(
  ranked: readonly EligibleCandidate[],
  hosts: ReadonlyMap<string, HostState>,
): EligibleCandidate[] {
  const speaks = ({ candidate }: EligibleCandidate) => hosts.get(candidate.offer.host)?.ownFormat === true
  const placed = new Set<EligibleCandidate>()
  for (const next of ranked) {
    if (!speaks(next)) {
      const sibling = ranked.find((other) => speaks(other) && isSameButNotDearer(other, next))
      if (sibling) placed.add(sibling)
    }
    placed.add(next)
  }
  return [...placed]
}

function isSameButNotDearer(other: EligibleCandidate, than: EligibleCandidate): boolean {
  if (other.candidate.model !== than.candidate.model) return false
  return (other.prediction.costMicroUsd ?? Infinity) <= (than.prediction.costMicroUsd ?? Infinity)
}
