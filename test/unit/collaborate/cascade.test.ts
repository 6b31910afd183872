import { describe, expect, it } from 'vitest'
import type { CascadePlan } from '../../../src/route/collaboration/plan.ts'
import { counted, finish, type HostAnswer, refusing, said, silent, streaming } from '../execute/hosts.ts'
import { calling, cascadeOf, crewWorld, saying, team, together, told, TOLD } from './crews.ts'

/** The first stage is kept at this confidence. */
const ladder = (threshold: number, rest: Partial<CascadePlan> = {}) =>
  cascadeOf(
    [
      ['one', threshold],
      ['two', 0],
    ],
    rest,
  )
const cheap = saying('The answer is 41')
const dear = saying('The answer is 42')
const verdict = (probability: number) =>
  saying(JSON.stringify({ problems: [], probability_correct: probability }))

/** A whole answer with the probabilities of its tokens. */
const surely = (content: string, logprob: number): HostAnswer => {
  const choice = {
    message: { role: 'assistant', content },
    finish_reason: 'stop',
    logprobs: { content: [{ token: content, logprob }] },
  }
  return () => Response.json({ choices: [choice], usage: TOLD })
}

describe('a cascade', () => {
  it('ends with the first answer that is trusted enough', async () => {
    const net = crewWorld(() => ({ one: cheap, two: dear }))
    const made = await together(net, ladder(0.6))
    expect((await told(made)).text).toBe('The answer is 41')
    expect(made.outcome).toMatchObject({
      pattern: 'cascade',
      parts: [{ role: 'stage', number: 1, outcome: 'kept', confidence: expect.closeTo(0.7) }],
      notes: [],
    })
    expect(net.asked.map(({ host }) => host)).toEqual(['one'])
  })

  it('goes on from an answer that is not, and tells why', async () => {
    const net = crewWorld(() => ({ one: cheap, two: dear }))
    const made = await together(net, ladder(0.9))
    expect((await told(made)).text).toBe('The answer is 42')
    expect(made).toMatchObject({
      answering: { candidate: { model: { id: 'v/two' } } },
      writers: [{ modelId: 'v/two', work: { role: 'stage', number: 2 } }],
      attempts: [{ work: { role: 'stage', number: 1 } }, { work: { role: 'stage', number: 2 } }],
      outcome: {
        parts: [
          { outcome: 'discarded', confidence: expect.closeTo(0.7) },
          { outcome: 'kept', confidence: null },
        ],
      },
    })
  })

  it('passes the last answer on while it is written', async () => {
    const net = crewWorld(() => ({
      one: cheap,
      two: streaming([said('The answer'), said(' is 42'), 'hang']),
    }))
    const made = await together(net, ladder(1), { stream: true })
    if (made.kind !== 'answering') throw new Error(made.kind)
    expect((await made.events.next()).value).toEqual({ type: 'text-delta', text: 'The answer' })
    expect(made.answering.candidate.model.id).toBe('v/two')
    await made.events.return(undefined)
    expect(made.attempts).toMatchObject([{ outcome: 'succeeded' }, { outcome: 'cancelled' }])
    expect(net.underWay()).toBe(0)
  })

  it('stops the last answer when the caller hangs up midway', async () => {
    const net = crewWorld(() => ({ one: cheap, two: streaming([said('The answer'), 'hang']) }))
    const made = await together(net, ladder(1), { stream: true })
    if (made.kind !== 'answering') throw new Error(made.kind)
    await made.events.next()
    net.hangUp()
    await expect(made.events.next()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(made.attempts).toMatchObject([
      { outcome: 'succeeded' },
      { outcome: 'cancelled', endedAt: expect.any(Number), usageEstimated: true },
    ])
    expect(net.underWay()).toBe(0)
  })

  it.each<[string, HostAnswer]>([
    ['refuses', saying("I'm sorry, but I can't help with that.")],
    [
      'is cut off',
      () => Response.json({ choices: [{ message: { content: 'It is' }, finish_reason: 'length' }] }),
    ],
    ['fails', refusing(500)],
  ])('goes on when a stage %s', async (_how, answer) => {
    const net = crewWorld(() => ({ one: answer, two: dear }))
    const made = await together(net, ladder(0.01))
    expect((await told(made)).text).toBe('The answer is 42')
  })

  it('goes on when a tool is called with what it does not take', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const net = crewWorld(() => ({
      one: calling(['look', '{"town":"Bonn"}']),
      two: calling(['look', '{"city":"Bonn"}']),
    }))
    const made = await together(net, ladder(0.1), { tools: [{ name: 'look', parameters }] })
    expect((await told(made)).steps).toContainEqual(
      expect.objectContaining({ argumentsJson: '{"city":"Bonn"}' }),
    )
    expect(made.outcome?.parts[0]).toMatchObject({
      confidence: 0,
      checks: [{ check: 'tool_arguments', passed: false, complaint: expect.stringContaining('city') }],
    })
  })

  it('answers with the best draft when the last stage fails, and says so', async () => {
    const net = crewWorld(() => ({ one: cheap, two: refusing(500) }))
    for (const stream of [false, true]) {
      const made = await together(net, ladder(0.9), { stream })
      expect((await told(made)).text).toBe('The answer is 41')
      expect(made.outcome?.notes).toEqual(['partial'])
    }
  })

  it('fails as the last stage did when all fail', async () => {
    const net = crewWorld(() => ({ one: refusing(500), two: refusing(429) }))
    const made = await together(net, ladder(0.9))
    expect(made).toMatchObject({ kind: 'failed', failure: { code: 'rate_limited' } })
  })

  it('does not ask a model again that has stood in for another', async () => {
    const net = crewWorld(() => ({ one: refusing(500), two: dear }))
    const stages = [
      { team: team('one', 'two'), threshold: 0.9 },
      { team: team('two'), threshold: 0 },
    ]
    const made = await together(net, cascadeOf([], { stages }))
    expect((await told(made)).text).toBe('The answer is 42')
    expect(made).toMatchObject({ reason: 'fallback_error' })
    expect(net.asked.map(({ host }) => host)).toEqual(['one', 'two'])
  })

  it('keeps the draft when the next stage cannot be paid', async () => {
    const net = crewWorld(() => ({ one: cheap, two: dear }))
    const made = await together(net, ladder(0.9), {
      sampling: { maxOutputTokens: 200 },
      decided: { maxCostMicroUsd: 2_000 },
    })
    expect((await told(made)).text).toBe('The answer is 41')
    expect(made.outcome?.notes).toEqual(['over_budget', 'partial'])
  })
})

/** How far a draft is trusted whose only token has this log-probability. */
async function trust(logprob: number) {
  const net = crewWorld(() => ({ one: surely('The answer is 41', logprob), two: dear }))
  const made = await together(net, ladder(0))
  const { steps } = await told(made)
  expect(net.asked[0]?.body).toMatchObject({ logprobs: true })
  expect(steps[0]).toEqual({ type: 'text-delta', text: 'The answer is 41' })
  return made.outcome?.parts[0]?.confidence
}

describe('how far a draft is trusted', () => {
  it('follows further short answers, asked for beside it', async () => {
    const agree = crewWorld(() => ({ one: [cheap, saying('41'), saying('41')], two: dear }))
    const differ = crewWorld(() => ({ one: [cheap, saying('7'), saying('42')], two: dear }))
    const plan = ladder(0.8, { samples: 2 })
    const made = await together(agree, plan)
    expect((await told(made)).text).toBe('The answer is 41')
    expect(made.outcome?.parts.map(({ role, number }) => [role, number])).toEqual([
      ['stage', 1],
      ['sample', 1],
      ['sample', 2],
    ])
    expect((await told(await together(differ, plan))).text).toBe('The answer is 42')
  })

  it('does without short answers that are late', async () => {
    const net = crewWorld(() => ({ one: [cheap, silent], two: dear }))
    const made = await together(net, ladder(0.6, { samples: 1 }))
    expect((await told(made)).text).toBe('The answer is 41')
    expect(net.io.now()).toBe(3_000)
    expect(made.outcome?.parts[1]).toMatchObject({ role: 'sample', outcome: 'cancelled' })
  })

  it('follows a verifier, who is not asked when that changes nothing', async () => {
    const verifier = team('judge')
    const doubted = crewWorld(() => ({ one: cheap, two: dear, judge: verdict(0) }))
    const made = await together(doubted, ladder(0.6, { verifier }))
    expect((await told(made)).text).toBe('The answer is 42')
    expect(made.outcome?.parts[1]).toMatchObject({ role: 'verifier', outcome: 'used' })
    const sure = crewWorld(() => ({ one: cheap, two: dear, judge: verdict(0) }))
    await told(await together(sure, ladder(0.01, { verifier })))
    expect(sure.asked.map(({ host }) => host)).toEqual(['one'])
  })

  it('is as before when the verifier says nothing of use', async () => {
    for (const judge of [saying('Lovely weather.'), refusing(500)]) {
      const net = crewWorld(() => ({ one: cheap, two: dear, judge }))
      const made = await together(net, ladder(0.6, { verifier: team('judge') }))
      expect((await told(made)).text).toBe('The answer is 41')
      expect(made.outcome).toMatchObject({ notes: ['verifier_unreadable'] })
    }
  })

  it('follows the probabilities of its tokens, which the caller does not see', async () => {
    expect(await trust(-0.01)).toBeGreaterThan((await trust(-2)) ?? 1)
  })

  it('counts what is written after its end', async () => {
    const net = crewWorld(() => ({
      one: cheap,
      two: streaming([said('The answer is 42'), finish(), counted(100, 20), 'done']),
    }))
    const { steps } = await told(await together(net, ladder(1), { stream: true }))
    expect(steps.at(-1)).toMatchObject({ type: 'answer-end', usage: { outputTokens: 20 } })
  })
})
