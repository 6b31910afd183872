import type { TenantConfig } from '../core/tenant-config.ts'
import type { PreparedCatalog } from '../route/prepared-catalog.ts'
import { rulesFor } from '../route/tenant-rules.ts'

const rules = new WeakMap<TenantConfig, { catalog: PreparedCatalog; rules: TenantConfig }>()

/** A configuration as it reads with this catalog, worked out once for each. */
export function rulesIn(config: TenantConfig, catalog: PreparedCatalog): TenantConfig {
  const known = rules.get(config)
  if (known?.catalog === catalog) return known.rules
  const made = { catalog, rules: rulesFor(config, catalog) }
  rules.set(config, made)
  return made.rules
}
