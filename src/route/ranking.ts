import type { ProviderPreferences } from '../core/routing.ts'
import { type Balance, balanceHosts } from './balance.ts'
import type { EligibleCandidate } from './decision.ts'
import { ownFormatFirst } from './own-format.ts'
import { rank, type Weights } from './rank.ts'

/** What the order of the eligible candidates of one decision rests on, besides themselves. */
export type RankingInput = {
  provider: ProviderPreferences
  weights: Weights
  minQuality: number
  /** Ids of models that may be tried however they are ranked. */
  named: ReadonlySet<string>
  balance: Balance
}

/** How the eligible candidates of one decision are put in order. */
export type Ranking = {
  /** Whether the caller ordered or sorted hosts: then nothing else does. */
  isAsked: boolean
  bestFirst: (eligible: readonly EligibleCandidate[]) => EligibleCandidate[]
  /** A ranking with each model's calls shared among its hosts, unless the caller wants the fastest. */
  shared: (ranked: readonly EligibleCandidate[]) => readonly EligibleCandidate[]
}

export function rankingFor({ provider, weights, minQuality, named, balance }: RankingInput): Ranking {
  const isAsked = provider.order !== undefined || provider.sort !== undefined
  const { hosts } = balance
  const baseHostOf = (host: string) => hosts.get(host)?.baseHost ?? host
  const isShared = !isAsked && weights.ordering !== 'latency' && weights.ordering !== 'throughput'
  return {
    isAsked,
    bestFirst(eligible) {
      const ranked = rank(eligible, provider, minQuality, baseHostOf)
      return isAsked ? ranked : ownFormatFirst(ranked, hosts)
    },
    shared: (ranked) => (isShared ? balanceHosts(ranked, named, balance) : ranked),
  }
}
