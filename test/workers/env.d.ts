import type { D1Migration } from 'cloudflare:test'
import type { Env } from '../../src/env.ts'

declare global {
  namespace Cloudflare {
    interface Env extends WorkerBindings {
      TEST_MIGRATIONS: D1Migration[]
    }
    interface GlobalProps {
      mainModule: typeof import('../../src/worker.ts')
    }
  }
}

type WorkerBindings = Pick<
  Env,
  | 'ASSETS'
  | 'DB'
  | 'CONFIG'
  | 'EVENTS'
  | 'RATE_LIMIT'
  | 'SESSIONS'
  | 'RESPONSES'
  | 'STATS'
  | 'LEDGER'
  | 'GRAPH'
  | 'RUNS'
  | 'ATTEMPTS'
  | 'BACKGROUND'
  | 'TRAININGS'
  | 'WEBHOOKS'
>
