import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** The tables of `migrations/` that hold what was decided, answered and learned, for typed queries. Times in Unix ms, money in micro-USD. */

export const decisions = sqliteTable(
  'decisions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    keyId: text('key_id').notNull(),
    requestId: text('request_id').notNull(),
    createdAt: integer('created_at').notNull(),
    requestedModel: text('requested_model').notNull(),
    model: text('model').notNull(),
    provider: text('provider').notNull(),
    reason: text('reason').notNull(),
    taskType: text('task_type').notNull(),
    tier: text('tier').notNull(),
    language: text('language').notNull(),
    status: text('status').notNull(),
    failureCode: text('failure_code'),
    streamed: integer('streamed', { mode: 'boolean' }).notNull(),
    simulated: integer('simulated', { mode: 'boolean' }).notNull(),
    attemptCount: integer('attempt_count').notNull(),
    inputTokens: integer('input_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    costMicroUsd: integer('cost_micro_usd'),
    bestMicroUsd: integer('best_micro_usd'),
    latencyMs: integer('latency_ms').notNull(),
    detail: text('detail').notNull(),
  },
  (table) => [
    index('decisions_by_tenant').on(table.tenantId, table.id),
    index('decisions_by_request').on(table.tenantId, table.requestId),
  ],
)

export const attempts = sqliteTable(
  'attempts',
  {
    decisionId: text('decision_id').notNull(),
    number: integer('number').notNull(),
    tenantId: text('tenant_id').notNull(),
    model: text('model').notNull(),
    provider: text('provider').notNull(),
    startedAt: integer('started_at').notNull(),
    outcome: text('outcome').notNull(),
    failureCode: text('failure_code'),
    ttftMs: integer('ttft_ms'),
    latencyMs: integer('latency_ms').notNull(),
    inputTokens: integer('input_tokens').notNull(),
    cachedInputTokens: integer('cached_input_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    reasoningTokens: integer('reasoning_tokens').notNull(),
    usageEstimated: integer('usage_estimated', { mode: 'boolean' }).notNull(),
    costMicroUsd: integer('cost_micro_usd'),
  },
  (table) => [primaryKey({ columns: [table.decisionId, table.number] })],
)

export const rollups = sqliteTable(
  'rollups',
  {
    tenantId: text('tenant_id').notNull(),
    minute: integer('minute').notNull(),
    model: text('model').notNull(),
    provider: text('provider').notNull(),
    attempts: integer('attempts').notNull(),
    failures: integer('failures').notNull(),
    cancelled: integer('cancelled').notNull(),
    inputTokens: integer('input_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    costMicroUsd: integer('cost_micro_usd').notNull(),
    latencyMsSum: integer('latency_ms_sum').notNull(),
    ttftMsSum: integer('ttft_ms_sum').notNull(),
    ttftCount: integer('ttft_count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.minute, table.model, table.provider] })],
)

export const offerFacts = sqliteTable(
  'offer_facts',
  {
    host: text('host').notNull(),
    hostModelId: text('host_model_id').notNull(),
    inputPrice: integer('input_price').notNull(),
    outputPrice: integer('output_price').notNull(),
    cachedInputPrice: integer('cached_input_price'),
    cacheWritePrice: integer('cache_write_price'),
    contextWindow: integer('context_window'),
    maxOutputTokens: integer('max_output_tokens'),
    readAt: integer('read_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.host, table.hostModelId] })],
)

export const feedback = sqliteTable(
  'feedback',
  {
    tenantId: text('tenant_id').notNull(),
    decisionId: text('decision_id').notNull(),
    source: text('source').notNull(),
    idempotencyKey: text('idempotency_key'),
    model: text('model').notNull(),
    taskType: text('task_type').notNull(),
    predicted: real('predicted'),
    score: real('score').notNull(),
    verdict: text('verdict'),
    comment: text('comment'),
    createdAt: integer('created_at').notNull(),
    confidence: real('confidence'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.decisionId, table.source] }),
    uniqueIndex('feedback_by_idempotency_key').on(table.tenantId, table.idempotencyKey),
    index('feedback_by_time').on(table.tenantId, table.createdAt),
  ],
)

export const evalPrompts = sqliteTable(
  'eval_prompts',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    text: text('text').notNull(),
    tools: text('tools').notNull(),
    taskType: text('task_type'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)

export const evalOutcomes = sqliteTable(
  'eval_outcomes',
  {
    tenantId: text('tenant_id').notNull(),
    promptId: text('prompt_id').notNull(),
    model: text('model').notNull(),
    measurement: text('measurement').notNull(),
    score: real('score').notNull(),
    inputTokens: integer('input_tokens'),
    outputTokens: integer('output_tokens'),
    latencyMs: integer('latency_ms'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.promptId, table.model, table.measurement] })],
)

export const evalTrainings = sqliteTable(
  'eval_trainings',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    status: text('status', { enum: ['queued', 'running', 'succeeded', 'failed'] }).notNull(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    runs: integer('runs').notNull(),
    activated: integer('activated', { mode: 'boolean' }).notNull(),
    reason: text('reason'),
    report: text('report'),
    parameters: text('parameters'),
    replaced: text('replaced'),
  },
  (table) => [
    index('eval_trainings_by_tenant').on(table.tenantId, table.id),
    uniqueIndex('eval_trainings_open')
      .on(table.tenantId)
      .where(sql`status in ('queued', 'running')`),
  ],
)

export const activeParameters = sqliteTable('active_parameters', {
  tenantId: text('tenant_id').primaryKey(),
  trainingId: text('training_id').notNull(),
  activatedAt: integer('activated_at').notNull(),
})

export const offerMinutes = sqliteTable(
  'offer_minutes',
  {
    minute: integer('minute').notNull(),
    region: text('region').notNull(),
    host: text('host').notNull(),
    model: text('model').notNull(),
    requests: integer('requests').notNull(),
    failures: text('failures').notNull(),
    ttftMsP50: real('ttft_ms_p50'),
    ttftMsP95: real('ttft_ms_p95'),
    tokensPerSecondP50: real('tokens_per_second_p50'),
    costMicroUsd: real('cost_micro_usd').notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.region, table.host, table.model] })],
)

export const runs = sqliteTable(
  'runs',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    status: text('status').notNull(),
    goal: text('goal'),
    tasks: integer('tasks').notNull(),
    costMicroUsd: integer('cost_micro_usd').notNull(),
    isPartial: integer('is_partial', { mode: 'boolean' }).notNull(),
    failureCode: text('failure_code'),
    forkOf: text('fork_of'),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
    seq: integer('seq').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('runs_by_time').on(table.tenantId, table.createdAt, table.id),
    index('runs_by_end').on(table.endedAt),
  ],
)
