import { createRandom } from '../fuzz/random.ts'
import { type Answered, askOnce, CHAT, MESSAGES, RESPONSES, type Question } from './ask.ts'
import { AFTER_CONTENT, BEFORE_CONTENT, mixedFaults } from './faults.ts'
import { createFigures, type Figure, mean, milliseconds, percent, quantile } from './figures.ts'
import { askInTurn, atMost, MOST_AT_ONCE } from './load.ts'
import { hostsOf, MODELS, PATIENCE_MS, type Stand } from './stand.ts'

const MODEL = MODELS.mixedFaults
const SHARE = 0.3
const PROMPTS = [
  'What is a lighthouse, briefly?',
  'Say hello to the harbour master.',
  'Name three rivers, briefly.',
  'What is 17 * 23?',
] as const
/** Load without faults, relative to the load with them. */
const HEALTHY_PART = 0.06
const MOST_MS = 120_000

const WISHES = {
  model: MODEL,
  provider: { only: hostsOf(MODEL).map(({ host }) => host) },
  timeouts: { connect_ms: PATIENCE_MS, ttft_ms: PATIENCE_MS, idle_ms: PATIENCE_MS },
  stream_failure: { mode: 'continue', max_fallbacks: 5 },
}

/**
 * Three hosts, each of which fails 30 % of its calls in mixed ways. An answer counts as well only if it is word for
 * word what its host says when it is well.
 */
export async function runMixedFaults(stand: Stand, count: number, seed: number): Promise<readonly Figure[]> {
  const figures = createFigures('A mixed faults')
  await stand.script([])
  const whole = await wholeTexts(stand)
  const startedAt = performance.now()
  const healthy = await load(stand, Math.ceil(count * HEALTHY_PART), seed, whole)
  const reached = (healthy.length * 1_000) / (performance.now() - startedAt)
  const since = Date.now()
  await stand.script(mixedFaults(MODEL, SHARE, [...BEFORE_CONTENT, ...AFTER_CONTENT]))
  const answers = await load(stand, count, seed + 1, whole)
  const calls = stand.hosts.calls().filter(({ at, opening }) => at >= since && opening !== '')
  await stand.script([])

  figures.tell('healthy: requests per second', reached.toFixed(0))
  figures.tell('healthy: succeed', `${percent(okShare(healthy))} of ${healthy.length}`)
  figures.tell('healthy: p95 latency', milliseconds(latency(healthy, 0.95)))
  const faulty = calls.filter(({ fault }) => fault !== null).length
  figures.tell('calls at hosts that fail', `${percent(faulty / calls.length)} of ${calls.length}`)
  figures.hold(
    'succeed',
    '≥ 99.9 %',
    `${percent(okShare(answers), 3)} of ${answers.length}`,
    okShare(answers) >= 0.999,
  )
  tellParts(answers, figures.tell)
  const lies = answers.filter(({ lie }) => lie !== null)
  const failed = answers.filter(({ ok }) => !ok)
  figures.hold(
    'told the truth',
    '100 %',
    `${percent(1 - lies.length / answers.length)}, ${failed.length} failures`,
    lies.length === 0,
  )
  for (const [lie, times] of counted(lies.map((answer) => answer.lie ?? '')))
    figures.tell(`  ${times} ×`, lie.slice(0, 100))
  figures.tell(
    'failures',
    counted(failed.map(({ code }) => code ?? 'none'))
      .map(([code, times]) => `${times} ${code}`)
      .join(', '),
  )
  figures.tell('attempts before the answer: mean, most', attemptsOf(answers))
  figures.tell('calls per request', (calls.length / answers.length).toFixed(3))
  figures.tell('continued by another model', String(answers.filter(({ continued }) => continued).length))
  figures.tell(
    'p50, p95, p99 latency',
    [0.5, 0.95, 0.99].map((share) => milliseconds(latency(answers, share))).join(', '),
  )
  return figures.rows
}

/** What each host says to each prompt when it is well, by both. */
async function wholeTexts(stand: Stand): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const { host } of hostsOf(MODEL)) {
    for (const prompt of PROMPTS) {
      const wishes = { model: MODEL, provider: { only: [host] } }
      const { ok, text, lie } = await askOnce(
        stand,
        { protocol: CHAT, streamed: false, prompt, wishes },
        texts.size,
      )
      if (!ok) throw new Error(`${host} does not answer though nothing is wrong: ${lie ?? 'it failed'}`)
      texts.set(`${host} ${prompt}`, text)
    }
  }
  return texts
}

function load(
  stand: Stand,
  count: number,
  seed: number,
  whole: ReadonlyMap<string, string>,
): Promise<Answered[]> {
  return askInTurn(MOST_AT_ONCE, atMost(count, MOST_MS), async (number) =>
    compared(await askOnce(stand, questionOf(seed, number), number), whole),
  )
}

function questionOf(seed: number, number: number): Question {
  const random = createRandom(seed, number)
  const protocol = random.pick([CHAT, CHAT, CHAT, CHAT, RESPONSES, MESSAGES])
  return { protocol, streamed: random.chance(0.5), prompt: random.pick(PROMPTS), wishes: WISHES }
}

/** An answer that claims to be well and is not whole is a lie; only one that was continued may differ. */
function compared(answered: Answered, whole: ReadonlyMap<string, string>): Answered {
  const { ok, text, host, continued, question } = answered
  if (!ok || answered.lie !== null) return answered
  const right = continued ? text.startsWith('[simulated') : text === whole.get(`${host} ${question.prompt}`)
  return right ? answered : { ...answered, ok: false, lie: `not what ${host} says: ${text}` }
}

function okShare(answers: readonly Answered[]): number {
  return answers.filter(({ ok }) => ok).length / answers.length
}

function latency(answers: readonly Answered[], share: number): number {
  return quantile(
    answers.map(({ totalMs }) => totalMs),
    share,
  )
}

function attemptsOf(answers: readonly Answered[]): string {
  const attempts = answers.map((answer) => answer.attempts)
  return `${mean(attempts).toFixed(3)}, ${Math.max(...attempts)}`
}

function tellParts(answers: readonly Answered[], tell: (figure: string, measured: string) => void): void {
  for (const { name } of [CHAT, RESPONSES, MESSAGES]) {
    for (const streamed of [false, true]) {
      const part = answers.filter(
        ({ question }) => question.protocol.name === name && question.streamed === streamed,
      )
      tell(`  ${name}, ${streamed ? 'streamed' : 'whole'}`, `${percent(okShare(part), 3)} of ${part.length}`)
    }
  }
}

/** How often each word comes, most often first. */
function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, 8)
}
