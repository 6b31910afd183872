/**
 * `npm run bench:decision`: how long one decision takes, classification and choice, without network. Prints p50 and
 * p99 in microseconds per prompt size, for 40 models, also where all of their offers have live figures and all accounts
 * have limits, and for the whole catalog.
 */
import { classify } from '../../src/classify/classify.ts'
import type { Inbound } from '../../src/protocols/inbound.ts'
import { decodeChatRequest } from '../../src/protocols/openai-chat/decode-request.ts'
import { type LiveOffers, UNKNOWN_OFFER } from '../../src/core/live.ts'
import { EVEN_SHARE } from '../../src/core/routing.ts'
import { HOSTS } from '../../src/providers/hosts.ts'
import { NO_BELIEFS } from '../../src/route/beliefs.ts'
import { CATALOG } from '../../src/route/catalog/index.ts'
import { BALANCED, type HostState } from '../../src/route/decision.ts'
import { type PreparedCatalog, prepareCatalog } from '../../src/route/prepared-catalog.ts'
import { shapeOf } from '../../src/route/request-shape.ts'
import { route } from '../../src/route/route.ts'

const ROUNDS = 300
const WARM_UP = 100
const SIZES = [1, 10, 100, 1_000]

const ENGLISH = 'Explain how the scheduler decides which task runs next, and why it may starve others. '
const CHINESE = '請說明排程器如何決定下一個執行的任務,並解釋為何其他任務可能會餓死。'
const CODE = 'export function add(a: number, b: number): number {\n  return a + b // sums\n}\n'

const hosts = new Map<string, HostState>(
  HOSTS.map(({ id, takesReasoningEffort, keepsInputs }) => [
    id,
    {
      baseHost: id,
      region: null,
      resells: id === 'openrouter',
      share: EVEN_SHARE,
      takesReasoningEffort,
      keepsInputs,
      seals: null,
      ownFormat: false,
      takesContent: true,
      takesAllParameters: true,
    },
  ]),
)

const limitedHosts = new Map(
  Array.from(hosts, ([id, state]) => [id, { ...state, share: { ...EVEN_SHARE, requestsPerMinute: 1e6 } }]),
)

/** What everybody's calls tell of every offer. */
function busy({ candidates }: PreparedCatalog): LiveOffers {
  return new Map(
    candidates.map(({ key }, index) => [
      key,
      {
        ...UNKNOWN_OFFER,
        requests: 500,
        failures: index % 7,
        ttftMs: { p50: 400 + index, p95: 2_000 },
        tokensPerSecond: 80,
        peakTtftMs: 500 + index,
        inFlight: index % 5,
        requestsPerMinute: 100,
      },
    ]),
  )
}

/** A prompt of `kib` kibibytes of UTF-8. */
function prompt(sentence: string, kib: number): Inbound {
  const bytes = new TextEncoder().encode(sentence).byteLength
  const content = sentence.repeat(Math.ceil((kib * 1024) / bytes))
  return decodeChatRequest({ model: 'auto', messages: [{ role: 'user', content }] })
}

let decisions = 0

function decide({ chat, routing }: Inbound, catalog: PreparedCatalog, live: LiveOffers = new Map()): void {
  decisions += 1
  route({
    id: `dec_${decisions}`,
    now: 0,
    request: shapeOf(chat),
    demand: classify(chat),
    preferences: routing,
    policy: BALANCED,
    catalog,
    hosts: live.size > 0 ? limitedHosts : hosts,
    live,
    session: null,
    beliefs: NO_BELIEFS,
  })
}

/** p50 and p99 of `ROUNDS` calls, in microseconds. */
function measure(work: () => void): { p50: number; p99: number } {
  for (let i = 0; i < WARM_UP; i++) work()
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    work()
    return (performance.now() - start) * 1_000
  }).toSorted((a, b) => a - b)
  return { p50: times[Math.floor(ROUNDS * 0.5)] ?? 0, p99: times[Math.floor(ROUNDS * 0.99)] ?? 0 }
}

const forty = prepareCatalog(CATALOG.slice(0, 40))
const whole = prepareCatalog(CATALOG)
const live = busy(forty)
const rows = Object.entries({ ENGLISH, CHINESE, CODE }).flatMap(([text, sentence]) =>
  SIZES.map((kib) => {
    const inbound = prompt(sentence, kib)
    const alone = measure(() => void classify(inbound.chat))
    const small = measure(() => decide(inbound, forty))
    const known = measure(() => decide(inbound, forty, live))
    const large = measure(() => decide(inbound, whole))
    return {
      text,
      KiB: kib,
      'classify p50 µs': Math.round(alone.p50),
      '40 models p50 µs': Math.round(small.p50),
      '40 models p99 µs': Math.round(small.p99),
      'with live figures p50 µs': Math.round(known.p50),
      [`${CATALOG.length} models p50 µs`]: Math.round(large.p50),
    }
  }),
)
console.log(`${forty.candidates.length} offers of 40 models, ${whole.candidates.length} of ${CATALOG.length}`)
console.table(rows)
