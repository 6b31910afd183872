import { Hono } from 'hono'
import type { AppEnv } from '../context.ts'
import { rewrapSecrets } from '../rewrap-secrets.ts'

/** What an operator does for the secrets of all tenants. */
export const secretRoutes = new Hono<AppEnv>().post('/secrets/rewrap', async (c) => {
  const { rewrapped, unreadable, more } = await rewrapSecrets(c.env)
  return c.json({ object: 'secrets.rewrapped', rewrapped, unreadable, has_more: more })
})
