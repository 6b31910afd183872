import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AttemptOrder } from '../../src/runs/attempt.ts'
import { digestOf } from '../../src/http/runs/tool-loop.ts'
import { orderFor } from '../unit/runs/orders.ts'
import { allSent, MINI_AGENT, performed } from './attempts.ts'
import { crewAt } from './crew.ts'
import { type HostCall, sleep } from './hosts.ts'
import { tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const HOST = 'api.example.com'
const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const declared = (name: string, path: string, more: object = {}) => ({
  name,
  description: name,
  kind: 'http',
  url: `https://${HOST}/${path}`,
  parameters: CITY,
  timeout_ms: 200,
  ...more,
})
const TOOLS = {
  define: [declared('weather', 'weather'), declared('book', 'book', { method: 'POST', side_effect: 'once' })],
}
const NEEDS = { skills: [], modalities: [], tools: ['weather', 'book'], minContext: 0 }
const PHONE = { name: 'phone', description: 'Calls somebody', parameters: CITY }

const call = (name: string, args: object) => ({ name, args })
const weather = (city: string) => call('weather', { city })

const untilEnough = ({ body }: HostCall) =>
  JSON.stringify(body).includes('"none"') ? 'Enough.' : [weather('x')]

/** A model that says one thing after the other, and the tools' host. Tells what both were sent. */
function world(
  turns: readonly Parameters<typeof crewAt>[0][],
  answer: (call: HostCall) => Response | Promise<Response> = ({ url }) => Response.json({ at: url }),
): { asked: () => HostCall[]; used: () => HostCall[] } {
  const left = [...turns]
  const next = async (asked: HostCall) => {
    const turn = left.shift() ?? 'Done.'
    return typeof turn === 'function' ? turn(asked) : turn
  }
  const calls = crewAt(next, undefined, undefined, { [HOST]: answer })
  return {
    asked: () => calls.filter(({ host }) => host !== HOST),
    used: () => calls.filter(({ host }) => host === HOST),
  }
}

async function order(said: Partial<AttemptOrder> = {}): Promise<AttemptOrder> {
  const { tenantId } = await tenantWith({ tools: TOOLS })
  return orderFor(tenantId, { work: 'agent', agent: MINI_AGENT, input: '天气?', needs: NEEDS, ...said })
}

describe('a model with tools', () => {
  it('is given what they answer, until it has nothing more to ask', async () => {
    const { asked, used } = world([[weather('Oslo'), weather('北京')], [weather('Rome')], '都是晴天。'])
    const { outcome, told } = await performed(await order())
    expect(outcome).toMatchObject({ kind: 'succeeded', output: '都是晴天。', cost: { tokens: 3_600 } })
    expect(used().map(({ url }) => new URL(url).searchParams.get('city'))).toEqual(['Oslo', '北京', 'Rome'])
    const bodies = asked().map(({ body }) => JSON.stringify(body))
    expect(bodies).toHaveLength(3)
    expect(bodies[0]).toContain('"weather"')
    expect(bodies[2]).toContain(encodeURIComponent('北京'))
    expect(told.at(-1)).toMatchObject({ turns: [{ calls: [{ status: 'succeeded' }, {}] }, {}] })
  })

  it('is told what is wrong with a call, and what failed', async () => {
    const { asked, used } = world(
      [[call('weather', { town: 1 })], [call('telepathy', {})], [weather('x')], 'Sorry.'],
      () => new Response('closed', { status: 503 }),
    )
    const { outcome } = await performed(await order())
    expect(outcome).toMatchObject({ kind: 'succeeded', output: 'Sorry.' })
    expect(used()).toHaveLength(1)
    const sent = allSent(asked())
    for (const said of ['must have', "no tool 'telepathy'", 'Answered 503: closed'])
      expect(sent).toContain(said)
  })

  it('calls several at once, but five at most', async () => {
    let running = 0
    let most = 0
    const many = Array.from({ length: 12 }, (_, at) => weather(`c${at}`))
    world([many, 'Done.'], async () => {
      running += 1
      most = Math.max(most, running)
      await sleep(20)
      running -= 1
      return Response.json({})
    })
    await performed(await order())
    expect(most).toBe(5)
  })

  it('stops calling after so many rounds', async () => {
    const { asked } = world(Array.from({ length: 20 }, () => untilEnough))
    const { outcome } = await performed(await order())
    expect(outcome).toMatchObject({ kind: 'succeeded', output: 'Enough.' })
    expect(asked()).toHaveLength(12)
  })

  it('stops calling after so many calls', async () => {
    const many = Array.from({ length: 40 }, (_, at) => weather(`c${at}`))
    const { asked, used } = world([many, many, 'Enough.'])
    expect((await performed(await order())).outcome).toMatchObject({ output: 'Enough.' })
    expect(used()).toHaveLength(64)
    expect(asked()[2]?.body).toMatchObject({ tool_choice: 'none' })
    expect(allSent(asked())).toContain('no more are made')
  })

  it('reads no more of a result than it can use, and is told so', async () => {
    const { asked } = world([[weather('x')], 'Done.'], () => new Response('长'.repeat(100_000)))
    const { told } = await performed(await order())
    expect(allSent(asked())).toContain('84000 of 100000 characters left out')
    expect(JSON.stringify(told.at(-1)).length).toBeLessThan(65_536)
  })

  it('does not go on where its money is used up', async () => {
    const { used } = world([[weather('x')], [weather('y')]])
    const { outcome } = await performed(await order({ maxTokens: 1_000 }))
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'budget_exceeded' },
      cost: { tokens: 1_200 },
    })
    expect(used()).toHaveLength(1)
  })

  it('is nobody’s to ask where a tool that is needed is not there', async () => {
    const { asked } = world([])
    const needs = { ...NEEDS, tools: ['weather', 'telepathy'] }
    expect((await performed(await order({ needs }))).outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'unknown_tool', message: expect.stringContaining("'telepathy'") },
    })
    expect(asked()).toEqual([])
  })
})

describe('an attempt after another', () => {
  it('goes on where that one was, without another call of what was done', async () => {
    const first = world([[weather('Oslo')], { status: 500 }, { status: 500 }, { status: 500 }])
    const given = await order({ needs: { ...NEEDS, tools: ['weather'] } })
    const failed = (await performed(given)).outcome
    expect(failed).toMatchObject({ kind: 'failed', partial: { turns: [{ calls: [{ name: 'weather' }] }] } })
    expect(first.used()).toHaveLength(1)
    vi.restoreAllMocks()
    const { asked, used } = world(['Sunny.'])
    const carryOver = failed.kind === 'failed' ? failed.partial : null
    const { outcome } = await performed({ ...given, carryOver })
    expect(outcome).toMatchObject({ kind: 'succeeded', output: 'Sunny.' })
    expect(used()).toEqual([])
    expect(allSent(asked())).toContain(`https://${HOST}/weather?city=Oslo`)
  })

  it('makes calls again that were begun, under the same name, but not those that must happen once', async () => {
    const begun = world([[weather('Oslo'), call('book', { city: 'Oslo' })]], () =>
      sleep(150).then(() => Response.json({})),
    )
    const given = await order()
    const { told } = await performed(given)
    expect(begun.used()).toHaveLength(2)
    const [name] = begun.used().map(({ headers }) => headers.get('idempotency-key'))
    const carryOver = told.find((each) => JSON.stringify(each).includes('"begun"'))
    vi.restoreAllMocks()
    const { asked, used } = world(['I do not know.'])
    const { outcome } = await performed({ ...given, carryOver })
    expect(outcome).toMatchObject({ output: 'I do not know.' })
    expect(used().map(({ url, headers }) => [new URL(url).pathname, headers.get('idempotency-key')])).toEqual(
      [['/weather', name]],
    )
    expect(allSent(asked())).toContain('not known whether this call was carried out')
  })

  it('books nothing twice, even where the model wants to', async () => {
    const book = call('book', { city: 'Oslo' })
    const first = world([[book], { status: 500 }, { status: 500 }, { status: 500 }], () =>
      Response.json({ id: 7 }),
    )
    const given = await order()
    const failed = (await performed(given)).outcome
    expect(first.used().map(({ headers }) => headers.get('idempotency-key'))).toEqual([
      expect.stringMatching(/^run_\w+:a:[0-9a-f]{32}:0$/),
    ])
    vi.restoreAllMocks()
    const { asked, used } = world([[book], 'Booked.'])
    const carryOver = failed.kind === 'failed' ? failed.partial : null
    expect((await performed({ ...given, carryOver })).outcome).toMatchObject({ output: 'Booked.' })
    expect(used()).toEqual([])
    expect(JSON.stringify(asked()[1]?.body).match(/"content":"{\\"id\\":7}"/g)).toHaveLength(2)
  })

  it.each([
    ['begun', 'not known whether this call was carried out'],
    ['succeeded', 'This call was made before'],
  ])('books nothing twice that had %s where more was said than is kept', async (status, told) => {
    const { asked, used } = world([[call('book', { city: 'Oslo' })], 'Booked.'])
    const digest = await digestOf('book', { city: 'Oslo' })
    const carryOver = { earlier: [{ name: 'book', digest, status }], turns: [], fault: null }
    expect((await performed(await order({ carryOver }))).outcome).toMatchObject({ output: 'Booked.' })
    expect(used()).toEqual([])
    expect(allSent(asked())).toContain(told)
  })

  it('knows what was wrong with the answer', async () => {
    const outputSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    world([[weather('Oslo')], '{"town": "Oslo"}'])
    const given = await order({ outputSchema })
    const failed = (await performed(given)).outcome
    expect(failed).toMatchObject({ kind: 'failed', reason: 'invalid_output' })
    vi.restoreAllMocks()
    const { asked, used } = world(['{"city": "Oslo"}'])
    const carryOver = failed.kind === 'failed' ? failed.partial : null
    expect((await performed({ ...given, carryOver })).outcome).toMatchObject({ output: { city: 'Oslo' } })
    expect(used()).toEqual([])
    expect(allSent(asked())).toContain('An answer was given, but could not be used')
  })
})

describe('a tool of the caller’s', () => {
  it('is asked for, and what the caller tells goes on as its result', async () => {
    world([[weather('Oslo'), call('phone', { city: 'Oslo' })]])
    const given = await order({ tools: [PHONE] })
    const { outcome } = await performed(given)
    if (outcome.kind !== 'input_required') throw new Error(outcome.kind)
    expect(outcome.asks).toEqual({
      tool_calls: [{ id: expect.any(String), name: 'phone', arguments: { city: 'Oslo' } }],
    })
    const [id] = JSON.stringify(outcome.asks).match(/(?<="id":")[^"]+/) ?? []
    vi.restoreAllMocks()
    const { asked, used } = world(['They say hello.'])
    const supplied = { tool_results: [{ id, output: { said: '你好' } }] }
    const next = await performed({ ...given, carryOver: outcome.partial, supplied })
    expect(next.outcome).toMatchObject({ kind: 'succeeded', output: 'They say hello.' })
    expect(used()).toEqual([])
    expect(allSent(asked())).toContain('你好')
  })

  it('is asked for again where nobody has told anything', async () => {
    world([[call('phone', { city: 'Oslo' })]])
    const given = await order({ tools: [PHONE] })
    const { outcome } = await performed(given)
    if (outcome.kind !== 'input_required') throw new Error(outcome.kind)
    const again = await performed({ ...given, carryOver: outcome.partial })
    expect(again.outcome).toMatchObject({ kind: 'input_required', asks: outcome.asks })
  })

  it('may be a task of its own', async () => {
    const needs = { ...NEEDS, tools: ['phone'] }
    const given = await order({ work: 'tool', agent: null, needs, tools: [PHONE], input: { city: 'Oslo' } })
    expect((await performed(given)).outcome).toMatchObject({
      kind: 'input_required',
      asks: { tool_calls: [{ id: 'call', name: 'phone', arguments: { city: 'Oslo' } }] },
    })
    const supplied = { tool_results: [{ id: 'call', output: [1] }] }
    expect((await performed({ ...given, supplied })).outcome).toMatchObject({
      kind: 'succeeded',
      output: [1],
    })
  })
})
