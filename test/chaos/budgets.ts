import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { type Answered, askOnce, CHAT } from './ask.ts'
import { COSTLY, mixedFaults } from './faults.ts'
import { createFigures, type Figure, milliseconds, percent, quantile } from './figures.ts'
import { askSteadily, atMost } from './load.ts'
import { hostsOf, MODELS, type Stand } from './stand.ts'

const MODEL = MODELS.budgets
const MOST_MS = 40_000
const SHARE = 0.6
const ATTEMPTS = [1, 2, 3] as const
const TOTAL_MS = [200, 500, 900] as const
/** Of what one answer is expected to cost. */
const COSTS = [1.05, 1.6] as const
/** What a busy machine may add to a deadline: what nearly all healthy answers stay below, and at least so much. */
const LEAST_TOLERANCE_MS = 100
const HEALTHY = 150

/** Until the latest answers are in the history. */
const RECORDING_MS = 4_000

type Budget = { name: 'attempts' | 'time' | 'dollars'; limit: number }

/** Heavy faults, of which many cost something, against limits on attempts, time and dollars. */
export async function runBudgets(stand: Stand, perSecond: number, count: number): Promise<readonly Figure[]> {
  const { rows, hold, tell } = createFigures('D budgets')
  await stand.script([])
  const expectedUsd = await expectedCost(stand)
  const healthy = await load(stand, perSecond, HEALTHY, expectedUsd)
  const usual = healthy.map(({ answered }) => answered.totalMs)
  const toleranceMs = Math.max(LEAST_TOLERANCE_MS, quantile(usual, 0.99))
  await stand.script(mixedFaults(MODEL, SHARE, COSTLY))
  const since = Date.now()
  const asked = await load(stand, perSecond, count, expectedUsd)
  const calls = callsPerRequest(stand, since)
  await stand.script([])
  const costs = await recordedCosts(
    stand,
    asked.flatMap(({ budget, answered }) => (budget.name === 'dollars' ? answered.decisionId : [])),
  )
  const answers = asked.map(({ answered }) => answered)
  tell('succeed', `${percent(answers.filter(({ ok }) => ok).length / answers.length)} of ${answers.length}`)
  tell('tell the truth', percent(answers.filter(({ lie }) => lie === null).length / answers.length))
  const used = {
    attempts: ({ question, attempts }: Answered) =>
      Math.max(attempts, calls.get(tagOf(question.prompt)) ?? 0),
    time: ({ totalMs }: Answered) => totalMs,
    dollars: ({ decisionId }: Answered) => costs.get(decisionId) ?? 0,
  }
  const tolerance = { attempts: 0, time: toleranceMs, dollars: 1e-9 }
  const shown = { attempts: String, time: milliseconds, dollars: (usd: number) => `$${usd.toPrecision(3)}` }
  for (const name of ['attempts', 'time', 'dollars'] as const) {
    const own = asked.filter(({ budget }) => budget.name === name)
    const over = own.map(({ budget, answered }) => used[name](answered) - budget.limit)
    const fullest = Math.max(...own.map(({ budget, answered }) => used[name](answered) / budget.limit))
    const exceeded = over.filter((by) => by > tolerance[name]).length
    const most = Math.max(...over)
    const worst = most > 0 ? `worst by ${shown[name](most)}` : `at most ${percent(fullest, 0)} used`
    const target = name === 'time' ? `0 by more than ${milliseconds(toleranceMs)}` : '0'
    hold(`budgets of ${name} exceeded`, target, `${exceeded} of ${own.length}, ${worst}`, exceeded === 0)
  }
  tell('answers whose cost is in the history', String(costs.size))
  const retried = asked.filter(({ answered }) => (calls.get(tagOf(answered.question.prompt)) ?? 0) > 1).length
  tell('requests with more than one call', percent(retried / asked.length))
  return rows
}

async function load(
  stand: Stand,
  perSecond: number,
  count: number,
  expectedUsd: number,
): Promise<{ budget: Budget; answered: Answered }[]> {
  return askSteadily(perSecond, atMost(count, MOST_MS), async (number) => {
    const budget = budgetOf(number, expectedUsd)
    const prompt = promptOf(number)
    const wishes = { ...REQUEST, ...wishesOf(budget) }
    const streamed = number % 2 === 0
    return { budget, answered: await askOnce(stand, { protocol: CHAT, streamed, prompt, wishes }, number) }
  })
}

const REQUEST = {
  model: MODEL,
  provider: { only: hostsOf(MODEL).map(({ host }) => host) },
  num_retries: 5,
  max_attempts: 20,
  stream_failure: { mode: 'continue', max_fallbacks: 5 },
}

function budgetOf(number: number, expectedUsd: number): Budget {
  const at = Math.floor(number / 3)
  switch (number % 3) {
    case 0:
      return { name: 'attempts', limit: ATTEMPTS[at % ATTEMPTS.length] ?? 1 }
    case 1:
      return { name: 'time', limit: TOTAL_MS[at % TOTAL_MS.length] ?? 1 }
    default:
      return { name: 'dollars', limit: expectedUsd * (COSTS[at % COSTS.length] ?? 1) }
  }
}

function wishesOf({ name, limit }: Budget): object {
  switch (name) {
    case 'attempts':
      return { max_attempts: limit }
    case 'time':
      return { max_total_ms: limit }
    case 'dollars':
      return { plugins: [{ id: 'auto-router', max_cost_usd: limit }] }
  }
}

/** Every prompt is as long as any other, and tells its calls from all others'. */
function promptOf(number: number): string {
  return `${String(number).padStart(6, '0')}: say hello, briefly.`
}

function tagOf(prompt: string): string {
  return prompt.slice(0, 6)
}

function callsPerRequest(stand: Stand, since: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { at, opening } of stand.hosts.calls()) {
    if (at >= since) counts.set(tagOf(opening), (counts.get(tagOf(opening)) ?? 0) + 1)
  }
  return counts
}

const recorded = z.object({ cost_usd: z.number().nullable() })

/** What the history says that each cost with all its attempts, also where the answer broke off. */
async function recordedCosts(stand: Stand, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  await sleep(RECORDING_MS)
  const costs = new Map<string, number>()
  const headers = { authorization: `Bearer ${stand.keys[0] ?? ''}` }
  for (const id of ids) {
    const response = await fetch(`${stand.url}/v1/decisions/${id}`, { headers })
    const cost = recorded.safeParse(await response.json()).data?.cost_usd ?? null
    if (cost !== null) costs.set(id, cost)
  }
  return costs
}

const decision = z.object({
  candidates: z.array(z.object({ predicted: z.object({ cost_usd: z.number() }).optional() })),
})

/** What the Worker expects an answer to cost at the dearest of the hosts. */
async function expectedCost(stand: Stand): Promise<number> {
  const response = await fetch(`${stand.url}/v1/route`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stand.keys[0] ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...REQUEST, max_tokens: 24, messages: [{ role: 'user', content: promptOf(0) }] }),
  })
  const { candidates } = decision.parse(await response.json())
  return Math.max(...candidates.flatMap(({ predicted }) => predicted?.cost_usd ?? []))
}
