import { AppError } from '../core/errors.ts'
import { configOf, type Env } from '../env.ts'
import type { Vault } from '../tenants/envelope.ts'

/** What secrets are sealed and opened with. @throws AppError `not_configured` where the operator has set no key for it */
export function vaultOf(env: Env): Vault {
  const { vault } = configOf(env)
  if (!vault) throw new AppError('not_configured', 'No secrets can be kept here: SECRETS_KEY is not set')
  return vault
}
