import * as z from 'zod'
import { newTenantBody, page as tenantPage, tenantPatchBody } from '../routes/tenants.ts'
import { page as auditPage } from '../routes/audit.ts'
import { listOf, objectOf, type Operation } from './operation.ts'

const TENANT = { kind: 'tenant', description: 'Id of a tenant' } as const
const TENANT_BODY = objectOf('tenant', ['id', 'name', 'disabled', 'limits', 'created'])

const TENANTS: readonly Operation[] = [
  {
    id: 'createTenant',
    method: 'POST',
    path: '/admin/tenants',
    access: 'operator',
    tag: 'Operator',
    summary: 'Make a tenant',
    body: { schema: newTenantBody },
    answer: { status: 201, description: 'The tenant', schema: TENANT_BODY },
  },
  {
    id: 'listTenants',
    method: 'GET',
    path: '/admin/tenants',
    access: 'operator',
    tag: 'Operator',
    summary: 'Tenants',
    query: tenantPage,
    answer: { description: 'A page', schema: listOf(['has_more']) },
  },
  {
    id: 'getTenant',
    method: 'GET',
    path: '/admin/tenants/{id}',
    access: 'operator',
    tag: 'Operator',
    summary: 'One tenant',
    params: { id: TENANT },
    answer: { description: 'The tenant', schema: TENANT_BODY },
  },
  {
    id: 'updateTenant',
    method: 'PATCH',
    path: '/admin/tenants/{id}',
    access: 'operator',
    tag: 'Operator',
    summary: 'Change a tenant, disable it, or enable it again',
    params: { id: TENANT },
    body: { schema: tenantPatchBody },
    answer: { description: 'The tenant', schema: TENANT_BODY },
  },
  {
    id: 'disableTenant',
    method: 'DELETE',
    path: '/admin/tenants/{id}',
    access: 'operator',
    tag: 'Operator',
    summary: 'Disable a tenant and all of its keys',
    params: { id: TENANT },
    answer: { description: 'The tenant', schema: TENANT_BODY },
  },
  {
    id: 'rewrapSecrets',
    method: 'POST',
    path: '/admin/secrets/rewrap',
    access: 'operator',
    tag: 'Operator',
    summary: 'Move kept secrets to the newest master key',
    answer: {
      description: 'How many were moved, and whether there are more',
      schema: objectOf('secrets.rewrapped', ['rewrapped', 'unreadable', 'has_more']),
    },
    errors: ['not_configured'],
  },
  {
    id: 'listAuditAsOperator',
    method: 'GET',
    path: '/admin/audit',
    access: 'operator',
    tag: 'Operator',
    summary: 'Who changed what at a tenant, or at all, the latest first',
    query: auditPage.extend({ tenant: z.string().optional() }),
    answer: { description: 'A page', schema: listOf(['has_more']) },
  },
]

/** What an operator may do for a tenant as well. */
const FOR_TENANTS =
  /^\/v1\/(?:keys|config|logs|usage|policies|models|audit|budgets|providers|webhook-secret|tool-secrets)(?:\/|$)/

/**
 * What operators do: with tenants, and for a tenant what it does for itself.
 *
 * @param own operations of tenants
 */
export function operatorOperations(own: readonly Operation[]): readonly Operation[] {
  const mirrored = own.filter(({ path }) => FOR_TENANTS.test(path))
  const named = new Set(TENANTS.map(({ id }) => id))
  const asked = mirrored.map(forAskedTenant).filter(({ id }) => !named.has(id))
  return [...TENANTS, ...mirrored.map(forNamedTenant), ...asked]
}

/** The same for the tenant in the path. */
function forNamedTenant(operation: Operation): Operation {
  return {
    ...operation,
    id: `${operation.id}OfTenant`,
    path: operation.path.replace('/v1', '/admin/tenants/{tenant}'),
    access: 'operator',
    tag: 'Operator, for a tenant',
    params: { tenant: TENANT, ...operation.params },
  }
}

/** The same for the tenant in the query. */
function forAskedTenant(operation: Operation): Operation {
  return {
    ...operation,
    id: `${operation.id}AsOperator`,
    path: operation.path.replace('/v1', '/admin'),
    access: 'operator',
    tag: 'Operator',
    query: (operation.query ?? NO_QUERY).extend(NAMING_TENANT),
    errors: ['not_found', ...(operation.errors ?? [])],
  }
}

const NO_QUERY = z.object({})
const NAMING_TENANT = { tenant: z.string().default('default') }
