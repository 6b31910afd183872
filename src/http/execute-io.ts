import { countText, emptyCounts } from '../classify/text-counts.ts'
import { estimateTokens, noTokens } from '../classify/tokens.ts'
import { NO_USAGE, type Usage } from '../core/chat.ts'
import { AppError } from '../core/errors.ts'
import type { ExecuteIo } from '../execute/loop.ts'
import type { Decision, EligibleCandidate } from '../route/decision.ts'
import { readInBatches } from './batched-body.ts'
import type { RequestScope } from './context.ts'
import { callBegan, callEnded, liveOffers } from './live-stats.ts'
import { sleep } from './sleep.ts'

/** What executing a decision needs of the world: the clock, the network, this isolate's hosts and live figures. */
export function createExecuteIo(decision: Decision, signal: AbortSignal, scope: RequestScope): ExecuteIo {
  const { hosts } = scope.tenant
  return {
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    open: readInBatches,
    signal,
    routeTo({ candidate }) {
      const live = hosts.get(candidate.offer.host)
      if (!live) throw new AppError('internal', `Host ${candidate.offer.host} is not live`)
      return live
    },
    began: (key) => callBegan(scope, key, Date.now()),
    ended: (key, sample) => callEnded(scope, key, sample, Date.now()),
    live: () => liveOffers(scope, Date.now()),
    sleep,
    estimateUsage: (tried, text) => estimateUsage(decision, tried, text),
  }
}

/** Input as classified, output counted from what was received. */
function estimateUsage({ demand }: Decision, { candidate }: EligibleCandidate, text: string): Usage {
  const { tokenFamily } = candidate.model
  const counts = emptyCounts()
  countText(text, counts)
  return {
    ...NO_USAGE,
    inputTokens: demand.inputTokens[tokenFamily],
    outputTokens: estimateTokens(counts, noTokens(), 0)[tokenFamily],
  }
}
