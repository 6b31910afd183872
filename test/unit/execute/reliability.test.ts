import { describe, expect, it } from 'vitest'
import { type LiveOffers, UNKNOWN_OFFER } from '../../../src/core/live.ts'
import { execute } from '../../../src/execute/execute.ts'
import { chat, decision } from '../route/builders.ts'
import {
  answering,
  counted,
  finish,
  good,
  keyOf,
  PLAN,
  read,
  refusing,
  run,
  said,
  silent,
  streaming,
  whole,
  world,
} from './hosts.ts'

const textOf = (events: readonly object[]) =>
  events.map((event) => ('text' in event && typeof event.text === 'string' ? event.text : '')).join('')

describe('retries', () => {
  it('ask again once everybody has failed', async () => {
    const net = world(
      { one: [refusing(500), good('Again')], two: refusing(503), three: refusing(500), four: refusing(500) },
      {},
      { retries: 1 },
    )
    const execution = answering(await run(net))
    expect(textOf(await read(execution.events))).toBe('Again')
    expect(execution.attempts.map(({ host }) => host)).toEqual(['one', 'two', 'three', 'four', 'one'])
    expect(execution.reason).toBe('cost_optimal')
  })

  it('end with the number of attempts', async () => {
    const net = world({}, {}, { retries: 9, maxAttempts: 6 })
    expect(await run(net)).toMatchObject({ kind: 'failed', failure: { code: 'provider_failed' } })
    expect(net.asked).toHaveLength(6)
  })

  it('end with the deadline, and the last failure is told', async () => {
    const net = world({ one: refusing(429, { 'retry-after': '3' }) }, {}, { retries: 9, maxTotalMs: 2_000 })
    const execution = await execute(
      { ...decision(PLAN.slice(0, 1)), createdAt: 1_000, reliability: net.reliability },
      { request: chat(), stream: true },
      net.io,
    )
    expect(execution).toMatchObject({
      kind: 'failed',
      failure: { code: 'rate_limited', retryAfterMs: 3_000 },
    })
    expect(net.asked).toHaveLength(1)
  })
})

describe('the deadline', () => {
  it('ends a call that is still silent, truthfully', async () => {
    const net = world({ one: silent, two: silent }, {}, { maxTotalMs: 40 })
    const { reliability, io } = net
    const now = { ...decision(PLAN), createdAt: Date.now(), reliability }
    const execution = await execute(now, { request: chat(), stream: true }, { ...io, now: Date.now })
    expect(execution).toMatchObject({ kind: 'failed', failure: { code: 'timeout' } })
    expect(net.asked).toHaveLength(1)
  })
})

describe('the cost budget', () => {
  it('bounds what is written, and asks nobody for whom too little is left', async () => {
    // 1,282 tokens of input at 1, output at 10 micro-USD each: 500 tokens for the first, nothing for the second.
    const net = world({ one: streaming([finish(), counted(1_000, 400), 'done']), two: good() })
    const budgeted = {
      ...decision(PLAN),
      createdAt: 1_000,
      reliability: net.reliability,
      maxCostMicroUsd: 6_282,
    }
    const execution = await execute(budgeted, { request: chat(), stream: true }, net.io)
    expect(net.asked).toMatchObject([{ host: 'one', body: { max_tokens: 500 } }])
    expect(execution).toMatchObject({ kind: 'failed', attempts: [{ costMicroUsd: 5_000 }] })
  })
})

describe('hedging', () => {
  const live: LiveOffers = new Map([[keyOf(0), { ...UNKNOWN_OFFER, ttftMs: { p50: 100, p95: 300 } }]])
  const hedged = { hedge: { afterMs: null } }

  it('keeps who begins first, stops the other and pays for both', async () => {
    const net = world({ one: silent, two: good('Quick') }, {}, hedged)
    net.io.live = () => live
    const execution = answering(await run(net))
    expect(textOf(await read(execution.events))).toBe('Quick')
    expect(execution).toMatchObject({
      reason: 'fallback_timeout',
      writers: [{ host: 'two' }],
      attempts: [
        { host: 'one', outcome: 'cancelled', failure: null, costMicroUsd: 700, usageEstimated: true },
        { host: 'two', outcome: 'succeeded', costMicroUsd: 300 },
      ],
    })
  })

  it('says of who was outrun only how long it was silent', async () => {
    const net = world({ one: silent, two: good() }, {}, hedged)
    net.io.live = () => live
    await read(answering(await run(net)).events)
    const [outrun, winner] = net.samples
    expect(outrun).toMatchObject({ outcome: null, tokensPerSecond: null })
    expect(outrun?.ttftMs).toBeGreaterThanOrEqual(300)
    expect(winner).toMatchObject({ outcome: { ok: true } })
  })

  it('goes on with the first where the second fails', async () => {
    const { promise: late, resolve: answer } = Promise.withResolvers<void>()
    const net = world(
      {
        one: async (signal) => {
          await late
          return good('Late')(signal)
        },
        two: () => {
          setTimeout(answer, 5)
          return refusing(500)(new AbortController().signal)
        },
      },
      {},
      { ...hedged, maxAttempts: 2 },
    )
    net.io.live = () => live
    const execution = answering(await run(net))
    expect(textOf(await read(execution.events))).toBe('Late')
    expect(execution.reason).toBe('cost_optimal')
  })
})

describe('a stream that breaks off', () => {
  const cut = streaming([said('The quick brown fox jumps'), 'cut'])
  const continues = { streamFailure: { mode: 'continue', maxFallbacks: 1 } } as const
  const rest = streaming([said('brown fox jumps over'), said(' the dog.'), finish(), counted(200, 9), 'done'])

  it('is gone on with by another model, without what that repeats', async () => {
    const net = world({ one: cut, two: rest }, {}, continues)
    const execution = answering(await run(net))
    const events = await read(execution.events)
    expect(textOf(events)).toBe('The quick brown fox jumps over the dog.')
    expect(events.map(({ type }) => type)).toEqual([
      'text-delta',
      'seam',
      'text-delta',
      'text-delta',
      'answer-end',
    ])
    expect(events[1]).toEqual({ type: 'seam', modelId: 'v/two', host: 'two' })
    expect(execution.writers.map(({ host }) => host)).toEqual(['one', 'two'])
    expect(execution.attempts).toMatchObject([{ outcome: 'failed' }, { outcome: 'succeeded' }])
    expect(net.asked[1]?.body).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', content: 'The quick brown fox jumps' },
        { role: 'user' },
      ],
    })
  })

  it('ends truthfully when nobody can go on, or too often', async () => {
    const alone = answering(await run(world({ one: cut }, {}, continues)))
    expect((await read(alone.events)).at(-1)).toMatchObject({ type: 'answer-error', code: 'provider_failed' })
    const twice = world({ one: cut, two: streaming([said('jumps over'), 'cut']), three: rest }, {}, continues)
    const execution = answering(await run(twice))
    expect((await read(execution.events)).at(-1)).toMatchObject({ type: 'answer-error' })
    expect(twice.asked.map(({ host }) => host)).toEqual(['one', 'two'])
  })

  it('is not gone on with unasked, within a tool call, or in structured output', async () => {
    const call = { index: 0, id: 'call_1', function: { name: 'look', arguments: '{"a"' } }
    const tool = streaming([{ choices: [{ delta: { tool_calls: [call] } }] }, 'cut'])
    const unasked = world({ one: cut, two: rest })
    const calling = world({ one: tool, two: rest }, {}, continues)
    const shaped = world({ one: cut, two: rest }, {}, continues)
    await read(answering(await run(unasked)).events)
    await read(answering(await run(calling)).events)
    await read(answering(await run(shaped, { output: { type: 'json_object' } })).events)
    for (const net of [unasked, calling, shaped]) expect(net.asked).toHaveLength(1)
  })

  it('is not gone on with by who begins anew', async () => {
    const anew = streaming([said('The quick brown fox runs away.'), finish(), 'done'])
    const execution = answering(await run(world({ one: cut, two: anew }, {}, continues)))
    expect((await read(execution.events)).at(-1)).toMatchObject({ type: 'answer-error' })
    expect(execution.writers.map(({ host }) => host)).toEqual(['one'])
  })

  it('leaves nothing running when the caller goes away while another writes', async () => {
    const closed: string[] = []
    const going = streaming([said('jumps over the'), 'hang'], (how) => closed.push(how))
    const execution = answering(await run(world({ one: cut, two: going }, {}, continues)))
    for await (const event of execution.events) if (event.type === 'seam') break
    expect(closed).toEqual(['cancelled'])
    expect(execution.attempts.at(-1)).toMatchObject({ outcome: 'cancelled' })
  })
})

describe('a whole answer', () => {
  const asked = { stream: false, output: { type: 'json_object' } } as const

  it('that breaks a rule is asked for elsewhere', async () => {
    const net = world({ one: whole('Sure! {'), two: whole('{"a":1}') })
    const execution = answering(await run(net, asked))
    expect(textOf(await read(execution.events))).toBe('{"a":1}')
    expect(execution.attempts).toMatchObject([{ complaint: 'invalid_json' }, { complaint: null }])
    expect(net.reports).toEqual([
      [keyOf(0), { ok: true }],
      [keyOf(1), { ok: true }],
    ])
  })

  it('that breaks a rule is better than none, the first one', async () => {
    const net = world({ one: whole('Sure!'), two: refusing(500), three: whole('Of course!') })
    const execution = answering(await run(net, asked))
    expect(textOf(await read(execution.events))).toBe('Sure!')
    expect(execution.writers).toMatchObject([{ host: 'one', complaint: 'invalid_json' }])
  })
})
