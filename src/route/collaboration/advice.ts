import type { Topology } from '../../core/collaboration.ts'

/** What a way of working is expected to bring. Quality 0..1; null where a price is unknown. */
export type TopologyOption = {
  topology: Topology
  quality: number
  /** In quality, beyond one model's answer. */
  gain: number
  costMicroUsd: number | null
  latencyMs: number
  /** Whether the gain outweighs what it costs by the policy's own balance. */
  pays: boolean
}

/** How a request is best worked on. */
export type TopologyAdvice = {
  /** Recommended. */
  topology: Topology
  /** What is done. */
  acted: Topology
  /** Why, in a few words for people. */
  reason: string
  /** Everything that was weighed, in the order of `TOPOLOGIES`; `single` is always there. */
  options: readonly TopologyOption[]
}

/** Where nothing was weighed. */
export const NO_ADVICE: TopologyAdvice = {
  topology: 'single',
  acted: 'single',
  reason: 'a model was asked for by name',
  options: [],
}
