/** A tenant's rules: what is seen of a request, and where that directs it. */

import type { ReasoningEffort } from './chat.ts'
import type { CollaborationWish, UnaskedWish } from './collaboration.ts'
import { MODALITIES, NEEDS, TASK_TYPES, TIERS } from './demand.ts'
import type { ReliabilityWish } from './reliability.ts'
import type { AutoRouterPreferences, ProviderPreferences } from './routing.ts'

/** ISO 8601's week. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/**
 * What kind of thing a signal is, which decides what it may be compared with. `choice`: one of some words, which are
 * ordered as they are listed where `ordered`. `set`: some of them. `date`: `2026-12-24`. `words`: what a conversation
 * says. `folded`: case does not count.
 */
export type SignalKind =
  | { kind: 'number' }
  | { kind: 'boolean' }
  | { kind: 'date' }
  | { kind: 'choice'; of: readonly string[]; ordered: boolean }
  | { kind: 'set'; of: readonly string[] }
  | { kind: 'text'; folded: boolean }
  | { kind: 'words' }

/** What rules may look at, by name. */
export const SIGNALS = {
  task_type: { kind: 'choice', of: TASK_TYPES, ordered: false },
  tier: { kind: 'choice', of: TIERS, ordered: true },
  language: { kind: 'text', folded: true },
  difficulty: { kind: 'number' },
  input_tokens: { kind: 'number' },
  expected_output_tokens: { kind: 'number' },
  modalities: { kind: 'set', of: MODALITIES },
  needs: { kind: 'set', of: NEEDS },
  has_tools: { kind: 'boolean' },
  stream: { kind: 'boolean' },
  model: { kind: 'text', folded: true },
  user: { kind: 'text', folded: false },
  session: { kind: 'text', folded: false },
  key: { kind: 'text', folded: false },
  region: { kind: 'text', folded: true },
  hour: { kind: 'number' },
  weekday: { kind: 'choice', of: WEEKDAYS, ordered: true },
  date: { kind: 'date' },
  text: { kind: 'words' },
  system_text: { kind: 'words' },
} as const satisfies Record<string, SignalKind>
export type SignalName = keyof typeof SIGNALS

/** Signals that have a clock's time zone. */
export const CLOCK_SIGNALS: ReadonlySet<string> = new Set<SignalName>(['hour', 'weekday', 'date'])

/** A signal that is found in the request by a name of its own. */
const NAMED_SIGNALS = {
  metadata: { kind: 'text', folded: false },
  header: { kind: 'text', folded: true },
} as const satisfies Record<string, SignalKind>

/** Which signal a rule reads; `key`: of which pair of the metadata, or which header in lower case. */
export type SignalRef = { of: SignalName } | { of: keyof typeof NAMED_SIGNALS; key: string }

/** The signal of a name such as `tier`, `metadata.customer` or `header.x-team`; null where there is none. */
export function signalCalled(name: string): { ref: SignalRef; is: SignalKind } | null {
  if (isSignal(name)) return { ref: { of: name }, is: SIGNALS[name] }
  const [, of, key = ''] = /^(metadata|header)\.(.+)$/s.exec(name) ?? []
  if (of === 'metadata') return { ref: { of, key }, is: NAMED_SIGNALS[of] }
  if (of === 'header') return { ref: { of, key: key.toLowerCase() }, is: NAMED_SIGNALS[of] }
  return null
}

function isSignal(name: string): name is SignalName {
  return Object.hasOwn(SIGNALS, name)
}

const VISIBLE_HEADER = /^(?:x-.+|user-agent|accept-language)$/
const SECRET_HEADER = /key|token|secret|auth|password|cookie|credential|signature/

/** Whether rules may look at a header. @param name in lower case */
export function isVisibleHeader(name: string): boolean {
  return VISIBLE_HEADER.test(name) && !SECRET_HEADER.test(name)
}

/** Ways to compare a signal with a value, in the words of JSON query languages. */
export const OPERATORS = [
  'eq',
  'ne',
  'in',
  'not_in',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'contains',
  'contains_any',
  'starts_with',
  'ends_with',
  'matches',
  'exists',
] as const
export type Operator = (typeof OPERATORS)[number]

const EQUAL = ['eq', 'ne', 'in', 'not_in'] as const
const ORDER = ['gt', 'gte', 'lt', 'lte', 'between'] as const
const WITHIN = ['contains', 'contains_any', 'starts_with', 'ends_with', 'matches', 'exists'] as const

/** What a signal may be asked. */
export function operatorsFor(is: SignalKind): readonly Operator[] {
  switch (is.kind) {
    case 'number':
    case 'date':
      return [...EQUAL, ...ORDER]
    case 'boolean':
      return ['eq', 'ne']
    case 'choice':
      return is.ordered ? [...EQUAL, ...ORDER] : EQUAL
    case 'set':
      return ['contains', 'contains_any']
    case 'text':
      return [...EQUAL, ...WITHIN]
    case 'words':
      return WITHIN
  }
}

export type Operand = string | number | boolean | readonly (string | number)[]

/** One comparison. The operand fits its operator and its signal. */
export type Comparison = { operator: Operator; operand: Operand }

export type Condition =
  | { kind: 'all' | 'any'; of: readonly Condition[] }
  | { kind: 'not'; of: Condition }
  /** True where all comparisons are. `timezone`: an IANA name, for what a clock says; null for UTC. */
  | {
      kind: 'leaf'
      ref: SignalRef
      is: SignalKind
      timezone: string | null
      comparisons: readonly Comparison[]
    }

/**
 * Where requests are directed. Names of models are as in a request. What a tenant forbids or caps (`allowedModels`,
 * `deniedModels`, `regions`, the hosts in `provider.only` and `ignore`, collection of data, prices, costs) holds
 * whatever a request says; the rest counts where it says nothing.
 */
export type Direction = {
  model?: string
  /** True: `model` is taken also where the request names another than `auto`. */
  override?: boolean
  /** Tried instead, in order. */
  models?: readonly string[]
  fallbacksFor?: { contextWindow?: readonly string[]; contentPolicy?: readonly string[] }
  /** Ids or patterns. */
  allowedModels?: readonly string[]
  deniedModels?: readonly string[]
  provider?: ProviderPreferences
  autoRouter?: Omit<AutoRouterPreferences, 'allowedModels'>
  /** Names or patterns of regions; only accounts in one of them may be called. */
  regions?: readonly string[]
  reasoningEffort?: ReasoningEffort
  reliability?: ReliabilityWish
  breaker?: BreakerWish
  collaboration?: CollaborationWish & { unasked?: UnaskedWish }
}

/** Hosts of which a greater share (0..1) of calls failed lately are left alone, once there were so many calls. */
export type BreakerWish = { failureShare: number; minimumRequests: number }

/** `percent`: the share of matching requests that it is for. `block`: what they are told, who are refused. */
export type Rule = {
  id: string
  when: Condition
  percent: number
  direction: Direction
  block: { message: string | null } | null
}
