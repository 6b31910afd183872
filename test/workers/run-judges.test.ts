import { afterEach, describe, expect, it, vi } from 'vitest'
import { orderFor } from '../unit/runs/orders.ts'
import { allSent, MINI_AGENT, performed } from './attempts.ts'
import { crewAt, MINI, sentIn } from './crew.ts'
import type { HostCall } from './hosts.ts'
import { mintKey } from './world.ts'

afterEach(() => vi.restoreAllMocks())

/** Marks for whom a text is quoted of, wherever it stands. */
const favouring = (favourite: string) => (call: HostCall) => {
  const sent = sentIn(call)
  const marks = ['A', 'B', 'C'].flatMap((label) => {
    const quote = new RegExp(`<answer ${label} q1>\\\\n([^<]*)\\\\n<`).exec(sent)?.[1]
    return quote === undefined ? [] : [[label, { reason: `${quote}!`, score: quote === favourite ? 9 : 3 }]]
  })
  return JSON.stringify(Object.fromEntries(marks))
}
const judging = async (input: unknown, said = {}) =>
  orderFor((await mintKey()).tenantId, {
    work: 'judge',
    agent: MINI_AGENT,
    goal: 'Name a city',
    input,
    ...said,
  })

describe('perform, of a judge', () => {
  it('chooses the best wherever it stands, says why, and asks in both orders', async () => {
    const calls = crewAt(favouring('Oslo'))
    const { outcome } = await performed(
      await judging({ candidates: ['Rome', null, 'Oslo'], rubric: 'Be cold.' }),
    )
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      output: { choice: 2, candidate: 'Oslo', reason: 'Oslo!', scores: [0.3, null, 0.9] },
      cost: { tokens: 2_400, model: MINI },
    })
    expect(calls).toHaveLength(2)
    for (const call of calls) expect(sentIn(call)).toContain('Be cold.')
  })

  it('asks nobody where there is one candidate only', async () => {
    const calls = crewAt('?')
    const { outcome } = await performed(await judging({ candidates: [null, { city: 'Oslo' }] }))
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { choice: 1, candidate: { city: 'Oslo' } } })
    expect(calls).toHaveLength(0)
  })

  it('asks a third time where nothing can be read, and then hands it on', async () => {
    crewAt('Hard to tell.')
    const { outcome } = await performed(await judging({ candidates: ['a', 'b'] }))
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'invalid_output', cost: { tokens: 3 * 1_200 } })
  })

  it('asks no third time where that is more than it may take', async () => {
    crewAt('Hard to tell.')
    const { outcome } = await performed(await judging({ candidates: ['a', 'b'] }))
    const maxMicroUsd = (outcome.cost.microUsd * 2) / 3
    const bounded = await performed(await judging({ candidates: ['a', 'b'] }, { maxMicroUsd }))
    expect(bounded.outcome).toMatchObject({ reason: 'invalid_output', cost: { microUsd: maxMicroUsd } })
  })

  it.each([[{ candidates: 'a or b' }], [null], [{ candidates: Array.from({ length: 27 }, String) }]])(
    'fails for good with %o',
    async (input) => {
      const { outcome } = await performed(await judging(input))
      expect(outcome).toMatchObject({ failure: { code: 'invalid_input' }, isFinal: true })
    },
  )
})

describe('perform, of an aggregation', () => {
  const outputs = { north: 'Oslo', south: 'Rome', west: null }

  it('gives the best of several outputs', async () => {
    crewAt(favouring('Rome'))
    const order = await judging(outputs, { work: 'aggregate', aggregate: 'judge', agent: null })
    expect((await performed(order)).outcome).toMatchObject({ kind: 'succeeded', output: 'Rome' })
  })

  it('writes one answer of several outputs, and is told which are missing', async () => {
    const calls = crewAt('奥斯陆和罗马')
    const said = { work: 'aggregate', aggregate: 'reduce', agent: null, goal: '列出城市' }
    const { outcome } = await performed(await judging(outputs, said))
    expect(outcome).toMatchObject({ kind: 'succeeded', output: '奥斯陆和罗马' })
    expect(allSent(calls)).toContain('以下部分缺失，因为无人能够完成：west')
    expect(allSent(calls)).toContain('<north q1>\\nOslo\\n</north q1>')
  })
})
