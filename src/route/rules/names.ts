import type { TenantConfig } from '../../core/tenant-config.ts'
import { splitSuffix } from '../select.ts'

const ROUTE = 'route/'

/** The route that a model name asks for, in lower case; null for a model. */
export function routeCalled(name: string): string | null {
  const folded = name.toLowerCase()
  return folded.startsWith(ROUTE) ? folded.slice(ROUTE.length) : null
}

/** What a tenant means by a model name: its own names go before all others. */
export function meantBy(name: string, { aliases }: Pick<TenantConfig, 'aliases'>): string {
  if (aliases.size === 0) return name
  const folded = name.toLowerCase()
  const [base, suffix] = splitSuffix(folded)
  const target = aliases.get(folded)
  if (target !== undefined) return target
  const ofBase = aliases.get(base)
  return ofBase === undefined ? name : `${ofBase}:${suffix}`
}
