import { describe, expect, it } from 'vitest'
import { good, refusing, silent } from '../execute/hosts.ts'
import { crewWorld, panelOf, saying, together, told } from './crews.ts'
import { ALONE } from '../../../src/route/collaboration/plan.ts'

const THREE = ['one', 'two', 'three'] as const
const progress = (done: number) => ({ type: 'progress', pattern: 'panel', done, of: 3 })
const right = saying('The answer is 42')

describe('one model alone', () => {
  it('is asked as if nobody else could be', async () => {
    const net = crewWorld(() => ({ one: good('Hello') }))
    const made = await together(net, ALONE, { stream: true })
    expect((await told(made)).text).toBe('Hello')
    expect(made).toMatchObject({ outcome: null, attempts: [{ work: null }] })
  })
})

describe('a stream of several', () => {
  it('tells how far they are until the answer is there, then who gave it', async () => {
    const net = crewWorld(({ after }) => ({
      one: after(8_000, saying('The answer is 41')),
      two: after(2_000, right),
      three: after(9_000, right),
    }))
    const made = await together(net, panelOf(THREE), { stream: true })
    expect(net.io.now()).toBe(2_000)
    expect(made).toMatchObject({
      kind: 'answering',
      answering: { candidate: { model: { id: 'v/one' } } },
      writers: [],
    })
    const { steps, text } = await told(made)
    expect(steps.slice(0, -1)).toEqual([
      progress(0),
      progress(1),
      progress(1),
      progress(2),
      progress(3),
      { type: 'text-delta', text: 'The answer is 42' },
    ])
    expect(text).toBe('The answer is 42')
    expect(made).toMatchObject({
      answering: { candidate: { model: { id: 'v/two' } } },
      writers: [{ modelId: 'v/two' }],
    })
  })

  it('has no word of that when the answer is there at once', async () => {
    const net = crewWorld(() => ({ one: right, two: right, three: right }))
    const { steps } = await told(await together(net, panelOf(THREE), { stream: true }))
    expect(steps.map(({ type }) => type)).toEqual(['text-delta', 'answer-end'])
  })

  it('that fails at once fails as an answer that is not streamed does', async () => {
    const net = crewWorld(() => ({ one: refusing(500), two: refusing(500), three: refusing(500) }))
    expect(await together(net, panelOf(THREE), { stream: true })).toMatchObject({ kind: 'failed' })
  })

  it('that fails later ends in the error', async () => {
    const net = crewWorld(({ after }) => {
      const late = after(2_000, refusing(500))
      return { one: late, two: late, three: late }
    })
    const { steps } = await told(await together(net, panelOf(THREE), { stream: true }))
    expect(steps.at(-1)).toMatchObject({ type: 'answer-error', code: 'provider_failed', status: 500 })
  })
})

describe('a caller of several that hangs up', () => {
  const settled = { outcome: 'cancelled', endedAt: expect.any(Number) }

  it('before the answer is cancelled, with everybody', async () => {
    const net = crewWorld(() => ({ one: silent, two: right, three: silent }))
    setTimeout(net.hangUp, 5)
    const made = await together(net, panelOf(THREE, { roundTimeoutMs: 60_000 }))
    expect(made.kind).toBe('cancelled')
    expect(made.attempts).toMatchObject([settled, { outcome: 'succeeded' }, settled])
    expect(net.underWay()).toBe(0)
  })

  it('while it hears how far they are leaves nothing running', async () => {
    const net = crewWorld(() => ({ one: silent, two: right, three: silent }))
    const made = await together(net, panelOf(THREE), { stream: true })
    if (made.kind !== 'answering') throw new Error(made.kind)
    await made.events.next()
    net.hangUp()
    await expect(made.events.next()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(made.attempts).toMatchObject([settled, { outcome: 'succeeded' }, settled])
    expect(net.underWay()).toBe(0)
  })

  it.each([0, 1, 2])('by reading no further than %i steps leaves nothing running', async (count) => {
    const net = crewWorld(() => ({ one: silent, two: right, three: silent }))
    const made = await together(net, panelOf(THREE), { stream: true })
    if (made.kind !== 'answering') throw new Error(made.kind)
    for (let index = 0; index < count; index += 1) await made.events.next()
    await made.events.return(undefined)
    expect(await made.events.next()).toEqual({ done: true, value: undefined })
    expect(made.attempts).toMatchObject([settled, { outcome: 'succeeded' }, settled])
    expect(net.underWay()).toBe(0)
  })
})

describe('limits over several', () => {
  it('has only so many asked as the budget pays for', async () => {
    const net = crewWorld(() => ({ one: right, two: right, three: right }))
    const made = await together(net, panelOf(THREE), {
      sampling: { maxOutputTokens: 200 },
      decided: { maxCostMicroUsd: 4_500 },
    })
    expect((await told(made)).text).toBe('The answer is 42')
    expect(net.asked.map(({ host }) => host)).toEqual(['one', 'two'])
    expect(made.outcome).toMatchObject({ notes: ['over_budget', 'partial'], answered: 2 })
    expect(made.outcome?.parts[2]).toMatchObject({ outcome: 'failed', modelId: null })
  })

  it('asks nobody when there is too little for one', async () => {
    const net = crewWorld(() => ({ one: right, two: right, three: right }))
    const made = await together(net, panelOf(THREE), { decided: { maxCostMicroUsd: 10 } })
    expect(made).toMatchObject({ kind: 'failed', failure: { code: 'provider_rejected' } })
    expect(net.asked).toEqual([])
  })

  it('ends everybody at the deadline', async () => {
    const net = crewWorld(() => ({ one: silent, two: right, three: silent }), {
      retries: 0,
      maxTotalMs: 1_000,
    })
    const made = await together(net, panelOf(THREE, { roundTimeoutMs: 60_000 }))
    expect((await told(made)).text).toBe('The answer is 42')
    expect(net.io.now()).toBe(2_000)
  })
})
