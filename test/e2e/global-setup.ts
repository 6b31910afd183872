import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startLocalSwitchyard } from '../../src/dev/local-switchyard.ts'
import { matrixHosts } from './matrix-hosts.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the Worker listens. */
    switchyardUrl: string
    /** Where the simulated hosts listen, and take their faults. */
    hostsUrl: string
  }
}

/**
 * Hosts that fall silent are given up soon; those that answer are quicker, also byte by byte and dozens at once. Only who
 * asks for it is left alone.
 */
const IMPATIENT = {
  HOST_CONNECT_MS: '4000',
  HOST_TTFT_MS: '10000',
  HOST_IDLE_MS: '10000',
  BREAKER: '{"failure_threshold":1000000,"minimum_requests":1000000,"cooldown_interval":1}',
}

/** One Worker with its simulated hosts, answering at once, for all end-to-end tests. */
export default async function startOnce(project: TestProject): Promise<() => Promise<void>> {
  const persistTo = await mkdtemp(join(tmpdir(), 'switchyard-e2e-'))
  const switchyard = await startLocalSwitchyard({
    port: 0,
    persistTo,
    timeScale: 0,
    vars: (hostsUrl) => ({ LOCAL_HOSTS: matrixHosts(hostsUrl), ...IMPATIENT }),
    showLog: false,
  })
  project.provide('switchyardUrl', switchyard.url)
  project.provide('hostsUrl', switchyard.hosts.url)
  return async () => {
    await switchyard.stop()
    await rm(persistTo, { recursive: true, force: true })
  }
}
