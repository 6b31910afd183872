import { setTimeout as sleep } from 'node:timers/promises'
import { launchWorker, untilReady, type WorkerOptions } from '../../src/dev/local-switchyard.ts'
import type { Random } from '../fuzz/random.ts'

/** One life of the Worker, from its start until it was killed. Unix ms; null for not, or not yet. */
export type Life = { startedAt: number; readyAt: number | null; killedAt: number | null }

/** When it is killed: while it starts, soon after, or after a while. */
const MOMENTS = ['starting', 'soon', 'soon', 'later', 'later', 'later'] as const
const STARTING_MS = 2_500
const SOON_MS = 1_000
/** Longer than it may take until runs go on. */
const LATER_MS = 7_000

/** Lives one after the other on the same folder. */
export function startLives(options: WorkerOptions, random: Random) {
  const url = `http://localhost:${options.port}`
  const lives: Life[] = []
  let current: { life: Life; running: ReturnType<typeof launchWorker> } | null = null
  function start() {
    const life: Life = { startedAt: Date.now(), readyAt: null, killedAt: null }
    current = { life, running: launchWorker(options) }
    lives.push(life)
    return current
  }
  async function untilUp({ life, running } = start()): Promise<void> {
    await untilReady(url, running)
    life.readyAt = Date.now()
  }
  async function kill(): Promise<void> {
    if (!current) return
    current.life.killedAt = Date.now()
    await current.running.kill()
    current = null
  }
  return {
    url,
    lives: (): readonly Life[] => lives,
    isUp: () => current !== null && current.life.readyAt !== null && current.life.killedAt === null,
    /** Starts it, and waits until it is up. */
    up: () => untilUp(),
    kill,
    /** Kills it at a moment by chance, and starts it again; at times it is killed again before it is up. */
    async killOnce(): Promise<void> {
      const moment = random.pick(MOMENTS)
      if (moment !== 'starting') {
        await sleep(random.int(moment === 'soon' ? SOON_MS : LATER_MS))
        await kill()
        return untilUp()
      }
      await kill()
      const starting = start()
      await sleep(random.int(STARTING_MS))
      starting.life.killedAt = Date.now()
      await starting.running.kill()
      return untilUp()
    },
    log: () => current?.running.output() ?? '',
  }
}

/** The time at which the Worker had been up for `ms` since `from`; Infinity where it has not. */
export function upFor(lives: readonly Life[], from: number, ms: number): number {
  let left = ms
  for (const { readyAt, killedAt } of lives) {
    if (readyAt === null) continue
    const begin = Math.max(readyAt, from)
    const up = Math.max(0, (killedAt ?? Infinity) - begin)
    if (up >= left) return begin + left
    left -= up
  }
  return Infinity
}
