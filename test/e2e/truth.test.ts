import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { checkTold } from './truth-checks.ts'
import { type Mode, type Outcome, TRUTH_FAULTS } from './truth-faults.ts'
import {
  allLanes,
  callsOf,
  clearFaults,
  KINDS,
  type Lane,
  onLane,
  PATHS,
  scriptOnce,
  send,
  SPARE,
} from './truth-lanes.ts'
import { type Protocol, PROTOCOLS } from './truth-protocols.ts'
import { note, truthTable } from './truth-table.ts'

vi.setConfig({ maxConcurrency: 24 })

const PROMPTS = {
  long: 'Write a detailed story about lighthouses in 200 words.',
  brief: 'What is a lighthouse, briefly?',
  call: 'What is the current weather in the city of Taipei, in Taiwan, in the English language?',
}
const MODES: readonly Mode[] = ['stream', 'whole']

/** What the history should say of each decision. */
const expectedHistory = new Map<string, string>()
/** Whether what an answer used should be an estimate, by decision. */
const estimated = new Map<string, boolean>()

function remember(response: Response, outcome: Outcome): void {
  const id = response.headers.get('x-switchyard-decision-id') ?? 'no decision'
  expect(id).toMatch(/^dec_/)
  expectedHistory.set(id, outcome.kind === 'ended' ? 'succeeded' : 'failed')
  if (outcome.kind === 'ended') estimated.set(id, outcome.usageEstimated ?? false)
}

/** Every way a request can go, one fault after the other, so that no host's models are all in use. */
const ways = PROTOCOLS.flatMap((protocol) =>
  KINDS.filter(({ protocols }) => protocols.includes(protocol.name)).flatMap((kind) =>
    MODES.map((mode) => ({ protocol, kind, mode })),
  ),
)
const cells = TRUTH_FAULTS.flatMap((fault) =>
  ways
    .filter(({ mode }) => fault.modes?.includes(mode) ?? true)
    .map((way) => ({
      ...way,
      fault,
      name: `${fault.name}: ${way.protocol.name}, ${way.mode}, ${way.kind.name}`,
    })),
)

describe.concurrent('a host that fails', () => {
  it.each(cells)('$name', ({ fault, protocol, mode, kind }) =>
    note({ row: fault.name, protocol: protocol.name, mode }, () =>
      onLane(kind, async (lane) => {
        const wire = kind.wire(protocol)
        const since = Date.now()
        await scriptOnce(lane, fault.script(mode, wire))
        const tool = fault.answer === 'call' ? 'wanted' : kind.offersTools ? 'offered' : 'none'
        const response = await send(
          protocol,
          lane,
          protocol.body(PROMPTS[fault.answer ?? 'long'], mode, tool),
        )
        const outcome = fault.outcome(mode, wire)
        remember(response, outcome)
        await checkTold(protocol, mode, response, outcome)
        // Where nothing failed, only the host can tell that something was strange, and in which format it was asked.
        if (outcome.kind !== 'ended') return
        const asked = { path: expect.stringMatching(PATHS[wire]), fault: expect.any(String) }
        expect(await callsOf(lane, since)).toMatchObject([asked])
      }),
    ),
  )
})

/** The hosts that speak the callers' own formats, and models whose prompts the spare one can take. */
const OWN: Readonly<Record<Protocol['name'], string>> = {
  chat: 'OpenAI',
  responses: 'OpenAI',
  messages: 'Anthropic',
}
const fallbacks = TRUTH_FAULTS.flatMap(({ fallback, ...fault }) =>
  ways
    .filter(({ protocol, kind }) => fallback !== undefined && kind.name === OWN[protocol.name])
    .filter(({ mode }) => fault.modes?.includes(mode) ?? true)
    .map((way) => ({ ...way, fault, fallback, name: `${fault.name}: ${way.protocol.name}, ${way.mode}` })),
)

/** A success closes the breaker that the failures before it may have opened. */
async function heal(protocol: Protocol, lane: Lane): Promise<void> {
  const response = await send(protocol, lane, protocol.body('Say hello.', 'whole', 'none'))
  expect(response.status).toBe(200)
  await response.text()
}

describe.concurrent('where another model may answer', () => {
  it.each(fallbacks)('$name', ({ fault, fallback, protocol, mode, kind }) =>
    note({ row: 'another model answers', protocol: protocol.name, mode }, () =>
      onLane(kind, async (lane) => {
        await heal(protocol, lane)
        const wire = kind.wire(protocol)
        await scriptOnce(lane, fault.script(mode, wire))
        const elsewhere = { models: [SPARE.modelId], provider: { only: [lane.host, SPARE.host] } }
        const body = protocol.body(PROMPTS.long, mode, 'none')
        const response = await send(protocol, lane, body, { elsewhere })
        const { headers } = response
        const outcome: Outcome =
          fallback === null ? fault.outcome(mode, wire) : { kind: 'ended', finish: 'stop' }
        remember(response, outcome)
        await checkTold(protocol, mode, response, outcome)
        if (fallback === null) return
        expect(headers.get('x-switchyard-reason')).toBe(fallback)
        expect(headers.get('x-switchyard-provider')).toBe(SPARE.host)
        expect(headers.get('x-switchyard-model')).toBe(SPARE.modelId)
        expect(headers.get('x-switchyard-attempts')).toBe('2')
      }),
    ),
  )
})

const leavings = ways.flatMap((way) =>
  ['before', 'after']
    .filter((when) => when === 'before' || way.mode === 'stream')
    .map((when) => ({ ...way, when, name: `${when}: ${way.protocol.name}, ${way.mode}, ${way.kind.name}` })),
)

/** What the history may say of who left, by request id. */
const left = new Map<string, readonly string[]>()

describe.concurrent('a caller who leaves', () => {
  it.each(leavings)('$name the first token', ({ when, protocol, mode, kind }) =>
    note({ row: `caller leaves ${when} the first token`, protocol: protocol.name, mode }, () =>
      onLane(kind, async (lane) => {
        const since = Date.now()
        await scriptOnce(
          lane,
          when === 'before' ? { kind: 'slow', delayMs: 1_500 } : { kind: 'drip', delayMs: 1 },
        )
        const requestId = `left-${crypto.randomUUID()}`
        const leaving = new AbortController()
        const body = protocol.body(PROMPTS.long, mode, kind.offersTools ? 'offered' : 'none')
        const sent = send(protocol, lane, body, { signal: leaving.signal, requestId })
        const aborted = async () => (await callsOf(lane, since)).map((call) => call.aborted)
        if (when === 'before') {
          await expect.poll(aborted, { timeout: 5_000 }).toHaveLength(1)
          leaving.abort()
          await expect(sent).rejects.toThrow('aborted')
          // Before it has answered, the local runtime does not tell a Worker that its caller left.
          left.set(requestId, ['cancelled', 'succeeded'])
        } else {
          await (await sent).body?.getReader().read()
          leaving.abort()
          await expect.poll(aborted, { timeout: 10_000, interval: 250 }).toEqual([true])
          left.set(requestId, ['cancelled'])
        }
      }),
    ),
  )
})

const logPage = z.object({
  data: z.array(z.object({ id: z.string(), request_id: z.string(), status: z.string() })),
  next_before: z.string().nullable(),
})

type LogRow = z.infer<typeof logPage>['data'][number]

/** The whole history, newest first. */
async function history(): Promise<readonly LogRow[]> {
  const rows: LogRow[] = []
  const headers = { authorization: `Bearer ${DEV_KEY}` }
  let next = ''
  for (;;) {
    const response = await fetch(`${inject('switchyardUrl')}/v1/logs?limit=200${next}`, { headers })
    const { data, next_before } = logPage.parse(await response.json())
    rows.push(...data)
    if (next_before === null) return rows
    next = `&before=${next_before}`
  }
}

const POLL = { timeout: 30_000, interval: 1_000 }
const decision = z.object({
  attempts: z.array(z.object({ usage_estimated: z.boolean(), model: z.string() })),
})

describe('the history', () => {
  it('tells the same, of each request once', async () => {
    const wanted = [...expectedHistory.keys(), ...left.keys()].toSorted()
    const keyOf = ({ id, request_id }: LogRow) => (left.has(request_id) ? request_id : id)
    const isWanted = new Set(wanted)
    const ours = async () => (await history()).filter((row) => isWanted.has(keyOf(row)))
    await expect.poll(async () => (await ours()).length, POLL).toBe(wanted.length)
    const rows = await ours()
    expect(rows.map(keyOf).toSorted()).toEqual(wanted)
    const different = rows.filter(
      (row) => !(left.get(row.request_id) ?? [expectedHistory.get(row.id)]).includes(row.status),
    )
    expect(different).toEqual([])
  })

  it('says where usage is an estimate', async () => {
    const headers = { authorization: `Bearer ${DEV_KEY}` }
    const wrong: unknown[] = []
    for (const [id, expected] of estimated) {
      const response = await fetch(`${inject('switchyardUrl')}/v1/decisions/${id}`, { headers })
      const last = decision.parse(await response.json()).attempts.at(-1)
      if (last?.usage_estimated !== expected) wrong.push({ id, expected, last })
    }
    expect(wrong).toEqual([])
  })
})

afterAll(async () => {
  console.log(truthTable())
  // Other tests are to find every model well.
  await clearFaults()
  const [chat] = PROTOCOLS
  if (chat) await Promise.all(allLanes().map((lane) => heal(chat, lane)))
})
