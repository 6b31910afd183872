import { Hono } from 'hono'
import * as z from 'zod'
import { usdOf, usdOrNull } from '../../core/money.ts'
import { openDb } from '../../db/database.ts'
import { listDecisions } from '../../db/decisions.ts'
import { sumUsage } from '../../db/rollups.ts'
import { checked } from '../../protocols/invalid-field.ts'
import type { AppEnv } from '../context.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

export const logsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.string().max(64).optional(),
})

export const usageQuery = z.object({
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().positive().optional(),
})

/** The tenant's own history: single decisions, and sums per model. */
export const historyRoutes = new Hono<AppEnv>()
  .get('/logs', async (c) => {
    const { limit, before } = checked(logsQuery, c.req.query())
    const { tenantId } = c.var.caller
    const rows = await listDecisions(openDb(c.env.DB), {
      tenantId,
      limit,
      ...(before !== undefined && { before }),
    })
    const last = rows.length === limit ? rows.at(-1) : undefined
    const data = rows.map((row) => ({
      id: row.id,
      request_id: row.requestId,
      created: row.createdAt,
      requested_model: row.requestedModel,
      model: row.model,
      provider: row.provider,
      simulated: row.simulated,
      reason: row.reason,
      task_type: row.taskType,
      tier: row.tier,
      language: row.language,
      status: row.status,
      failure_code: row.failureCode,
      streamed: row.streamed,
      attempts: row.attemptCount,
      input_tokens: row.inputTokens,
      output_tokens: row.outputTokens,
      cost_usd: usdOrNull(row.costMicroUsd),
      always_best_usd: usdOrNull(row.bestMicroUsd),
      latency_ms: row.latencyMs,
    }))
    return c.json({ object: 'list', data, next_before: last?.id ?? null })
  })
  .get('/usage', async (c) => {
    const wanted = checked(usageQuery, c.req.query())
    const to = wanted.to ?? Date.now() + 60_000
    const from = wanted.from ?? to - DAY_MS
    const rows = await sumUsage(openDb(c.env.DB), { tenantId: c.var.caller.tenantId, from, to })
    const data = rows.map((row) => ({
      model: row.model,
      provider: row.provider,
      attempts: row.attempts,
      failures: row.failures,
      cancelled: row.cancelled,
      input_tokens: row.inputTokens,
      output_tokens: row.outputTokens,
      cost_usd: usdOf(row.costMicroUsd),
      mean_latency_ms: Math.round(row.latencyMsSum / Math.max(1, row.attempts)),
      mean_ttft_ms: row.ttftCount > 0 ? Math.round(row.ttftMsSum / row.ttftCount) : null,
    }))
    return c.json({ object: 'list', from, to, data })
  })
