import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { outsideUrlFault } from '../core/outside-url.ts'
import { present } from '../core/present.ts'
import type { ProviderKeyRow } from '../db/provider-keys.ts'
import { configOf, type Env } from '../env.ts'
import { checked } from '../protocols/invalid-field.ts'
import { CLOUD_HOSTS, type Host, HOSTS } from '../providers/hosts.ts'
import { ownHost } from '../providers/live-hosts.ts'
import { EVEN_SHARE } from '../core/routing.ts'

const MAX_KEY_CHARS = 4_096
/** Shorter ones are no keys, and would show too much of themselves. */
const MIN_KEY_CHARS = 12
const HINT_CHARS = 4

/** A tenant's own account at a host. */
export const providerBody = z.strictObject({
  api_key: z
    .string()
    .min(MIN_KEY_CHARS)
    .max(MAX_KEY_CHARS)
    .regex(/^[\x21-\x7e]+$/, 'expected a key, without spaces'),
  base_url: z.string().nullish(),
  rpm: z.int().min(1).nullish(),
  tpm: z.int().min(1).nullish(),
  weight: z.number().positive().max(1_000_000).nullish(),
  priority: z.int().min(0).max(1_000).nullish(),
})

/** What is wanted of an account. */
type WantedAccount = {
  apiKey: string
  row: Omit<ProviderKeyRow, 'sealed' | 'createdAt' | 'createdBy' | 'tenantId'>
}

/** @throws AppError naming the field at fault */
export function readProviderBody(env: Env, hostId: string, body: unknown): WantedAccount {
  const data = checked(providerBody, body)
  const host = knownHost(hostId)
  const baseUrl = data.base_url?.replace(/\/+$/, '') ?? null
  const { api_key: apiKey, rpm, tpm, weight, priority } = data
  refuseAddress(env, host, apiKey, baseUrl)
  const share = { weight: weight ?? null, priority: priority ?? null }
  const limits = { requestsPerMinute: rpm ?? null, tokensPerMinute: tpm ?? null }
  const keyHint = `…${apiKey.slice(-HINT_CHARS)}`
  return { apiKey, row: { host: host.id, keyHint, baseUrl, ...share, ...limits } }
}

/** A host that one key opens. @throws AppError `not_found`; `invalid_request` for clouds, which want more than a key */
function knownHost(hostId: string): Host {
  const host = HOSTS.find(({ id }) => id === hostId)
  if (host) return host
  const cloud = CLOUD_HOSTS.find(({ id }) => id === hostId)
  if (!cloud) throw new AppError('not_found', 'There is no such provider')
  throw new AppError('invalid_request', `Accounts of ${cloud.name} are the operator's to set up`)
}

function refuseAddress(env: Env, host: Host, apiKey: string, baseUrl: string | null): void {
  const allowLoopback = configOf(env).simulatedHostsUrl !== null
  const fault = baseUrl === null ? null : outsideUrlFault(baseUrl, { allowLoopback })
  if (fault !== null) throw badAddress(fault)
  if (baseUrl !== null && /[?#]/.test(baseUrl))
    throw badAddress('expected an address that paths can be added to')
  if (!ownHost(host, { apiKey, share: EVEN_SHARE, ...present({ baseUrl }) })) {
    throw badAddress(`${host.name} wants one, with your account in it`)
  }
}

function badAddress(fault: string): AppError {
  return new AppError('invalid_request', `Invalid 'base_url': ${fault}`, { param: 'base_url' })
}

/** An account as the API shows it: never its key. */
export function providerJson(row: ProviderKeyRow): object {
  return {
    object: 'provider',
    provider: row.host,
    key_hint: row.keyHint,
    base_url: row.baseUrl,
    rpm: row.requestsPerMinute,
    tpm: row.tokensPerMinute,
    weight: row.weight,
    priority: row.priority,
    created: Math.floor(row.createdAt / 1_000),
    created_by: row.createdBy,
  }
}
