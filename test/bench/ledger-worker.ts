/** What `npm run bench:ledger` measures: requests that do nothing but begin and end within limits. */
import { metersOf } from '../../src/tenants/ledger/meter.ts'
import type { LedgerObject } from '../../src/tenants/ledger/ledger-object.ts'
import { type LedgerScope, reserve } from '../../src/http/reserve.ts'

export { LedgerObject } from '../../src/tenants/ledger/ledger-object.ts'

type Env = { LEDGER: DurableObjectNamespace<LedgerObject> }

/** Micro-USD: what requests may cost at most, and what they are expected to. */
const WORST = 4_000
const ENOUGH = 400
const LEAST = 40

export default {
  /**
   * `mode`: none, lease or strict; `tenant`; `budget` in micro-USD; `share` (0..1): how much of what it was granted the
   * request costs. Answers with its cost in micro-USD, or with 402 or 429.
   */
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const query = new URL(request.url).searchParams
    const mode = query.get('mode')
    if (mode === 'none') return new Response('0')
    const tenantId = query.get('tenant') ?? ''
    if (mode === 'spent') return Response.json(await env.LEDGER.getByName(tenantId).list())
    const now = Date.now()
    const meters = metersOf('tenant', limitsOf(Number(query.get('budget')), mode === 'strict'), now)
    const began = await reserve(scopeOf(tenantId, env, ctx), {
      id: crypto.randomUUID(),
      meters,
      worstMicroUsd: WORST,
      enoughMicroUsd: ENOUGH,
      leastMicroUsd: LEAST,
      marginMicroUsd: 0,
      tokens: 1_000,
      expiresAt: now + 60_000,
    })
    if (began.kind === 'refused') {
      return new Response('0', { status: began.why === 'budget' ? 402 : 429 })
    }
    const work = Number(query.get('work'))
    if (work > 0) await new Promise((wake) => setTimeout(wake, work))
    const cost = Math.floor(Number(query.get('share')) * (began.microUsd ?? 0))
    began.settle(
      new Map(meters.map(({ id }) => [id, { microUsd: cost, requests: 1, tokens: 1_000 }] as const)),
    )
    return new Response(String(cost))
  },
}

function limitsOf(maxMicroUsd: number, strict: boolean) {
  const budget = { maxMicroUsd, softMicroUsd: null, duration: '1mo' }
  return { budget, requestsPerMinute: null, tokensPerMinute: null, parallel: null, strict }
}

function scopeOf(tenantId: string, env: Env, ctx: ExecutionContext): LedgerScope {
  return {
    env,
    caller: { tenantId },
    requestId: '',
    background: (work) => ctx.waitUntil(work),
    heard: () => undefined,
  }
}
