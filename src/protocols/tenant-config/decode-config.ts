import type { Fault } from '../../core/errors.ts'
import { fieldPath } from '../../core/field-path.ts'
import { present } from '../../core/present.ts'
import type { Pool, Share } from '../../core/routing.ts'
import { type NamesInConfig, NO_CONFIG, type TenantConfig } from '../../core/tenant-config.ts'
import { faultsOf } from '../invalid-field.ts'
import { reliabilityWish } from '../reliability-fields.ts'
import { isTooDeep } from './condition-fields.ts'
import { namesInRules, ruleFaults, rulesOf } from './rule-fields.ts'
import { alertUrlOf } from './alert-fields.ts'
import { guardrailsOf } from './guardrails-fields.ts'
import { bindingsOf } from './bindings-fields.ts'
import { originsOf } from './origins-fields.ts'
import { decodeLimits } from './limits-fields.ts'
import { toolsOf } from './tools-fields.ts'
import {
  type BodyDeployment,
  type BodyLists,
  type BodyPool,
  configDocument,
  type ConfigDocument,
  namesInDocument,
} from './schema.ts'

/**
 * Reads a tenant's configuration. Whether the models and hosts it names are there is for others to see.
 *
 * @param document parsed JSON
 * @throws when its form is wrong, see `formFaults`
 */
export function decodeConfig(document: unknown): TenantConfig {
  const body = configDocument.parse(document)
  return {
    ...NO_CONFIG,
    ...rulesOf(body),
    fallbacks: listsOf(body.fallbacks),
    defaultFallbacks: body.default_fallbacks ?? [],
    fallbacksFor: {
      contextWindow: listsOf(body.context_window_fallbacks),
      contentPolicy: listsOf(body.content_policy_fallbacks),
    },
    reliability: reliabilityWish(body),
    limits: decodeLimits(body),
    guardrails: guardrailsOf(body),
    pools: new Map(Object.entries(body.pools ?? {}).map(([model, pool]) => [model, poolOf(pool)])),
    alertUrl: alertUrlOf(body),
    origins: originsOf(body),
    bindings: bindingsOf(body),
    tools: toolsOf(body),
  }
}

function listsOf(lists: ConfigDocument['fallbacks']): Map<string, readonly string[]> {
  return new Map(Object.entries<BodyLists[string]>(lists ?? {}))
}

function poolOf({ strategy, deployments }: BodyPool): Pool {
  return {
    strategy: strategy ?? null,
    shares: new Map((deployments ?? []).map((deployment) => [deployment.host, shareOf(deployment)])),
  }
}

function shareOf({ weight, priority, rpm, tpm }: BodyDeployment): Partial<Share> {
  return present({ weight, priority, requestsPerMinute: rpm, tokensPerMinute: tpm })
}

/** Everything that is wrong with a document itself: its form, and what its rules say. */
export function formFaults(document: unknown): Fault[] {
  if (isTooDeep(document)) {
    return [{ path: '', code: 'too_deep', message: 'The document is nested too deep' }]
  }
  const issues = configDocument.safeParse(document).error?.issues ?? []
  const faults = issues.flatMap(faultsOf).map(({ path, ...rest }) => ({ path: fieldPath(path), ...rest }))
  return [...faults, ...ruleFaults(document)]
}

/** The models and hosts that a document names, as far as its form lets them be read. */
export function namesIn(document: unknown): NamesInConfig {
  const names = namesInDocument.safeParse(document).data
  return {
    ...namesInRules(document),
    fallbacks: new Map(Object.entries(names?.fallbacks ?? {})),
    defaultFallbacks: names?.default_fallbacks ?? [],
    fallbacksFor: {
      contextWindow: new Map(Object.entries(names?.context_window_fallbacks ?? {})),
      contentPolicy: new Map(Object.entries(names?.content_policy_fallbacks ?? {})),
    },
    deployments: new Map(
      Object.entries(names?.pools ?? {}).map(([model, { deployments }]) => [
        model,
        deployments.map(({ host }) => host),
      ]),
    ),
  }
}
