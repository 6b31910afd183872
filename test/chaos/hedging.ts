import { type Answered, askOnce, CHAT } from './ask.ts'
import { mixedFaults } from './faults.ts'
import { createFigures, type Figure, milliseconds, percent, quantile, sum } from './figures.ts'
import { askSteadily, atMost } from './load.ts'
import { hostsOf, MODELS, PATIENCE_MS, type Stand } from './stand.ts'

const MODEL = MODELS.hedging
const MOST_MS = 45_000
const STALLS = 0.05
/** Half of the stalls never end by themselves, half do as soon as one would give up. */
const STALL_KINDS = [{ kind: 'hang' }, { kind: 'slow', delayMs: PATIENCE_MS - 100 }]
/** So that the Worker knows how long the hosts usually take. */
const USUAL = 200

/** 5 % of calls stall, and every second request is hedged. */
export async function runHedging(stand: Stand, perSecond: number, count: number): Promise<readonly Figure[]> {
  const { rows, hold, tell } = createFigures('C hedging')
  await stand.script([])
  await load(stand, perSecond, USUAL)
  await stand.script(mixedFaults(MODEL, STALLS, STALL_KINDS))
  const since = Date.now()
  const answers = await load(stand, perSecond, count)
  const calls = stand.hosts.calls().filter(({ at }) => at >= since)
  await stand.script([])
  const [hedged, alone] = [true, false].map((is) => answers.filter((one) => isHedged(one) === is))
  if (!hedged || !alone) return rows
  for (const share of [0.5, 0.95]) {
    const both = [ttft(hedged, share), ttft(alone, share)].map(milliseconds)
    tell(`p${share * 100} TTFT with and without hedging`, both.join(', '))
  }
  const [quick, slow] = [ttft(hedged, 0.99), ttft(alone, 0.99)]
  hold(
    'p99 TTFT, of that without hedging',
    '≤ 0.5 ×',
    `${(quick / slow).toFixed(2)} × (${milliseconds(quick)} to ${milliseconds(slow)})`,
    quick <= 0.5 * slow,
  )
  const dearer = costPerAnswer(hedged) / costPerAnswer(alone) - 1
  hold('extra cost', '≤ 5 %', percent(dearer), dearer <= 0.05)
  const callsOf = (word: string) => calls.filter(({ opening }) => opening.includes(word)).length
  const perRequest = [callsOf('hedged') / hedged.length, callsOf('alone') / alone.length]
  tell('calls per request with and without hedging', perRequest.map((mean) => mean.toFixed(3)).join(', '))
  tell('fail', `${answers.filter(({ ok }) => !ok).length} of ${answers.length}`)
  return rows
}

function load(stand: Stand, perSecond: number, count: number): Promise<Answered[]> {
  return askSteadily(perSecond, atMost(count, MOST_MS), (number) => {
    const hedge = number % 2 === 0
    const wishes = { model: MODEL, provider: { only: hostsOf(MODEL).map(({ host }) => host) }, hedge }
    const prompt = `Say hello, briefly, ${hedge ? 'hedged' : 'alone'}.`
    return askOnce(stand, { protocol: CHAT, streamed: true, prompt, wishes, explained: true }, number)
  })
}

function isHedged({ question }: Answered): boolean {
  return 'hedge' in question.wishes && question.wishes.hedge === true
}

function ttft(answers: readonly Answered[], share: number): number {
  return quantile(
    answers.map(({ ttftMs }) => ttftMs),
    share,
  )
}

function costPerAnswer(answers: readonly Answered[]): number {
  return sum(answers.map(({ costUsd }) => costUsd ?? 0)) / answers.length
}
