/**
 * Peak-EWMA, as Finagle's load balancer weighs hosts (`com.twitter.finagle.loadbalancer.PeakEwma`): an exponentially
 * weighted mean of latencies that jumps up to a worse one at once and comes down slowly. Times in ms.
 */
export type Peak = { valueMs: number; at: number }

/** Latencies seen since some moment, the last of them at `at`. */
export type Latencies = { count: number; sumMs: number; maxMs: number; at: number }

/** Finagle's default decay time. */
const DECAY_MS = 10_000

/** The latencies with one more, or with those that came after them. */
export function withLatencies(earlier: Latencies | null, later: Latencies): Latencies {
  if (!earlier) return later
  return {
    count: earlier.count + later.count,
    sumMs: earlier.sumMs + later.sumMs,
    maxMs: Math.max(earlier.maxMs, later.maxMs),
    at: Math.max(earlier.at, later.at),
  }
}

/** The weighted mean after these latencies, as one step: many small batches and one large one lead to about the same. */
export function afterLatencies(peak: Peak | null, latencies: Latencies | null): Peak | null {
  if (!latencies) return peak
  const { count, sumMs, maxMs, at } = latencies
  if (!peak || maxMs > peak.valueMs) return { valueMs: maxMs, at }
  const kept = Math.exp(-Math.max(0, at - peak.at) / DECAY_MS)
  return { valueMs: peak.valueMs * kept + (sumMs / count) * (1 - kept), at: Math.max(at, peak.at) }
}

/**
 * The weighted mean now. Where no calls tell, a peak comes down towards the usual (Finagle's goes down to 0): who was
 * slow once is asked again.
 */
export function peakAt({ valueMs, at }: Peak, usualMs: number, now: number): number {
  if (valueMs <= usualMs) return valueMs
  return usualMs + (valueMs - usualMs) * Math.exp(-Math.max(0, now - at) / DECAY_MS)
}
