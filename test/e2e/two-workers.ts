import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestHarness, type TestHarness } from 'wrangler'
import { DEV_KEY, DEV_TENANT, newKeySql } from '../../src/dev/seed.ts'
import { FIRST, ROOT, secondWorker } from './second-worker.ts'

export const NAMES = [FIRST, 'switchyard-second'] as const
export type Name = (typeof NAMES)[number]

type Fetch = ReturnType<TestHarness['getWorker']>['fetch']

/** Two isolates of the same code, with one database and one key-value store, and the first one's live figures. */
export type TwoWorkers = {
  fetch(name: Name, ...request: Parameters<Fetch>): ReturnType<Fetch>
  close(): Promise<void>
}

/** Starts them, migrated, and with the key that `npm start` makes. */
export async function startTwoWorkers(vars: Readonly<Record<string, string>>): Promise<TwoWorkers> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-two-'))
  const configPaths = [join(ROOT, 'wrangler.toml'), await secondWorker(folder, NAMES[1], 'StatsObject')]
  const harness = createTestHarness({ workers: configPaths.map((configPath) => ({ configPath, vars })) })
  await harness.listen()
  const seed = newKeySql({ tenantId: DEV_TENANT, keyId: 'key_dev', secret: DEV_KEY, now: Date.now() })
  const first = harness.getWorker<{ DB: D1Database }>(NAMES[0])
  await first.applyD1Migrations('DB')
  for (const statement of seed.split(';').filter((part) => part.trim() !== '')) {
    await (await first.getEnv()).DB.prepare(statement).run()
  }
  return {
    fetch: (name, ...request) => harness.getWorker(name).fetch(...request),
    async close() {
      await harness.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
