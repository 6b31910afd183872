import * as z from 'zod'
import { neverShow } from '../core/redact.ts'
import { SECRET_NAME } from '../core/tools.ts'
import { openDb } from '../db/database.ts'
import { listToolSecrets, type ToolSecretRow } from '../db/tool-secrets.ts'
import type { Env } from '../env.ts'
import type { SecretPlace } from '../tenants/envelope.ts'
import { vaultOf } from './vault.ts'

const MAX_CHARS = 4_096
/** Shorter ones are no secrets, and would be struck out of any text. */
const MIN_CHARS = 8
/** As much of a longer one may be seen, so that it is known again. */
const SHOWN = { from: 20, chars: 4 }

/** The body of `PUT /v1/tool-secrets/{name}`. */
export const toolSecretBody = z.strictObject({
  value: z
    .string()
    .min(MIN_CHARS)
    .max(MAX_CHARS)
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'expected printable ASCII without spaces around it'),
})

export const secretName = z
  .string()
  .regex(SECRET_NAME, 'begins with a capital and has at most 64 capitals, digits and _')

/** The place of a secret that a tenant's tools prove themselves with. */
export function toolSecretPlace(tenantId: string, name: string): SecretPlace {
  return { tenantId, purpose: 'tool_secret', name }
}

/** How a secret begins, where that gives nothing away; null otherwise. */
export function prefixOf(value: string): string | null {
  return value.length < SHOWN.from ? null : value.slice(0, SHOWN.chars)
}

/** A secret as the API shows it: never its value. */
export function toolSecretJson({ name, prefix, createdAt, createdBy }: ToolSecretRow): object {
  return {
    object: 'tool_secret',
    name,
    prefix,
    created: Math.floor(createdAt / 1_000),
    created_by: createdBy,
  }
}

/**
 * Secrets of a tenant's, opened, which no log shows from now on. Those that there are none of are absent.
 *
 * @throws where one cannot be opened, or AppError `not_configured`
 */
export async function openToolSecrets(
  env: Env,
  tenantId: string,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  if (names.size === 0) return new Map()
  const vault = vaultOf(env)
  const rows = (await listToolSecrets(openDb(env.DB), tenantId)).filter(({ name }) => names.has(name))
  const opened = rows.map(async ({ name, sealed }): Promise<[string, string]> => {
    const value = await vault.open(sealed, toolSecretPlace(tenantId, name))
    neverShow(value)
    return [name, value]
  })
  return new Map(await Promise.all(opened))
}
