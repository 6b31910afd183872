import { afterEach, describe, expect, it, vi } from 'vitest'
import { orderFor } from '../unit/runs/orders.ts'
import { allSent, MINI_AGENT, performed } from './attempts.ts'
import { crewAt, MINI } from './crew.ts'
import { fakeHosts, OPENAI, OPENROUTER, openaiAnswer, refusal, sleep } from './hosts.ts'
import { mintKey, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer' } },
  required: ['city', 'people'],
}
const tenant = async () => (await mintKey()).tenantId

describe('perform, of a model', () => {
  it.each([
    ['disabled', { disabledAt: 1 }],
    ['expired', { expiresAt: 1 }],
    ['its tenant’s', { tenantDisabledAt: 1 }],
  ])('asks nobody for a key that may not be used any more: %s', async (_what, fields) => {
    const calls = crewAt('?')
    const key = await mintKey(fields)
    const order = orderFor(key.tenantId, { agent: MINI_AGENT, goal: 'Why?' })
    const { outcome } = await performed({ ...order, caller: { ...order.caller, keyId: key.id } })
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'invalid_api_key' }, isFinal: true })
    expect(calls).toHaveLength(0)
  })

  it('asks as the agent is made, in the language of the goal, and tells what it took', async () => {
    const calls = crewAt('成都有两千一百万人。')
    const order = orderFor(await tenant(), {
      work: 'agent',
      agent: MINI_AGENT,
      goal: '比较成都和重庆',
      title: '查找成都的人口',
      input: { notes: '请看 <b>材料</b>', data: { year: 2025 } },
    })
    const { outcome } = await performed(order)
    expect(outcome).toEqual({
      kind: 'succeeded',
      output: '成都有两千一百万人。',
      cost: { microUsd: expect.any(Number), tokens: 1_200, model: MINI },
    })
    expect(outcome.kind === 'succeeded' && outcome.cost.microUsd).toBeGreaterThan(0)
    const sent = allSent(calls)
    for (const said of ['You write.', '你的任务：查找成都的人口', '请看 <b>材料</b>', '你负责一项更大工作']) {
      expect(sent).toContain(said)
    }
  })

  it('gives what fits its schema as JSON, whatever stands around it', async () => {
    const calls = crewAt('Here it is:\n```json\n{"city":"Oslo","people":700000}\n```')
    const order = orderFor(await tenant(), { agent: MINI_AGENT, input: 'Oslo?', outputSchema: SCHEMA })
    expect((await performed(order)).outcome).toMatchObject({
      kind: 'succeeded',
      output: { city: 'Oslo', people: 700_000 },
    })
    expect(calls[0]?.body).toMatchObject({ response_format: { type: 'json_schema' } })
  })

  it.each([
    ['fits its schema nowhere', '{"city":"Oslo","people":"many"}', 'people'],
    ['is no JSON', 'About 700,000.', 'does not fit its schema'],
  ])('hands on what %s, with what is wrong with it', async (_, text, message) => {
    crewAt(text)
    const order = orderFor(await tenant(), { agent: MINI_AGENT, input: 'Oslo?', outputSchema: SCHEMA })
    const { outcome } = await performed(order)
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'invalid_output', isFinal: false })
    expect(JSON.stringify(outcome)).toContain(message)
    const calls = crewAt('{"city":"Oslo","people":1}')
    const partial = outcome.kind === 'failed' ? outcome.partial : null
    await performed({ ...order, number: 2, carryOver: partial })
    expect(allSent(calls)).toContain(message)
  })

  it.each([
    [{ input: [{ type: 'image_url', image_url: { url: '' } }] }, 'invalid_request', true],
    [{ agent: { ...MINI_AGENT, model: 'nobody/nothing' } }, 'model_not_found', false],
    [{ maxMicroUsd: 1, input: 'Why? '.repeat(2_000) }, 'no_eligible_model', true],
  ] as const)('fails where %o with %s', async (said, code, isFinal) => {
    crewAt('Yes.')
    const { outcome } = await performed(orderFor(await tenant(), said))
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'error', failure: { code }, isFinal })
  })

  it('fails for now where all hosts are down', async () => {
    fakeHosts({ [OPENAI]: () => refusal(503, 'down'), [OPENROUTER]: () => refusal(503, 'down') })
    const { outcome } = await performed(orderFor(await tenant(), { agent: MINI_AGENT, input: 'Hi' }))
    expect(outcome).toMatchObject({ failure: { code: 'provider_failed' }, isFinal: false })
  })

  it('waits for its turn where a host says that it is asked too often', async () => {
    let asked = 0
    fakeHosts({
      [OPENAI]: () =>
        (asked += 1) > 2 ? openaiAnswer('Yes.') : refusal(429, 'slow', { 'retry-after': '1' }),
    })
    const { outcome } = await performed(orderFor(await tenant(), { agent: MINI_AGENT, input: 'Hi' }))
    expect(outcome).toMatchObject({ kind: 'succeeded', output: 'Yes.' })
  })

  it('waits for its turn where fewer at a time are let in', async () => {
    const { tenantId } = await tenantWith({ limits: [{ per: 'tenant', max_parallel_requests: 1 }] })
    crewAt(() => sleep(100).then(() => 'Yes.'))
    const order = orderFor(tenantId, { agent: MINI_AGENT, input: 'Hi' })
    const outcomes = await Promise.all([1, 2].map((token) => performed({ ...order, token })))
    expect(outcomes.map((one) => one.outcome.kind)).toEqual(['succeeded', 'succeeded'])
  })

  it('breaks off when it is taken back, and when its time is over', async () => {
    fakeHosts({ [OPENAI]: () => sleep(5_000).then(() => openaiAnswer('late')) })
    const order = orderFor(await tenant(), { agent: MINI_AGENT, input: 'Hi' })
    const taken = performed(order, { signal: AbortSignal.timeout(50) })
    expect((await taken).outcome).toMatchObject({ kind: 'failed', failure: { code: 'cancelled' } })
    const late = performed({ ...order, deadline: Date.now() + 50 }, { signal: AbortSignal.timeout(60) })
    expect((await late).outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  })

  it('sends an answer back that does not pass its checks, and then hands it on as it is', async () => {
    const calls = crewAt('I do not know.')
    const verify = { checks: [{ kind: 'regex', pattern: '42', mustMatch: true } as const], maxRetries: 1 }
    const order = orderFor(await tenant(), { agent: MINI_AGENT, input: 'What is 6 × 7?', verify })
    expect((await performed(order)).outcome).toMatchObject({
      reason: 'invalid_output',
      partial: 'I do not know.',
    })
    expect(calls).toHaveLength(2)
  })

  it('passes images on as they are', async () => {
    const calls = crewAt('A cat.')
    const image = { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } }
    const input = { question: 'What is it?', pictures: [{ type: 'text', text: 'A photo' }, image] }
    await performed(orderFor(await tenant(), { agent: MINI_AGENT, input }))
    expect(allSent(calls)).toContain('"url":"https://example.com/cat.png"')
  })

  it('has several models work on a panel', async () => {
    const calls = crewAt('42')
    const order = orderFor(await tenant(), { work: 'panel', input: 'What is 6 × 7? Answer with a number.' })
    expect((await performed(order)).outcome).toMatchObject({ kind: 'succeeded', output: '42' })
    expect(calls.length).toBeGreaterThan(1)
  })
})
