import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestHarness, type TestHarness } from 'wrangler'
import { DEV_KEY, DEV_TENANT, newKeySql } from '../../src/dev/seed.ts'

const ROOT = resolve(import.meta.dirname, '../..')
export const NAMES = ['switchyard', 'switchyard-second'] as const
export type Name = (typeof NAMES)[number]

type Fetch = ReturnType<TestHarness['getWorker']>['fetch']

/** Two isolates of the same code, with one database and one key-value store, and the first one's live figures. */
export type TwoWorkers = {
  fetch(name: Name, ...request: Parameters<Fetch>): ReturnType<Fetch>
  close(): Promise<void>
}

/** Another Worker of the same code, whose live figures are kept by the first one's objects. */
async function secondConfig(folder: string): Promise<string> {
  const [whole = ''] = (await readFile(join(ROOT, 'wrangler.toml'), 'utf8')).split('[env.production]')
  const sections = whole.split(/\n(?=\[)/).filter((section) => !section.startsWith('[[queues.consumers]]'))
  const text = sections
    .filter((section) => !section.includes('new_sqlite_classes = ["StatsObject"]'))
    .join('\n')
    .replace('name = "switchyard"', `name = "${NAMES[1]}"`)
    .replace('class_name = "StatsObject"', `class_name = "StatsObject"\nscript_name = "${NAMES[0]}"`)
    .replaceAll(/= "(src\/[^"]+|migrations)"/g, (_, path: string) => `= "${join(ROOT, path)}"`)
  const file = join(folder, 'second.toml')
  await writeFile(file, text)
  return file
}

/** Starts them, migrated, and with the key that `npm start` makes. */
export async function startTwoWorkers(vars: Readonly<Record<string, string>>): Promise<TwoWorkers> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-two-'))
  const configPaths = [join(ROOT, 'wrangler.toml'), await secondConfig(folder)]
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
