import { setTimeout as sleep } from 'node:timers/promises'
import { askOnce, CHAT, type Question } from './ask.ts'
import { createFigures, type Figure, milliseconds, percent, quantile, rankError } from './figures.ts'
import { liveOffer } from './live.ts'
import { askSteadily, atMost } from './load.ts'
import { hostsOf, MODELS, type Stand } from './stand.ts'

const MODEL = MODELS.figures
const MOST_MS = 25_000
/** Extra waits before the first token, from many short ones to few long ones. */
const WAITS_MS = [15, 30, 45, 60, 80, 100, 130, 170, 220, 300, 420, 700] as const
/** Until what this isolate has seen has reached the others, and come back. */
const SETTLE_MS = 6_000

/** Times to first token that vary widely, as they are, and as `GET /v1/models` tells them. */
export async function runLiveFigures(
  stand: Stand,
  perSecond: number,
  count: number,
): Promise<readonly Figure[]> {
  const { rows, hold, tell } = createFigures('E live figures')
  const [offer] = hostsOf(MODEL)
  if (!offer) return rows
  const { host, model } = offer
  const each = 1 / (WAITS_MS.length + 1)
  await stand.script(
    WAITS_MS.map((delayMs, at) => ({ kind: 'slow', delayMs, host, model, rate: each / (1 - at * each) })),
  )
  const wishes = { model: MODEL, provider: { only: [host] } }
  const question: Question = {
    protocol: CHAT,
    streamed: true,
    prompt: 'Say hello, briefly.',
    wishes,
    explained: true,
  }
  const answers = await askSteadily(perSecond, atMost(count, MOST_MS), (number) =>
    askOnce(stand, question, number),
  )
  await stand.script([])
  await sleep(SETTLE_MS)
  const { live } = await liveOffer(stand, MODEL, host)
  const measured = answers.flatMap(({ measuredTtftMs }) => measuredTtftMs ?? [])
  const felt = answers.map(({ ttftMs }) => ttftMs)
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    const told = live?.ttft_ms?.[name]
    const error = told === undefined ? Number.NaN : rankError(measured, told, share)
    const numbers = `${told ?? 'nothing'} told, ${quantile(measured, share)} exact of ${measured.length}`
    hold(`${name} TTFT, rank error`, '≤ 2 %', `${percent(error)} (${numbers})`, error <= 0.02)
    tell(`${name} TTFT as its callers saw it`, milliseconds(quantile(felt, share)))
  }
  return rows
}
