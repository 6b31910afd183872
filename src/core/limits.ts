/** What a tenant, a key, a user or a model may take. */

/** Money within a window. Windows are aligned to UTC, so that all who count agree when one begins. */
type Budget = {
  maxMicroUsd: number
  /** Somebody is told once spending passes it; null for nobody. */
  softMicroUsd: number | null
  /** A number and `s`, `m`, `h`, `d` or `mo` (calendar months), as in LiteLLM; null: once and for all. */
  duration: string | null
}

export type Limits = {
  budget: Budget | null
  /** The most requests, and tokens, within a minute; null for no limit. */
  requestsPerMinute: number | null
  tokensPerMinute: number | null
  /** The most requests under way at one time; null for no limit. */
  parallel: number | null
  /** True: no request begins that might overspend, at the price of a call to the ledger for each. */
  strict: boolean
}

/** What a limit is counted by. */
export const METERED = ['tenant', 'key', 'user', 'model'] as const
type Metered = (typeof METERED)[number]

/**
 * One limit of a tenant's own. `match`: the key's id, the user, or a pattern of model ids that it is for; null: each key,
 * user or model has it for itself.
 */
export type LimitRule = { per: Metered; match: string | null; limits: Limits }
