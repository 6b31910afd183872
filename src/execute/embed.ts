import { type Failure, NO_USAGE, type Usage } from '../core/chat.ts'
import type { EmbeddingRequest, Vector } from '../core/embedding.ts'
import { FALLBACK_POLICY } from '../core/errors.ts'
import { offerKey, type Sample } from '../core/live.ts'
import type { Reason } from '../core/routing.ts'
import { callEmbeddings, type EmbeddingIo, type EmbeddingOutcome } from '../providers/call-embeddings.ts'
import { embeddingFormatOf } from '../providers/embeddings/format-of.ts'
import { costMicroUsd } from '../route/cost.ts'
import type { EmbeddingOffer } from '../route/embeddings/model.ts'
import type { EmbeddingPlan } from '../route/embeddings/plan.ts'
import { type Attempt, newAttempt, type Route } from './attempt.ts'
import { fallbackReason } from './next-step.ts'
import { sampleOf } from './sample.ts'

/** What became of a plan. `failed` tells the last failure; `cancelled`: the caller hung up. */
export type EmbeddingExecution = { attempts: readonly Attempt[]; reason: Reason } & (
  | { kind: 'answered'; vectors: readonly Vector[] }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'cancelled' }
)

/** The world as an execution sees it. */
export type EmbedIo = EmbeddingIo & {
  /** How to reach a host. */
  routeTo: (hostId: string) => Route
  /** Told of every call as it begins, and as it ends, by `offerKey`. */
  began: (offerKey: string) => void
  ended: (offerKey: string, sample: Sample) => void
  /** Estimated tokens of the inputs, for hosts that do not count. */
  estimateTokens: () => number
}

/** Works through a plan until one host has sent the vectors of all inputs. */
export async function executeEmbedding(
  plan: EmbeddingPlan,
  request: EmbeddingRequest,
  io: EmbedIo,
): Promise<EmbeddingExecution> {
  const attempts: Attempt[] = []
  const reason = 'pinned_by_request'
  let failure: Failure | null = null
  for (const offer of plan.offers) {
    const route = io.routeTo(offer.host)
    const { access, simulated } = route
    const attempt = newAttempt({
      modelId: plan.model.id,
      host: access.host.id,
      effort: null,
      simulated,
      dropped: embeddingFormatOf(access.host)?.unsupported(request) ?? [],
      startedAt: io.now(),
      work: null,
    })
    attempts.push(attempt)
    const key = offerKey(offer.host, plan.model.id)
    io.began(key)
    const outcome = await unlessCancelled(callEmbeddings(route.access, request, offer.hostModelId, io), io)
    settle(attempt, outcome, offer, io)
    io.ended(key, sampleOf(attempt, false, false))
    if (!outcome) return { kind: 'cancelled', attempts, reason }
    if (outcome.ok) {
      const { vectors } = outcome
      return { kind: 'answered', attempts, vectors, reason: failure ? fallbackReason(failure.code) : reason }
    }
    failure = outcome.failure
    if (!mayGoOn(failure)) break
  }
  failure ??= { code: 'provider_failed', message: 'Nobody to ask' }
  return { kind: 'failed', attempts, failure, reason }
}

/** The same model elsewhere has the same window and the same scruples. */
function mayGoOn({ code }: Failure): boolean {
  return FALLBACK_POLICY[code] && code !== 'context_window' && code !== 'content_policy'
}

/** Null when the caller hung up. */
async function unlessCancelled<T>(call: Promise<T>, { signal }: EmbedIo): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

/** A refusal costs nothing, unless the host counted tokens before it; what nobody waited for is paid as if it came. */
function settle(
  attempt: Attempt,
  outcome: EmbeddingOutcome | null,
  { price }: EmbeddingOffer,
  io: EmbedIo,
): void {
  attempt.endedAt = io.now()
  attempt.outcome = outcome ? (outcome.ok ? 'succeeded' : 'failed') : 'cancelled'
  if (outcome && !outcome.ok) attempt.failure = outcome.failure
  const told = outcome?.inputTokens ?? null
  const nothingCame = attempt.outcome === 'failed' && told === null
  attempt.usage = nothingCame ? null : usageOf(told ?? io.estimateTokens())
  attempt.usageEstimated = told === null && !nothingCame
  attempt.costMicroUsd = nothingCame ? 0 : price && attempt.usage && costMicroUsd(price, attempt.usage)
}

function usageOf(inputTokens: number): Usage {
  return { ...NO_USAGE, inputTokens }
}
