import * as z from 'zod'
import { present } from '../core/present.ts'
import { EVEN_SHARE, type Share } from '../core/routing.ts'
import { CLOUD_HOSTS, HOSTS } from './hosts.ts'

/** What hosts, servers of the operator's own and accounts are called. */
export const hostId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and dashes, a letter first')

/**
 * Accounts beside those that the hosts' own variables open, and what each may take. Without a key or an address an
 * entry speaks of the account that bears its name.
 */
export const hostAccounts = z.array(
  z.strictObject({
    id: hostId,
    host: hostId,
    api_key: z.string().min(1).optional(),
    base_url: z.url({ protocol: /^https?$/ }).optional(),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and dashes')
      .optional(),
    weight: z.number().positive().optional(),
    priority: z.int().optional(),
    rpm: z.int().positive().optional(),
    tpm: z.int().positive().optional(),
    models: z.array(z.string().min(1)).min(1).optional(),
  }),
)
type AccountEntry = z.infer<typeof hostAccounts>[number]

/** One account of a host: what routing takes for a host. A host's own account bears its name. */
export type HostAccount = {
  id: string
  /** The host whose API it speaks, whose models it serves and at whose prices. */
  host: string
  apiKey?: string
  baseUrl?: string
  /** Where it is: in the address of a cloud that has regions, elsewhere a note to the operator. */
  region?: string
  share: Share
  /** Ids or patterns of the models it serves; null for all of its host's. */
  models: readonly string[] | null
}

/** A host's own account, of which the operator said nothing but perhaps its key. */
export function ownAccount(host: string, apiKey?: string): HostAccount {
  return { id: host, host, share: EVEN_SHARE, models: null, ...present({ apiKey }) }
}

/** The keys in a variable: more than one, separated by commas, are as many accounts. */
export function keysIn(variable: string): readonly string[] {
  return variable
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
}

/**
 * Every account that has a key or that the operator says something of.
 *
 * @param keys by host; the second one's account is called `host-2`, and so on
 */
export function accountsOf(
  keys: ReadonlyMap<string, readonly string[]>,
  entries: readonly AccountEntry[],
): readonly HostAccount[] {
  const accounts = new Map<string, HostAccount>()
  for (const [host, hostKeys] of keys) {
    for (const [index, apiKey] of hostKeys.entries()) {
      const id = nameOf(host, index)
      accounts.set(id, { ...ownAccount(host, apiKey), id })
    }
  }
  for (const entry of entries) accounts.set(entry.id, { ...accounts.get(entry.id), ...accountIn(entry) })
  return [...accounts.values()]
}

function nameOf(host: string, index: number): string {
  return index === 0 ? host : `${host}-${index + 1}`
}

function accountIn(entry: AccountEntry): HostAccount {
  const { id, host, api_key: apiKey, base_url: baseUrl, region, models, weight, priority, rpm, tpm } = entry
  const limits = { requestsPerMinute: rpm, tokensPerMinute: tpm }
  return {
    id,
    host,
    ...present({ apiKey, baseUrl: baseUrl?.replace(/\/+$/, ''), region }),
    share: { ...EVEN_SHARE, ...present({ weight, priority, ...limits }) },
    models: models ?? null,
  }
}

/** The accounts of one host: its own, also where nothing is said of it, then the others. */
export function accountsAt(host: string, accounts: readonly HostAccount[]): readonly HostAccount[] {
  const known = accounts.filter((account) => account.host === host)
  return known.some(({ id }) => id === host) ? known : [ownAccount(host), ...known]
}

/** What is wrong with an entry, and where. */
export type AccountIssue = { path: readonly [index: number, field: string]; message: string }

/**
 * What is wrong with accounts beside their form: names that are taken, hosts that nobody knows, and what a host has no
 * use for. No message holds a key.
 *
 * @param keys the keys of each host's own variables
 * @param servers ids of the operator's own servers
 */
export function accountIssues(
  entries: readonly AccountEntry[],
  keys: ReadonlyMap<string, readonly string[]>,
  servers: readonly string[],
): readonly AccountIssue[] {
  const hosts = new Set([...[...HOSTS, ...CLOUD_HOSTS].map(({ id }) => id), ...servers])
  const hostOf = new Map([...hosts].map((host) => [host, host]))
  for (const [host, { length }] of keys) {
    for (let index = 0; index < length; index += 1) hostOf.set(nameOf(host, index), host)
  }
  const seen = new Set<string>()
  return entries.flatMap((entry, index) => {
    const { id, host } = entry
    const isTaken = (hostOf.get(id) ?? host) !== host
    const wrong: (readonly [field: string, message: string] | false)[] = [
      !hosts.has(host) && ['host', 'no such host'],
      isTaken && ['id', 'the name of another host or of its account'],
      seen.has(id) && ['id', 'there is another account of this name'],
      entry.api_key !== undefined && host === 'vertex' && ['api_key', 'Vertex AI takes no key'],
      isIncompleteAzure(entry) && ['base_url', 'a further Azure resource wants its base_url and its api_key'],
    ]
    seen.add(id)
    return wrong.flatMap((one): AccountIssue[] => (one ? [{ path: [index, one[0]], message: one[1] }] : []))
  })
}

/** Each resource has a key of its own: the first one's is never sent to another. */
function isIncompleteAzure({ id, host, api_key: key, base_url: url }: AccountEntry): boolean {
  if (host !== 'azure') return false
  return id === host ? (key === undefined) !== (url === undefined) : key === undefined || url === undefined
}
