import { DEV_TENANT, newKeySql } from '../../src/dev/seed.ts'
import { runWrangler } from '../../src/dev/wrangler.ts'

/** Enough that none meets its rate limit of 6,000 a minute at the speed of a local Worker. */
const KEYS = 64

/** Makes API keys in the database of a Worker that is not started yet. */
export async function makeKeys(persistTo: string): Promise<readonly string[]> {
  const local = ['--local', '--persist-to', persistTo]
  const keys = Array.from({ length: KEYS }, (_, at) => ({
    tenantId: DEV_TENANT,
    keyId: `key_fuzz_${at}`,
    secret: `sk-fuzz-${at}-of-this-run`,
    now: Date.now(),
  }))
  await runWrangler(['d1', 'migrations', 'apply', 'DB', ...local])
  await runWrangler(['d1', 'execute', 'DB', ...local, '--command', keys.map(newKeySql).join('; ')])
  return keys.map(({ secret }) => secret)
}
