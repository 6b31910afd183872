import { describe, expect, it } from 'vitest'
import { refusing, silent } from '../execute/hosts.ts'
import { crewWorld, panelOf, saying, together, told } from './crews.ts'

const THREE = ['one', 'two', 'three'] as const

/** A panel whose members say nothing, and which is waited for so long, in ms. */
const inSilence = (roundTimeoutMs: number) =>
  together(
    crewWorld(() => ({ one: silent, two: silent })),
    panelOf(['one', 'two'], { roundTimeoutMs }),
  )

describe('a panel that votes', () => {
  it('answers what most say, in the words of the first of them, with everybody told of', async () => {
    const net = crewWorld(({ after }) => ({
      one: after(30, saying('The answer is 41')),
      two: after(20, saying('The answer is 42')),
      three: after(40, saying('I make it: the answer is **42**.')),
    }))
    const made = await together(net, panelOf(THREE))
    const { text, steps } = await told(made)
    expect(text).toBe('The answer is 42')
    expect(steps.at(-1)).toMatchObject({ type: 'answer-end', usage: { outputTokens: 20 } })
    expect(made).toMatchObject({
      kind: 'answering',
      answering: { candidate: { model: { id: 'v/two' } } },
      reason: 'cost_optimal',
      writers: [{ modelId: 'v/two', work: { role: 'member', number: 2 } }],
      attempts: [{ modelId: 'v/one' }, { modelId: 'v/two' }, { modelId: 'v/three' }],
      outcome: {
        pattern: 'panel',
        aggregation: 'vote',
        answered: 3,
        of: 3,
        notes: [],
        vote: [{ members: [2, 3] }, { members: [1] }],
        parts: [
          { role: 'member', number: 1, outcome: 'discarded', modelId: 'v/one', host: 'one' },
          { role: 'member', number: 2, outcome: 'kept' },
          { role: 'member', number: 3, outcome: 'discarded' },
        ],
      },
    })
  })

  it('asks everybody before anybody has answered', async () => {
    const begun: number[] = []
    const net = crewWorld(({ after }) => {
      const slow = after(1_000, saying('The answer is 42'))
      const answer = (signal: AbortSignal) => {
        begun.push(net.underWay())
        return slow(signal)
      }
      return { one: answer, two: answer, three: answer }
    })
    await told(await together(net, panelOf(THREE)))
    expect(begun).toEqual([3, 3, 3])
    expect(net.io.now()).toBe(2_000)
  })

  it('asks no more at once than it may', async () => {
    const most: number[] = []
    const net = crewWorld(({ after }) => {
      const slow = after(10, saying('Words.'))
      const answer = (signal: AbortSignal) => {
        most.push(net.underWay())
        return slow(signal)
      }
      return { one: answer, two: answer, three: answer, four: answer }
    })
    await told(await together(net, panelOf([...THREE, 'four'], { maxConcurrent: 2 })))
    expect(Math.max(...most)).toBe(2)
    expect(net.asked).toHaveLength(4)
  })

  it('ends early when the rest cannot change it, and gives them up', async () => {
    const net = crewWorld(({ after }) => ({
      one: after(10, saying('The answer is 42')),
      two: after(20, saying('The answer is 42')),
      three: silent,
    }))
    const made = await together(net, panelOf(THREE))
    expect((await told(made)).text).toBe('The answer is 42')
    expect(net.io.now()).toBe(1_020)
    expect(made.outcome).toMatchObject({ notes: ['decided_early'], answered: 2, of: 3 })
    expect(made.outcome?.parts[2]).toMatchObject({ outcome: 'cancelled', modelId: null })
    expect(made.attempts[2]).toMatchObject({ outcome: 'cancelled', endedAt: expect.any(Number) })
  })

  it('does not end early with fewer answers than must be there', async () => {
    const right = saying('The answer is 42')
    const net = crewWorld(({ after }) => ({ one: right, two: right, three: after(20, right) }))
    const made = await together(net, panelOf(THREE, { minSuccessful: 3 }))
    expect((await told(made)).text).toBe('The answer is 42')
    expect(made.outcome).toMatchObject({ answered: 3, notes: [] })
  })

  it('asks equal models so that they may answer in different ways, where the caller settled how', async () => {
    const net = crewWorld(() => ({ one: saying('Words.') }))
    const sampling = { temperature: 0.2, seed: 7 }
    await told(await together(net, panelOf(['one', 'one', 'one']), { sampling }))
    expect(net.asked.map(({ body }) => body)).toMatchObject([
      { temperature: 0.2, seed: 7 },
      { temperature: 0.7, seed: 8 },
      { temperature: 0.7, seed: 9 },
    ])
    const plain = crewWorld(() => ({ one: saying('Words.') }))
    await told(await together(plain, panelOf(['one', 'one'])))
    expect(plain.asked[1]?.body).toEqual(plain.asked[0]?.body)
  })

  it('answers with whom there is when some fail, and says so', async () => {
    const net = crewWorld(() => ({
      one: refusing(500),
      two: saying('The answer is 7'),
      three: refusing(500),
    }))
    const made = await together(net, panelOf(THREE))
    expect((await told(made)).text).toBe('The answer is 7')
    expect(made.outcome).toMatchObject({ aggregation: 'only', notes: ['partial'], answered: 1 })
  })

  it('waits for nobody beyond its time', async () => {
    const net = crewWorld(() => ({
      one: silent,
      two: saying('The answer is 41'),
      three: saying('The answer is 42'),
    }))
    const made = await together(net, panelOf(THREE, { roundTimeoutMs: 500 }))
    expect((await told(made)).text).toBe('The answer is 41')
    expect(net.io.now()).toBe(1_500)
    expect(made.outcome?.notes).toEqual(['round_timeout', 'partial'])
    expect(made.attempts[0]).toMatchObject({ outcome: 'cancelled' })
  })

  it('says whose time it was in which nobody answered', async () => {
    expect(await inSilence(500)).toMatchObject({
      kind: 'failed',
      failure: { code: 'timeout', message: expect.stringContaining('round_timeout_ms (round timeout)') },
    })
    expect(await inSilence(10_000_000)).toMatchObject({
      kind: 'failed',
      failure: { code: 'timeout', message: expect.stringContaining('(total timeout)') },
    })
  })

  it('fails when fewer answer than must', async () => {
    const net = crewWorld(() => ({
      one: refusing(500),
      two: saying('The answer is 7'),
      three: refusing(500),
    }))
    const made = await together(net, panelOf(THREE, { minSuccessful: 2 }))
    expect(made).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'provider_failed',
        message: 'Only 1 of 3 members answered; min_successful_responses is 2',
      },
    })
  })

  it('fails as the last member did when all do', async () => {
    const net = crewWorld(({ after }) => ({
      one: after(20, refusing(429)),
      two: refusing(500),
      three: refusing(500),
    }))
    const made = await together(net, panelOf(THREE))
    expect(made).toMatchObject({ kind: 'failed', failure: { code: 'rate_limited', status: 429 } })
    expect(made.attempts).toMatchObject([{ outcome: 'failed' }, { outcome: 'failed' }, { outcome: 'failed' }])
  })

  it('fails with a timeout when nobody answers in time', async () => {
    const net = crewWorld(() => ({ one: silent, two: silent, three: silent }))
    const made = await together(net, panelOf(THREE, { roundTimeoutMs: 500 }))
    expect(made).toMatchObject({ kind: 'failed', failure: { code: 'timeout' } })
    expect(net.underWay()).toBe(0)
  })
})
