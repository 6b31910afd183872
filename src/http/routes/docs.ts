import { Hono } from 'hono'
import type { AppEnv } from '../context.ts'
import { describeApi } from '../openapi.ts'
import { OPERATIONS } from '../operations/table.ts'

/** By origin: a Worker is served at few, and describing takes a while. */
const described = new Map<string, string>()
const MAX_ORIGINS = 8

/** What the API is, for programs. The page `/docs` shows it to people. */
export const docsRoutes = new Hono<AppEnv>().get('/openapi.json', (c) => {
  const { origin } = new URL(c.req.url)
  const known = described.get(origin)
  const text = known ?? JSON.stringify(describeApi(OPERATIONS, origin))
  if (!known && described.size < MAX_ORIGINS) described.set(origin, text)
  return c.body(text, 200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
})
