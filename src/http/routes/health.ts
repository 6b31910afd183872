import { Hono } from 'hono'
import { CLOUD_HOSTS, HOSTS } from '../../providers/hosts.ts'
import { standingOf } from '../../providers/live-hosts.ts'
import type { AppEnv } from '../context.ts'
import { hostsFor } from '../hosts.ts'

/** `/healthz`: the Worker runs. `/readyz`: it can answer, and with which hosts. Neither needs a key. */
export const healthRoutes = new Hono<AppEnv>()
  .get('/healthz', (c) => c.json({ status: 'ok' }))
  .get('/readyz', async (c) => {
    const database = await c.env.DB.prepare('select 1 from decisions limit 1')
      .all()
      .then(
        () => 'ok',
        () => 'not migrated',
      )
    const live = hostsFor(c.env)
    const ids = new Set([...[...HOSTS, ...CLOUD_HOSTS].map(({ id }) => id), ...live.keys()])
    const hosts = [...ids].map((id) => ({ id, state: standingOf(live.get(id)) }))
    const ready = database === 'ok' && live.size > 0
    return c.json({ status: ready ? 'ready' : 'not_ready', database, hosts }, ready ? 200 : 503)
  })
