import { describe, expect, it } from 'vitest'
import { NO_USAGE } from '../../../src/core/chat.ts'
import {
  answering,
  counted,
  ESTIMATE,
  finish,
  good,
  type HostAnswer,
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

const TOLD = { prompt_tokens: 100, completion_tokens: 20 }

describe('a good answer', () => {
  it('comes from the first of the plan, for the reason of the decision', async () => {
    const net = world({ one: good('Hello') })
    const execution = answering(await run(net))
    expect(execution).toMatchObject({ answering: PLAN[0], reason: 'cost_optimal' })
    expect(await read(execution.events)).toEqual([
      { type: 'text-delta', text: 'Hello' },
      {
        type: 'answer-end',
        reason: 'stop',
        usage: { ...NO_USAGE, inputTokens: 100, outputTokens: 20 },
      },
    ])
    expect(execution.attempts).toMatchObject([
      {
        modelId: 'v/one',
        host: 'one',
        simulated: true,
        outcome: 'succeeded',
        failure: null,
        costMicroUsd: 300,
      },
    ])
    expect(net.reports).toEqual([[keyOf(0), { ok: true }]])
    expect(net.asked).toMatchObject([{ host: 'one', body: { model: 'one-name', stream: true } }])
  })

  it('is the same when it is not streamed', async () => {
    const net = world({ one: whole('Hello', TOLD) })
    const execution = answering(await run(net, { stream: false }))
    expect((await read(execution.events)).map(({ type }) => type)).toEqual(['text-delta', 'answer-end'])
    expect(execution.attempts).toMatchObject([
      { outcome: 'succeeded', costMicroUsd: 300, usageEstimated: false },
    ])
  })

  it('has times in order', async () => {
    const execution = answering(await run(world({ one: refusing(500), two: good() })))
    await read(execution.events)
    const times = execution.attempts.flatMap((attempt) => [
      attempt.startedAt,
      attempt.firstTokenAt,
      attempt.endedAt,
    ])
    const known = times.filter((time) => time !== null)
    expect(known).toHaveLength(5)
    expect(known.toSorted((a, b) => a - b)).toEqual(known)
    expect(execution.attempts[0]?.firstTokenAt).toBeNull()
  })

  it('is estimated, and says so, when the host counts nothing', async () => {
    const execution = answering(
      await run(world({ one: streaming([said('Hel'), said('lo'), finish(), 'done']) })),
    )
    await read(execution.events)
    expect(execution.attempts).toMatchObject([
      {
        outcome: 'succeeded',
        usage: { ...ESTIMATE, outputTokens: 5 },
        usageEstimated: true,
        costMicroUsd: 750,
      },
    ])
  })

  it('may have no text when the host says that it ran out of tokens or filtered it', async () => {
    for (const reason of ['length', 'content_filter']) {
      const execution = answering(
        await run(world({ one: streaming([finish(reason), counted(100, 0), 'done']) })),
      )
      expect(await read(execution.events)).toMatchObject([{ type: 'answer-end', reason }])
      expect(execution.attempts).toMatchObject([{ outcome: 'succeeded', costMicroUsd: 100 }])
    }
  })

  it('may be tool calls alone', async () => {
    const call = { index: 0, id: 'call_1', function: { name: 'look', arguments: '{"a":1}' } }
    const steps = [{ choices: [{ delta: { tool_calls: [call] } }] }, finish('tool_calls'), 'done'] as const
    const execution = answering(await run(world({ one: streaming(steps) })))
    expect(await read(execution.events)).toMatchObject([
      { type: 'tool-call-start', name: 'look' },
      { type: 'tool-call-delta', argumentsJson: '{"a":1}' },
      { type: 'answer-end', reason: 'tool_calls' },
    ])
    expect(execution.attempts[0]?.usage?.outputTokens).toBe('look{"a":1}'.length)
  })
})

describe('a fallback', () => {
  const empty = streaming([finish(), counted(100, 0), 'done'])

  it.each<[string, HostAnswer, string, object]>([
    [
      'a server error',
      refusing(500),
      'fallback_error',
      { code: 'provider_failed', status: 500, hostCode: 'code' },
    ],
    ['a refused key', refusing(401), 'fallback_error', { code: 'provider_auth' }],
    ['a rate limit', refusing(429), 'fallback_rate_limit', { code: 'rate_limited' }],
    [
      'a broken connection',
      () => Promise.reject(new TypeError('refused')),
      'fallback_error',
      { code: 'provider_failed' },
    ],
    ['a page of HTML', () => new Response('<html>'), 'fallback_error', { code: 'provider_failed' }],
    ['a malformed chunk', streaming([{ choices: 'none' }]), 'fallback_error', { code: 'provider_failed' }],
    [
      'an error in the stream',
      streaming([{ error: { message: 'no' } }]),
      'fallback_error',
      { code: 'provider_failed' },
    ],
    ['an empty answer', empty, 'fallback_error', { code: 'provider_failed' }],
    ['a stream that ends at once', streaming([]), 'fallback_error', { code: 'provider_failed' }],
    [
      'a stream cut before any text',
      streaming([said(''), 'cut']),
      'fallback_error',
      { code: 'provider_failed' },
    ],
  ])('follows %s, unseen by the caller', async (_name, broken, reason, failure) => {
    const net = world({ one: broken, two: good('Second') })
    const execution = answering(await run(net))
    expect(execution).toMatchObject({ reason, answering: PLAN[1] })
    expect(await read(execution.events)).toMatchObject([
      { type: 'text-delta', text: 'Second' },
      { type: 'answer-end' },
    ])
    expect(execution.attempts).toMatchObject([
      { host: 'one', outcome: 'failed', failure, endedAt: expect.any(Number) },
      { host: 'two', outcome: 'succeeded', failure: null, costMicroUsd: 300 },
    ])
    expect(net.reports).toMatchObject([
      [keyOf(0), { ok: false, ...failure }],
      [keyOf(1), { ok: true }],
    ])
  })

  it('follows a host that stays silent', async () => {
    const net = world({ one: silent, two: good() }, { ttftMs: 20 })
    const execution = answering(await run(net))
    await read(execution.events)
    expect(execution.reason).toBe('fallback_timeout')
    expect(execution.attempts).toMatchObject([{ failure: { code: 'timeout' }, costMicroUsd: 0 }, {}])
  })

  it('follows an empty whole answer', async () => {
    const net = world({ one: whole(null, { prompt_tokens: 100, completion_tokens: 0 }), two: whole('Hello') })
    const execution = answering(await run(net, { stream: false }))
    expect(execution.answering).toBe(PLAN[1])
  })

  it('costs nothing for a refusal, and what the host counted for an empty answer', async () => {
    const execution = answering(await run(world({ one: refusing(500), two: empty, three: good() })))
    await read(execution.events)
    expect(execution.attempts).toMatchObject([
      { usage: null, usageEstimated: false, costMicroUsd: 0 },
      { usage: { inputTokens: 100 }, usageEstimated: false, costMicroUsd: 100, outcome: 'failed' },
      { costMicroUsd: 300 },
    ])
  })

  it('reports when the host wants to be asked again', async () => {
    const net = world({ one: refusing(429, { 'retry-after': '7' }), two: good() })
    await read(answering(await run(net)).events)
    expect(net.reports[0]).toMatchObject([keyOf(0), { code: 'rate_limited', retryAfterMs: 7_000 }])
  })

  it('tells the reason of the last failure', async () => {
    const net = world({ one: refusing(500), two: refusing(429), three: good() })
    expect(answering(await run(net)).reason).toBe('fallback_rate_limit')
  })
})

describe('no answer', () => {
  it('ends with the last failure, and every attempt on record', async () => {
    const net = world({ one: refusing(500), two: refusing(429), three: streaming([]), four: refusing(503) })
    const execution = await run(net)
    expect(execution).toMatchObject({ kind: 'failed', failure: { code: 'provider_failed', status: 503 } })
    expect(execution.attempts.map(({ host, outcome }) => `${host} ${outcome}`)).toEqual(
      ['one', 'two', 'three', 'four'].map((host) => `${host} failed`),
    )
    expect(execution.attempts.map(({ costMicroUsd }) => costMicroUsd)).toEqual([0, 0, 0, 0])
    expect(execution.attempts.every(({ endedAt }) => endedAt !== null)).toBe(true)
    expect(net.reports).toHaveLength(4)
  })

  it('asks nobody else after a refused request', async () => {
    const net = world({ one: refusing(400), two: good() })
    expect(await run(net)).toMatchObject({
      kind: 'failed',
      failure: { code: 'provider_rejected', status: 400 },
    })
    expect(net.asked).toHaveLength(1)
  })
})

describe('a failure after the answer began', () => {
  it.each<[string, HostAnswer, string]>([
    ['a cut', streaming([said('Hel'), 'cut']), 'provider_failed'],
    ['an end without its terminator', streaming([said('Hel')]), 'provider_failed'],
    ['an error in the stream', streaming([said('Hel'), { error: { message: 'no' } }]), 'provider_failed'],
    ['a stall', streaming([said('Hel'), 'hang']), 'timeout'],
  ])('by %s ends it truthfully, and nobody else is asked', async (_name, broken, code) => {
    const net = world({ one: broken, two: good() }, { idleMs: 30 })
    const execution = answering(await run(net))
    expect(await read(execution.events)).toMatchObject([
      { type: 'text-delta' },
      { type: 'answer-error', code },
    ])
    expect(net.asked).toHaveLength(1)
    expect(execution.attempts).toMatchObject([
      {
        outcome: 'failed',
        failure: { code },
        usage: { ...ESTIMATE, outputTokens: 3 },
        usageEstimated: true,
        costMicroUsd: 730,
        endedAt: expect.any(Number),
      },
    ])
    expect(net.reports).toMatchObject([[keyOf(0), { ok: false, code }]])
  })
})
