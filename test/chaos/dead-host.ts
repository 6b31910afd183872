import { type Answered, askOnce, CHAT } from './ask.ts'
import { createFigures, type Figure, type Figures, milliseconds, percent, quantile } from './figures.ts'
import { watchBreaker } from './live.ts'
import { askSteadily } from './load.ts'
import { COOLDOWN_MS, hostsOf, MODELS, type Stand } from './stand.ts'

const SECOND = 1_000
const HEALTHY_MS = 12 * SECOND
/** How long a breaker may take to open, and how long it is then watched. */
const OPENING_MS = 8 * SECOND
const DEAD_MS = 15 * SECOND
/** What is looked at once full traffic is due again. */
const FULL_MS = 16 * SECOND

/** A time of the load. Unix ms. */
type Span = { from: number; to: number }

/**
 * One of a model's three hosts dies and comes back. Every second request asks another model, which has three hosts of
 * the same pace of which none ever fails: it is what is healthy at the very same time, on the same busy machine.
 */
export async function runDeadHost(stand: Stand, perSecond: number): Promise<readonly Figure[]> {
  const figures = createFigures('B dead host')
  await stand.script([])
  // By chance alone: otherwise shares would follow what little the hosts differ in speed.
  await stand.configure({ pools: { [MODELS.deadHost]: { strategy: 'simple-shuffle' } } })
  const since = Date.now()
  const healthy = await load(stand, perSecond, HEALTHY_MS)
  const shares = sharesOf(stand, { from: since, to: Date.now() })
  const [busiest] = [...shares].toSorted((a, b) => b[1] - a[1])
  const [host = ''] = busiest ?? []
  const share = 1 / shares.size
  figures.tell('healthy: requests per second', perSecond.toFixed(0))
  figures.tell(
    'healthy: shares of the hosts',
    [...shares].map(([name, part]) => `${name} ${percent(part, 0)}`).join(', '),
  )
  figures.tell('healthy: p95 latency, of that of the other model', ratioOf(healthy))
  for (const fault of ['refuse', 'hang'])
    await dieAndRecover(stand, { host, share, fault, perSecond }, figures)
  return figures.rows
}

/** How a host dies, and which share (0..1) of the calls it had. */
type Death = { host: string; share: number; fault: string; perSecond: number }

async function dieAndRecover(
  stand: Stand,
  { host, share, fault, perSecond }: Death,
  { hold, tell }: Figures,
): Promise<void> {
  const model = hostsOf(MODELS.deadHost).find((offer) => offer.host === host)?.model
  const diedAt = Date.now()
  await stand.script([{ kind: fault, host, model }])
  const watch = watchBreaker(stand, MODELS.deadHost, host)
  const answers = await load(stand, perSecond, OPENING_MS + DEAD_MS, () => {
    const opened = watch.openedAfter(diedAt)
    return opened !== null && Date.now() > opened + DEAD_MS
  })
  watch.stop()
  const openedAt = watch.openedAfter(diedAt)
  tell(`${fault}: requests that fail`, `${answers.filter(({ ok }) => !ok).length} of ${answers.length}`)
  tell(`${fault}: until the breaker opens`, openedAt === null ? 'never' : milliseconds(openedAt - diedAt))
  const from = openedAt ?? diedAt + OPENING_MS
  const after = answers.filter(({ askedAt }) => askedAt >= from)
  const touched =
    callsAt(stand, { from, to: Date.now() }, host).length / asksOf(after, MODELS.deadHost).length
  hold(
    `${fault}: requests that touch the open host`,
    '< 1 %',
    percent(touched),
    openedAt !== null && touched < 0.01,
  )
  const ratio = latencyRatio(after)
  hold(`${fault}: p95 latency, of the healthy model's`, '≤ 1.2 ×', ratioOf(after), ratio <= 1.2)
  await recover(stand, { host, share, fault, perSecond }, hold)
}

async function recover(
  stand: Stand,
  { host, share, fault, perSecond }: Death,
  hold: Figures['hold'],
): Promise<void> {
  await stand.script([])
  const wellAt = Date.now()
  const dueAt = wellAt + 2 * COOLDOWN_MS
  await load(stand, perSecond, dueAt + FULL_MS - wellAt)
  const regained = (sharesOf(stand, { from: dueAt, to: dueAt + FULL_MS }).get(host) ?? 0) / share
  hold(
    `${fault}: traffic after 2 cool-downs, of the healthy share`,
    '100 ± 20 %',
    percent(regained, 0),
    Math.abs(regained - 1) <= 0.2,
  )
}

/** Both models by turns, streamed and not. */
async function load(
  stand: Stand,
  perSecond: number,
  forMs: number,
  isOver: () => boolean = () => false,
): Promise<Answered[]> {
  const until = Date.now() + forMs
  return askSteadily(
    perSecond,
    () => Date.now() < until && !isOver(),
    (number) => {
      const model = number % 2 === 0 ? MODELS.deadHost : MODELS.healthy
      const wishes = { model, provider: { only: hostsOf(model).map(({ host }) => host) } }
      const prompt = `Say hello, briefly, for the ${number}th time.`
      return askOnce(stand, { protocol: CHAT, streamed: number % 4 < 2, prompt, wishes }, number)
    },
  )
}

function callsAt(stand: Stand, { from, to }: Span, host: string) {
  const model = hostsOf(MODELS.deadHost).find((offer) => offer.host === host)?.model
  return stand.hosts
    .calls()
    .filter((call) => call.host === host && call.model === model && call.at >= from && call.at < to)
}

/** How the calls for the model are shared. */
function sharesOf(stand: Stand, span: Span): ReadonlyMap<string, number> {
  const counts = hostsOf(MODELS.deadHost).map(
    ({ host }) => [host, callsAt(stand, span, host).length] as const,
  )
  const all = counts.reduce((total, [, count]) => total + count, 0)
  return new Map(counts.map(([host, count]) => [host, count / all]))
}

function asksOf(answers: readonly Answered[], modelId: string): Answered[] {
  return answers.filter(({ question }) => 'model' in question.wishes && question.wishes.model === modelId)
}

function p95(answers: readonly Answered[], modelId: string): number {
  return quantile(
    asksOf(answers, modelId).map(({ totalMs }) => totalMs),
    0.95,
  )
}

function latencyRatio(answers: readonly Answered[]): number {
  return p95(answers, MODELS.deadHost) / p95(answers, MODELS.healthy)
}

function ratioOf(answers: readonly Answered[]): string {
  const [ill, well] = [p95(answers, MODELS.deadHost), p95(answers, MODELS.healthy)]
  return `${(ill / well).toFixed(2)} × (${milliseconds(ill)} to ${milliseconds(well)})`
}
