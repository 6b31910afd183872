/** What texts are looked through for, and what happens when something is found. */

/** Where a guardrail looks. */
export const GUARDED = ['input', 'output'] as const
export type Guarded = (typeof GUARDED)[number]

/** `report`: it is only noted in the decision. `mask`: it is written over. `block`: the request or answer is refused. */
export const GUARD_ACTIONS = ['report', 'mask', 'block'] as const
export type GuardAction = (typeof GUARD_ACTIONS)[number]

/** Kinds of personal data that are recognised. */
export const PII_ENTITIES = [
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
export type PiiEntity = (typeof PII_ENTITIES)[number]

/** What is looked for within a text; it can be written over. */
export type TextCheck =
  | { kind: 'pii'; entities: readonly PiiEntity[] }
  /** `patterns`: regular expressions that run in linear time, see `compileRegex`. */
  | { kind: 'regex'; patterns: readonly string[] }
  /** Without case and width; Latin ones as whole words. */
  | { kind: 'keywords'; words: readonly string[] }

/** What is asked of a request as a whole. */
export type RequestCheck =
  /** `threshold` 0..1: how sure the heuristics must be. */
  | { kind: 'prompt_injection'; threshold: number }
  /** Task types and languages that are allowed; null for all. */
  | { kind: 'topics'; taskTypes: readonly string[] | null; languages: readonly string[] | null }
  | { kind: 'max_tokens'; tokens: number }

/** Asks somebody else. `failOpen`: who does not answer in time has no objection. */
export type WebhookCheck = { kind: 'webhook'; url: string; timeoutMs: number; failOpen: boolean }

export type Guardrail = {
  /** Unique within a configuration. */
  id: string
  on: readonly Guarded[]
  action: GuardAction
  /** Written over what is masked; null: the kind of what was there, as `[EMAIL]`. */
  maskWith: string | null
  check: TextCheck | RequestCheck | WebhookCheck
}

/** The guardrails that look there, in order. */
export function guardrailsOn(guardrails: readonly Guardrail[], on: Guarded): readonly Guardrail[] {
  return guardrails.filter((guardrail) => guardrail.on.includes(on))
}

/** What a guardrail found in one request or answer, and never the words themselves. `found`: kinds, e.g. `email`. */
export type GuardFinding = {
  id: string
  on: Guarded
  action: GuardAction
  found: readonly string[]
  count: number
}
