import { askOnce, CHAT } from './ask.ts'
import { askInTurn } from './load.ts'
import { hostsOf, MODELS, type Stand } from './stand.ts'

const WARM_UP = 150
const MEASURED = 250
const AT_ONCE = 16
/** At the rate that it can reach a machine is busy, and waiting is most of what is measured. */
const QUIET_PART = 0.4
const MOST_PER_SECOND = 60
/** Below this a breaker that looks once in a while whether its host is well again looks too often for its traffic. */
const LEAST_PER_SECOND = 30

/** How many requests a second are asked where latency counts, and whether that is more than this machine bears. */
export type Pace = { perSecond: number; isTooMuch: boolean }

/** How much the Worker answers on this machine, at this moment, without being busy. */
export async function findPace(stand: Stand): Promise<Pace> {
  const model = MODELS.healthy
  const wishes = { model, provider: { only: hostsOf(model).map(({ host }) => host) } }
  const ask = (number: number) =>
    askOnce(
      stand,
      { protocol: CHAT, streamed: number % 2 === 0, prompt: 'Say hello, briefly.', wishes },
      number,
    )
  await askInTurn(AT_ONCE, (number) => number < WARM_UP, ask)
  const startedAt = performance.now()
  await askInTurn(AT_ONCE, (number) => number < MEASURED, ask)
  const quiet = (QUIET_PART * MEASURED * 1_000) / (performance.now() - startedAt)
  const perSecond = Math.max(LEAST_PER_SECOND, Math.min(MOST_PER_SECOND, quiet))
  return { perSecond, isTooMuch: perSecond > 2 * quiet }
}
