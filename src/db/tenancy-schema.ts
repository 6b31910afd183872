import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Limits } from '../core/limits.ts'
import { ROLLOUT_MODES } from '../core/tenant-config.ts'

/** The tables of `migrations/` that hold tenants and what is theirs, for typed queries. Times in Unix ms, money in micro-USD. */

export const tenants = sqliteTable('tenants', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
  disabledAt: integer('disabled_at'),
  limits: text('limits', { mode: 'json' }).$type<Limits>(),
})

export const apiKeys = sqliteTable(
  'api_keys',
  {
    hash: text('hash').primaryKey(),
    id: text('id').notNull().unique(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    prefix: text('prefix').notNull(),
    scopes: text('scopes').notNull(),
    createdAt: integer('created_at').notNull(),
    disabledAt: integer('disabled_at'),
    expiresAt: integer('expires_at'),
    name: text('name'),
    allowedModels: text('allowed_models', { mode: 'json' }).$type<readonly string[]>(),
    limits: text('limits', { mode: 'json' }).$type<Limits>(),
    createdBy: text('created_by'),
    rotatedAt: integer('rotated_at'),
    oldHash: text('old_hash'),
    oldHashUntil: integer('old_hash_until'),
    deletedAt: integer('deleted_at'),
  },
  (table) => [
    uniqueIndex('api_keys_by_old_hash').on(table.oldHash),
    index('api_keys_by_tenant').on(table.tenantId, table.id),
  ],
)

export const configVersions = sqliteTable(
  'config_versions',
  {
    tenantId: text('tenant_id').notNull(),
    version: integer('version').notNull(),
    document: text('document').notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.version] })],
)

export const configStates = sqliteTable('config_states', {
  tenantId: text('tenant_id').primaryKey(),
  revision: integer('revision').notNull(),
  version: integer('version').notNull(),
  candidate: integer('candidate'),
  mode: text('mode', { enum: ROLLOUT_MODES }),
  percent: integer('percent'),
  since: integer('since'),
})

export const configTrials = sqliteTable(
  'config_trials',
  {
    decisionId: text('decision_id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    candidate: integer('candidate').notNull(),
    version: integer('version').notNull(),
    microUsd: integer('micro_usd'),
    agrees: integer('agrees', { mode: 'boolean' }),
    shadowMicroUsd: integer('shadow_micro_usd'),
    shadowError: text('shadow_error'),
  },
  (table) => [index('config_trials_by_candidate').on(table.tenantId, table.candidate, table.decisionId)],
)

export const audit = sqliteTable(
  'audit',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    object: text('object').notNull(),
    before: text('before'),
    after: text('after'),
    requestId: text('request_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('audit_by_tenant').on(table.tenantId, table.id)],
)
export const providerKeys = sqliteTable(
  'provider_keys',
  {
    tenantId: text('tenant_id').notNull(),
    host: text('host').notNull(),
    sealed: text('sealed').notNull(),
    keyHint: text('key_hint').notNull(),
    baseUrl: text('base_url'),
    requestsPerMinute: integer('requests_per_minute'),
    tokensPerMinute: integer('tokens_per_minute'),
    weight: real('weight'),
    priority: integer('priority'),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.host] })],
)

export const webhookSecrets = sqliteTable('webhook_secrets', {
  tenantId: text('tenant_id').primaryKey(),
  sealed: text('sealed').notNull(),
  createdAt: integer('created_at').notNull(),
})

export const toolSecrets = sqliteTable(
  'tool_secrets',
  {
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    sealed: text('sealed').notNull(),
    prefix: text('prefix'),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
)

export const planTemplates = sqliteTable(
  'plan_templates',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    revision: integer('revision').notNull(),
    document: text('document').notNull(),
    goal: text('goal'),
    tasks: integer('tasks').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    updatedBy: text('updated_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)
