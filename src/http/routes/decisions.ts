import { Hono } from 'hono'
import { openDb } from '../../db/database.ts'
import type { AppEnv } from '../context.ts'
import { requireDecision } from '../find-decision.ts'

export const decisionRoutes = new Hono<AppEnv>().get('/decisions/:id', async (c) => {
  const { tenantId } = c.var.caller
  const row = await requireDecision(openDb(c.env.DB), { tenantId, decisionId: c.req.param('id') })
  // What a decision is made again from is nobody else's to read.
  const { asked: _asked, ...told }: Record<string, unknown> = JSON.parse(row.detail)
  return c.json(told)
})
