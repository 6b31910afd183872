import type { Limits } from '../core/limits.ts'
import { findTenant, type TenantRow } from '../db/tenants.ts'
import { refused } from './keys.ts'
import { createLookup, type Stores } from './lookup.ts'

/** What must be known of the tenant that a token names. */
type TenantRecord = { limits: Limits | null; disabledAt: number | null }

const TENANTS = createLookup<TenantRecord>(
  'tenant:',
  async (db, id) => {
    const row = await findTenant(db, id)
    return row && recordOf(row)
  },
  refused,
)

/**
 * What the operator lets a tenant take.
 *
 * @throws AppError `invalid_api_key` where there is no such tenant, or it is disabled
 */
export async function limitsOfTenant(
  id: string,
  stores: Stores,
  now: number,
  background: (work: Promise<unknown>) => void,
): Promise<Limits | null> {
  const { limits, disabledAt } = await TENANTS.get(id, stores, now, background)
  if (disabledAt !== null) throw refused()
  return limits
}

/** Makes this isolate go by a tenant as it is now. @returns what others must find, see `holdKey` */
export function holdTenant(row: TenantRow, now: number): ReadonlyMap<string, string> {
  const record = recordOf(row)
  TENANTS.hold(row.id, record, now)
  return new Map([[TENANTS.keyOf(row.id), JSON.stringify(record)]])
}

function recordOf({ limits, disabledAt }: TenantRow): TenantRecord {
  return { limits, disabledAt }
}
