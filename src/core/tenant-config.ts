/** A tenant's own rules, as an isolate goes by them. */

import type { AgentBinding } from './bindings.ts'
import type { Guardrail } from './guardrails.ts'
import type { LimitRule } from './limits.ts'
import type { ReliabilityWish } from './reliability.ts'
import type { Pool } from './routing.ts'
import type { Direction, Rule } from './rules.ts'
import { NO_TOOLS, type ToolsConfig } from './tools.ts'

/** By model: the models to try instead, in order. */
export type FallbackLists = ReadonlyMap<string, readonly string[]>

/** Models are named as in a request: by id, bare name or alias; those tried instead may also be `auto`. */
export type TenantConfig = {
  /** The tenant's own names, in lower case, for models or routes; they go before all others. */
  aliases: ReadonlyMap<string, string>
  /** By name: what asking for `route/<name>` means. */
  routes: ReadonlyMap<string, Direction>
  /** The first that matches counts. */
  rules: readonly Rule[]
  /** For all requests. */
  policy: Direction
  fallbacks: FallbackLists
  /** For models without a list of their own. */
  defaultFallbacks: readonly string[]
  /** When a conversation is too long, or is refused for its content. */
  fallbacksFor: { contextWindow: FallbackLists; contentPolicy: FallbackLists }
  /** Where a request says nothing. */
  reliability: ReliabilityWish
  /** By model, `*` for all others. */
  pools: ReadonlyMap<string, Pool>
  /** In the order they are applied. */
  guardrails: readonly Guardrail[]
  limits: readonly LimitRule[]
  /** Who is told of what happens with budgets, by https; null for nobody. */
  alertUrl: string | null
  /** Web origins whose pages may call the API; `*` for all. */
  origins: readonly string[]
  /** Which agents get what work. */
  bindings: readonly AgentBinding[]
  /** What the tasks of its runs may call. */
  tools: ToolsConfig
}

/**
 * How a version is tried before a tenant goes by it: `percent` of the requests go by it, or decisions are made under it
 * as well and only recorded.
 */
export const ROLLOUT_MODES = ['percent', 'shadow'] as const
export type RolloutMode = (typeof ROLLOUT_MODES)[number]

/** What a tenant without a configuration goes by. */
export const NO_CONFIG: TenantConfig = {
  aliases: new Map(),
  routes: new Map(),
  rules: [],
  policy: {},
  fallbacks: new Map(),
  defaultFallbacks: [],
  fallbacksFor: { contextWindow: new Map(), contentPolicy: new Map() },
  reliability: {},
  pools: new Map(),
  guardrails: [],
  limits: [],
  alertUrl: null,
  origins: [],
  bindings: [],
  tools: NO_TOOLS,
}

/** The models and hosts that a configuration names, where it names them. */
export type NamesInConfig = Pick<TenantConfig, 'fallbacks' | 'defaultFallbacks' | 'fallbacksFor'> & {
  /** By model: hosts, in order. */
  deployments: ReadonlyMap<string, readonly string[]>
  aliases: ReadonlyMap<string, string>
  /** Names of routes, in lower case. */
  routes: ReadonlySet<string>
  /** The models that directions name, with where they are written. */
  directed: readonly { path: readonly (string | number)[]; model: string }[]
}
