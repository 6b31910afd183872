/**
 * `npm run chaos`: the real Worker under load while its hosts fail, held against what it promises. `--scenario A,C` runs
 * some, `--requests` bounds how much is asked, `--seed` varies what. Latencies are only compared within one run.
 */
import { parseArgs } from 'node:util'
import { askedSoFar } from './ask.ts'
import { runBudgets } from './budgets.ts'
import { runDeadHost } from './dead-host.ts'
import { type Figure, tableOf } from './figures.ts'
import { runHedging } from './hedging.ts'
import { runLiveFigures } from './live-figures.ts'
import { runMixedFaults } from './mixed-faults.ts'
import { findPace } from './pace.ts'
import { type Stand, startStand } from './stand.ts'

type Load = { requests: number; seed: number; perSecond: number }

/** What each asks, of all requests; B asks as long as breakers take. */
const SCENARIOS: Readonly<Record<string, (stand: Stand, load: Load) => Promise<readonly Figure[]>>> = {
  A: (stand, { requests, seed }) => runMixedFaults(stand, Math.round(requests * 0.65), seed),
  B: (stand, { perSecond }) => runDeadHost(stand, perSecond),
  C: (stand, { requests, perSecond }) => runHedging(stand, perSecond, Math.round(requests * 0.06)),
  D: (stand, { requests, perSecond }) => runBudgets(stand, perSecond, Math.round(requests * 0.05)),
  E: (stand, { requests, perSecond }) => runLiveFigures(stand, perSecond, Math.round(requests * 0.03)),
}

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: Object.keys(SCENARIOS).join() },
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
})

async function run(stand: Stand): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  const { perSecond, isTooMuch } = await findPace(stand)
  console.error(`${perSecond.toFixed(0)} requests per second where latency counts`)
  if (isTooMuch) console.error('This machine is busy: latencies are mostly waiting')
  const load = { requests: Number(values.requests), seed: Number(values.seed), perSecond }
  for (const name of values.scenario.split(',')) {
    const scenario = SCENARIOS[name]
    if (!scenario) throw new Error(`There is no scenario ${name}`)
    const startedAt = performance.now()
    const asked = askedSoFar()
    figures.push(...(await scenario(stand, load)))
    console.error(`${name}: ${askedSoFar() - asked} requests in ${seconds(startedAt)}`)
  }
  return figures
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(0)} s`
}

const startedAt = performance.now()
const stand = await startStand()
const stop = () => void stand.stop().finally(() => process.exit(1))
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
try {
  const figures = await run(stand)
  const missed = figures.filter(({ held }) => held === false)
  console.log(tableOf(figures))
  const alarms = stand.alarms()
  if (alarms.length > 0) console.log(`\nThe Worker's log:\n${alarms.join('\n')}`)
  console.log(
    `\nseed ${values.seed}: ${askedSoFar()} requests in ${seconds(startedAt)}, ${missed.length} targets missed`,
  )
  process.exitCode = missed.length + alarms.length > 0 ? 1 : 0
} finally {
  await stand.stop()
}
process.exit()
