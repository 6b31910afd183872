/** What texts are looked through for, and what happens when something is found. */

/** Where a guardrail looks. */
const GUARDED = ['input', 'output'] as const
type Guarded = (typeof GUARDED)[number]

/** `report`: it is only noted in the decision. `mask`: it is written over. `block`: the request or answer is refused. */
const GUARD_ACTIONS = ['report', 'mask', 'block'] as const
type GuardAction = (typeof GUARD_ACTIONS)[number]

/** Kinds of personal data that are recognised. */
const PII_ENTITIES = [
  'email',
  'phone',
  'credit_card',
  'iban',
  'us_ssn',
  'us_itin',
  'us_passport',
  'uk_nhs',
  'cn_id_card',
  'tw_id_card',
  'hk_id_card',
  'ip_address',
  'url',
  'crypto_wallet',
] as const
type PiiEntity = (typeof PII_ENTITIES)[number]

type Check =
  | { kind: 'pii'; entities: readonly PiiEntity[] }
  /** `patterns`: regular expressions that run in linear time. */
  | { kind: 'regex'; patterns: readonly string[] }
  | { kind: 'keywords'; words: readonly string[] }
  /** `threshold` 0..1: how sure the heuristics must be. */
  | { kind: 'prompt_injection'; threshold: number }
  /** Task types and languages that are allowed; null for all. */
  | { kind: 'topics'; taskTypes: readonly string[] | null; languages: readonly string[] | null }
  | { kind: 'max_tokens'; tokens: number }
  /** Asks somebody else. `failOpen`: who does not answer in time has no objection. */
  | { kind: 'webhook'; url: string; timeoutMs: number; failOpen: boolean }

export type Guardrail = {
  /** Unique within a configuration. */
  id: string
  on: readonly Guarded[]
  action: GuardAction
  check: Check
}
