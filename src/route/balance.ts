import { fnv1a, scattered } from '../core/hash.ts'
import { EVEN_SHARE, type Share, type Strategy } from '../core/routing.ts'
import type { CatalogModel } from './catalog/model.ts'
import type { EligibleCandidate } from './decision.ts'
import { type LimitContext, poolOf, shareIn, usedShare } from './limits.ts'
import { failureRateOf } from './live-figures.ts'
import type { RequestShape } from './request-shape.ts'

/** What the calls for a model are shared by. */
export type Balance = LimitContext & {
  /** 32 bits; equal seeds give equal orders. */
  seed: number
  /** How many times the load of another a host may have and yet be asked before it. */
  patience: number
}

/** Loads closer than this cannot be told apart: chance decides, or all would go where it is a little better. */
const EQUAL_LOADS = 1.25
/** How much more load a host may have that holds the beginning of a conversation in its cache. */
const WORTH_OF_CACHE = 2

/**
 * What decides between equal hosts: chance, by the decision; a long conversation's own beginning, so that its turns go
 * to the host that has read them already. Sessions are kept together by their memory.
 */
export function chanceFor(
  id: string,
  { keptShare, beginning }: RequestShape,
  sessionId: string | undefined,
): Pick<Balance, 'seed' | 'patience'> {
  return sessionId !== undefined || keptShare === 0
    ? { seed: fnv1a(id), patience: EQUAL_LOADS }
    : { seed: beginning, patience: WORTH_OF_CACHE }
}

/** A plan has no room for more models than this, beside those asked for by name. */
const REACHED_MODELS = 5

/**
 * The same ranking, with the hosts of each model that may be tried in the order in which its pool shares calls. Models
 * keep their places. Without a pool's strategy the hosts that are as good as the model's best-ranked one share its calls
 * by latency; the others follow as they are ranked.
 *
 * @param named ids of models that may be tried however they are ranked
 */
export function balanceHosts(
  ranked: readonly EligibleCandidate[],
  named: ReadonlySet<string>,
  balance: Balance,
): readonly EligibleCandidate[] {
  const placesOf = new Map<CatalogModel, number[]>()
  for (const [place, { candidate }] of ranked.entries()) {
    const { model } = candidate
    const places = placesOf.get(model)
    if (places) places.push(place)
    else if (placesOf.size < REACHED_MODELS || named.has(model.id)) placesOf.set(model, [place])
  }
  const balanced = [...ranked]
  for (const places of placesOf.values()) {
    if (places.length === 1) continue
    const offers = places.flatMap((place) => ranked[place] ?? [])
    for (const [index, offer] of ordered(offers, balance).entries()) balanced[places[index] ?? 0] = offer
  }
  return balanced
}

/** One host of a model, and what it is ordered by; lower comes first. */
type Sharer = { offer: EligibleCandidate; share: Share; turn: number }

function ordered(offers: readonly EligibleCandidate[], balance: Balance): EligibleCandidate[] {
  const [best] = offers
  const pool = best && poolOf(best.candidate.model.id, balance.pools)
  const strategy = pool?.strategy ?? null
  const isSharing = (offer: EligibleCandidate) =>
    strategy !== null || (best !== undefined && isAsGood(offer, best, balance))
  const sharers = offers.filter(isSharing).map((offer): Sharer => {
    const { key, offer: at } = offer.candidate
    const host = balance.hosts.get(at.host)
    const share = host ? { ...host.share, ...shareIn(pool, at.host, host) } : EVEN_SHARE
    return { offer, share, turn: turnOf(balance.seed, key, share.weight) }
  })
  const first = inOrder(sharers, strategy, balance)
  return [...first, ...offers.filter((offer) => !isSharing(offer))]
}

/**
 * When a host's turn comes, were it for chance alone: an exponential variate per weight, so the first turn is a host's
 * with a probability in proportion to its weight, as is each next one's among the rest (Efraimidis and Spirakis 2006).
 * It depends on nothing but the seed and the host: where one leaves, the others keep their order.
 */
function turnOf(seed: number, key: string, weight: number): number {
  return -Math.log1p(-scattered(seed ^ scattered(fnv1a(key))) / 2 ** 32) / weight
}

/** More failures, as a share of calls, than this keep a host from sharing calls with a better one. */
const MORE_FAILURES = 0.1

function isAsGood(offer: EligibleCandidate, best: EligibleCandidate, { hosts, live }: Balance): boolean {
  if (offer === best) return true
  const of = ({ candidate }: EligibleCandidate) => ({
    format: hosts.get(candidate.offer.host)?.ownFormat,
    resells: hosts.get(candidate.offer.host)?.resells ?? false,
    failures: failureRateOf(live.get(candidate.key)),
  })
  const [one, other] = [of(offer), of(best)]
  return (
    (offer.prediction.costMicroUsd ?? Infinity) <= (best.prediction.costMicroUsd ?? Infinity) &&
    offer.prediction.quality >= best.prediction.quality &&
    one.format === other.format &&
    // Another step on the way, for the same money, is one more that can fail.
    (!one.resells || other.resells) &&
    one.failures <= other.failures + MORE_FAILURES
  )
}

function inOrder(
  sharers: readonly Sharer[],
  strategy: Strategy | null,
  balance: Balance,
): EligibleCandidate[] {
  const byTurn = sharers.toSorted((a, b) => a.turn - b.turn)
  if (strategy === null || strategy === 'latency-based') return byLoad(byTurn, balance)
  const figure = figureOf(strategy, balance)
  const figures = new Map(byTurn.map((sharer) => [sharer, figure(sharer)]))
  const valueOf = (sharer: Sharer) => figures.get(sharer) ?? 0
  // The sort is stable: of equals the one whose turn it is comes first.
  return byTurn.toSorted((a, b) => compare(valueOf(a), valueOf(b))).map(({ offer }) => offer)
}

/** What a strategy orders hosts by, the least first. */
function figureOf(
  strategy: Exclude<Strategy, 'latency-based'>,
  balance: Balance,
): (sharer: Sharer) => number {
  switch (strategy) {
    case 'simple-shuffle':
      return () => 0
    case 'least-busy':
      return ({ offer, share }) => (balance.live.get(offer.candidate.key)?.inFlight ?? 0) / share.weight
    case 'cost-based':
      return ({ offer }) => offer.prediction.costMicroUsd ?? Infinity
    case 'usage-based':
      return ({ offer }) => usedShare(offer.candidate, balance)
    case 'priority':
      return ({ share }) => share.priority
  }
}

/** Infinities are equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}

/**
 * The power of two choices (Mitzenmacher 2001): of the two whose turn is next the one with less load comes first, and
 * the other meets the next. Their load is that of Finagle's "peak EWMA" balancer, time to first content × calls on
 * their way; the call to be placed counts the same at all, so that idle hosts share by weight.
 */
function byLoad(byTurn: readonly Sharer[], { live, patience }: Balance): EligibleCandidate[] {
  const loads = byTurn.map(({ offer: { candidate }, share }) => {
    const now = live.get(candidate.key)
    return (now?.peakTtftMs ?? candidate.ttftMs) * ((now?.inFlight ?? 0) / share.weight + 1)
  })
  const order: EligibleCandidate[] = []
  let waiting = 0
  for (let next = 1; next < byTurn.length; next += 1) {
    const yields = (loads[waiting] ?? 0) > (loads[next] ?? 0) * patience
    const placed = byTurn[yields ? next : waiting]
    if (placed) order.push(placed.offer)
    if (!yields) waiting = next
  }
  const last = byTurn[waiting]
  return last ? [...order, last.offer] : order
}
