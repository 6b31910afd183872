import { Hono } from 'hono'
import { configJsonSchema } from '../../protocols/tenant-config/json-schema.ts'
import type { AppEnv } from '../context.ts'

/** What documents of ours look like, for editors and checkers. No key is needed. */
export const schemaRoutes = new Hono<AppEnv>().get('/config.json', (c) => {
  const { origin, pathname } = new URL(c.req.url)
  return c.json(configJsonSchema(`${origin}${pathname}`), 200, {
    'content-type': 'application/schema+json',
    'cache-control': 'public, max-age=3600',
  })
})
