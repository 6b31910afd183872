import * as z from 'zod'
import { log } from '../core/log.ts'
import { present } from '../core/present.ts'
import { neverShow } from '../core/redact.ts'
import { EVEN_SHARE } from '../core/routing.ts'
import type { ProviderKeyRow } from '../db/provider-keys.ts'
import { configOf, type Env } from '../env.ts'
import { HOSTS } from '../providers/hosts.ts'
import { type LiveHost, ownHost } from '../providers/live-hosts.ts'
import type { SecretPlace } from '../tenants/envelope.ts'
import type { Hosts } from './hosts.ts'

/** A tenant's own accounts. `published`: the text they were read from, null for none; `at`: when it was (Unix ms). */
export type OwnAccounts = {
  published: string | null
  at: number
  /** By host; null for one that cannot be used, in whose stead nobody else's is. */
  accounts: ReadonlyMap<string, LiveHost | null>
}

export const NO_ACCOUNTS: OwnAccounts = { published: null, at: 0, accounts: new Map() }

/** Where a tenant's own accounts are published, keys sealed: JSON of `publishedAccounts`; absent for none. */
export const providersKey = (tenantId: string) => `providers:${tenantId}`

const publishedAccount = z.object({
  host: z.string(),
  sealed: z.string(),
  baseUrl: z.string().optional(),
  share: z.object({
    weight: z.number().optional(),
    priority: z.number().optional(),
    requestsPerMinute: z.number().optional(),
    tokensPerMinute: z.number().optional(),
  }),
})
const publishedAccounts = z.object({ at: z.number(), accounts: z.array(publishedAccount) })
type PublishedAccount = z.infer<typeof publishedAccount>

/** The place of the key that a tenant has at a host. */
export function providerKeyPlace(tenantId: string, host: string): SecretPlace {
  return { tenantId, purpose: 'provider_key', name: host }
}

/**
 * What was published, opened. Older news than what is known changes nothing, and neither does what cannot be read, which is
 * logged as is what cannot be opened.
 */
export async function ownAccounts(
  env: Env,
  tenantId: string,
  published: string | null,
  known: OwnAccounts,
): Promise<OwnAccounts> {
  if (published === null || published === known.published) return known
  try {
    const { at, accounts } = publishedAccounts.parse(JSON.parse(published))
    if (at < known.at) return known
    const opened = await Promise.all(accounts.map((entry) => accountOf(env, tenantId, entry)))
    return {
      published,
      at,
      accounts: new Map(accounts.map(({ host }, index) => [host, opened[index] ?? null])),
    }
  } catch (cause) {
    log('error', { message: 'Own accounts could not be read', tenantId, cause: String(cause) })
    return known
  }
}

async function accountOf(env: Env, tenantId: string, entry: PublishedAccount): Promise<LiveHost | null> {
  const { baseUrl, share, sealed } = entry
  try {
    const host = HOSTS.find(({ id }) => id === entry.host)
    const { vault } = configOf(env)
    if (!host || !vault) throw new Error(host ? 'SECRETS_KEY is not set' : 'No such host')
    const apiKey = await vault.open(sealed, providerKeyPlace(tenantId, host.id))
    neverShow(apiKey)
    return ownHost(host, { apiKey, share: { ...EVEN_SHARE, ...present(share) }, ...present({ baseUrl }) })
  } catch (cause) {
    const message = 'The key of an own account could not be opened'
    log('error', { message, tenantId, host: entry.host, cause: String(cause) })
    return null
  }
}

/** The hosts of an operator with a tenant's own accounts in the place of all that the operator has there. */
export function hostsWith(operators: Hosts, { accounts }: OwnAccounts): Hosts {
  if (accounts.size === 0) return operators
  const others = [...operators].filter(([, { access }]) => !accounts.has(access.host.id))
  const own = [...accounts].filter((account): account is [string, LiveHost] => account[1] !== null)
  return new Map([...others, ...own])
}

/** A tenant's own accounts as they are published. `at`: Unix ms. */
export function publishedText(rows: readonly ProviderKeyRow[], at: number): string {
  const published: z.infer<typeof publishedAccounts> = { at, accounts: rows.map(publishedOf) }
  return JSON.stringify(published)
}

function publishedOf(row: ProviderKeyRow): PublishedAccount {
  const { host, sealed, baseUrl, weight, priority, requestsPerMinute, tokensPerMinute } = row
  const share = present({ weight, priority, requestsPerMinute, tokensPerMinute })
  return { host, sealed, share, ...present({ baseUrl }) }
}
