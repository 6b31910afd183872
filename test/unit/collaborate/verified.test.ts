import { describe, expect, it } from 'vitest'
import { ALONE, type Collaboration, type VerifyPlan } from '../../../src/route/collaboration/plan.ts'
import { refusing, whole } from '../execute/hosts.ts'
import { cascadeOf, crewWorld, panelOf, saying, team, together, told, TOLD } from './crews.ts'

const NO_CITY = { kind: 'regex', pattern: 'Bonn', mustMatch: false } as const
const NO_RIVER = { kind: 'regex', pattern: 'Rhine', mustMatch: false } as const
const verdict = (probability: number, problems: string[] = []) =>
  saying(JSON.stringify({ problems, probability_correct: probability }))

const verifying = (rest: Partial<VerifyPlan> = {}): Collaboration => ({
  ...ALONE,
  verify: { checks: [NO_CITY, NO_RIVER], judge: null, rubric: null, maxRetries: 2, ...rest },
})

describe('an answer that is checked', () => {
  it('stands when it passes', async () => {
    const net = crewWorld(() => ({ one: saying('Berlin') }))
    const made = await together(net, verifying())
    expect((await told(made)).text).toBe('Berlin')
    expect(made.outcome).toMatchObject({
      pattern: 'verify',
      notes: [],
      parts: [
        {
          outcome: 'kept',
          checks: [
            { check: 'regex', passed: true },
            { check: 'regex', passed: true },
          ],
        },
      ],
    })
  })

  it('goes back to who wrote it with what is wrong, and the correction stands', async () => {
    const net = crewWorld(() => ({ one: [saying('Bonn on the Rhine'), saying('Berlin')] }))
    const made = await together(net, verifying())
    expect((await told(made)).text).toBe('Berlin')
    expect(JSON.stringify(net.asked[1]?.body)).toMatch(/Bonn on the Rhine.*must not contain/)
    expect(made).toMatchObject({
      writers: [{ work: { role: 'retry', number: 1 } }],
      outcome: { parts: [{ outcome: 'discarded' }, { role: 'retry', outcome: 'kept' }], notes: [] },
    })
  })

  it('is the best of all tries when none passes, and that is said', async () => {
    const net = crewWorld(() => ({
      one: [saying('Bonn on the Rhine'), saying('Cologne on the Rhine'), saying('Bonn on the Rhine again')],
    }))
    const made = await together(net, verifying())
    expect((await told(made)).text).toBe('Cologne on the Rhine')
    expect(made.outcome?.notes).toEqual(['checks_failed'])
    expect(net.asked).toHaveLength(3)
  })

  it('does not give way to a correction that breaks off', async () => {
    const brokenOff = whole('Ber', TOLD, 'length')
    const net = crewWorld(() => ({ one: [saying('Bonn'), brokenOff] }))
    const made = await together(net, verifying({ maxRetries: 1 }))
    expect((await told(made)).text).toBe('Bonn')
    expect(made.outcome?.notes).toEqual(['checks_failed'])
  })

  it('is kept when nobody corrects it', async () => {
    const net = crewWorld(() => ({ one: [saying('Bonn'), refusing(500)], two: refusing(500) }))
    const made = await together(net, verifying())
    expect((await told(made)).text).toBe('Bonn')
    expect(made.outcome?.notes).toEqual(['checks_failed'])
  })

  it('is shown to a judge, whose doubts go back with it', async () => {
    const net = crewWorld(() => ({
      one: [saying('Berlin'), saying('Berlin, on the Spree')],
      judge: [verdict(0.2, ['The river is missing']), verdict(0.9)],
    }))
    const made = await together(net, verifying({ judge: team('judge') }))
    expect((await told(made)).text).toBe('Berlin, on the Spree')
    expect(JSON.stringify(net.asked[2]?.body)).toContain('The river is missing')
    expect(made.outcome?.parts.map(({ role, confidence }) => [role, confidence])).toEqual([
      ['stage', 0.2],
      ['verifier', null],
      ['retry', 0.9],
      ['verifier', null],
    ])
  })

  it('stands when its judge says nothing of use', async () => {
    const net = crewWorld(() => ({ one: saying('Berlin'), judge: refusing(500) }))
    const made = await together(net, verifying({ judge: team('judge') }))
    expect((await told(made)).text).toBe('Berlin')
    expect(made.outcome?.notes).toEqual(['verifier_unreadable'])
  })

  it('is held back from a stream until it is', async () => {
    const net = crewWorld(({ after }) => ({ one: [after(3_000, saying('Bonn')), saying('Berlin')] }))
    const made = await together(net, verifying(), { stream: true })
    const { steps, text } = await told(made)
    expect(text).toBe('Berlin')
    expect(steps[0]).toEqual({ type: 'progress', pattern: 'verify', done: 0, of: 1 })
    expect(steps[1]).toEqual({ type: 'progress', pattern: 'verify', done: 1, of: 2 })
  })
})

describe('checks of an answer of several', () => {
  it('prefer who passes among those who agree', async () => {
    const net = crewWorld(() => ({
      one: saying('Bonn it is. The answer is 42'),
      two: saying('The answer is 42'),
      three: saying('The answer is 41'),
    }))
    const { pattern } = panelOf(['one', 'two', 'three'])
    const made = await together(net, { ...verifying(), pattern })
    expect((await told(made)).text).toBe('The answer is 42')
    expect(net.asked).toHaveLength(3)
  })

  it('leave a cascade its own confidence, which thresholds are learned from', async () => {
    const net = crewWorld(() => ({ one: refusing(500), two: saying('Berlin'), judge: verdict(0.9) }))
    const { pattern } = cascadeOf([
      ['one', 0.1],
      ['two', 0],
    ])
    const made = await together(net, { ...verifying({ judge: team('judge') }), pattern })
    expect(made.outcome?.parts).toMatchObject([
      { outcome: 'failed' },
      { outcome: 'kept', confidence: null },
      { role: 'verifier', outcome: 'used' },
    ])
  })

  it('make a cascade go on', async () => {
    const net = crewWorld(() => ({ one: saying('Bonn'), two: saying('Berlin') }))
    const { pattern } = cascadeOf([
      ['one', 0.1],
      ['two', 0],
    ])
    const made = await together(net, { ...verifying(), pattern }, { stream: true })
    expect((await told(made)).text).toBe('Berlin')
  })
})
