/** Who is asking, once the door has let them in. */

import type { Limits } from './limits.ts'

/** What a key may be used for. */
export const SCOPES = ['inference', 'agents', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export type Caller = {
  tenantId: string
  /** A key's id, or `jwt:` and the subject of a token, or `operator`. */
  keyId: string
  scopes: readonly Scope[]
  /** The person behind the key, where a token names one. */
  userId: string | null
  /** Ids or patterns of the models that may be asked for; null for all. */
  allowedModels: readonly string[] | null
  /** What may be spent with this key; null where it has no limits of its own. */
  limits: Limits | null
  /** What the operator lets the whole tenant take; null for all it wants. */
  tenantLimits: Limits | null
}
