import { describe, expect, it } from 'vitest'
import { type HostAnswer, refusing, silent } from '../execute/hosts.ts'
import { calling, crewWorld, panelOf, saying, together, told } from './crews.ts'

const PROSE = ['A grey day by the sea.', 'The sea was grey that day, and we walked.', 'Gulls.'] as const
const [one, two, three] = PROSE.map((text) => saying(text))
const THREE = ['one', 'two', 'three'] as const

/** Marks for the drafts labelled A, B, C. */
const marks = (a: number, b: number, c: number): HostAnswer =>
  saying(JSON.stringify({ A: { score: a }, B: { score: b }, C: { score: c } }))

const world = (judge: HostAnswer | readonly HostAnswer[]) =>
  crewWorld(() => ({ one: one ?? [], two: two ?? [], three: three ?? [], judge }))

describe('a panel with a judge', () => {
  it('answers with the draft that is best in both orders together', async () => {
    const net = world([marks(5, 9, 1), marks(1, 8, 6)])
    const made = await together(net, panelOf(THREE, { aggregation: 'judge' }))
    expect((await told(made)).text).toBe(PROSE[1])
    expect(made).toMatchObject({
      writers: [{ modelId: 'v/two' }],
      outcome: { aggregation: 'judge', notes: [] },
    })
    expect(made.outcome?.parts.slice(3)).toMatchObject([
      { role: 'judge', number: 1, outcome: 'used' },
      { role: 'judge', number: 2, outcome: 'used' },
    ])
  })

  it('is one where no vote can be taken', async () => {
    const made = await together(world(marks(1, 9, 1)), panelOf(THREE, { aggregation: null }))
    expect(made.outcome?.aggregation).toBe('judge')
    expect((await told(made)).text).toBe(PROSE[1])
  })

  it('takes the first draft when the judge writes nonsense, and says so', async () => {
    const made = await together(world(saying('What a lovely day!')), panelOf(THREE, { aggregation: 'judge' }))
    expect((await told(made)).text).toBe(PROSE[0])
    expect(made.outcome).toMatchObject({ notes: ['judge_unreadable'], aggregation: 'vote' })
  })

  it('does with one order when the other is nonsense', async () => {
    const net = world([saying('Hm.'), marks(1, 2, 9)])
    const made = await together(net, panelOf(THREE, { aggregation: 'judge' }))
    expect((await told(made)).text).toBe(PROSE[0])
    expect(made.outcome).toMatchObject({ notes: [], aggregation: 'judge' })
  })

  it('takes the first draft when there is no judge to be had, and says so', async () => {
    const made = await together(world(refusing(500)), panelOf(THREE, { aggregation: 'judge' }))
    expect((await told(made)).text).toBe(PROSE[0])
    expect(made.outcome?.notes).toEqual(['judge_failed'])
  })

  it('waits for a judge no longer than for a round', async () => {
    const net = world(silent)
    const made = await together(net, panelOf(THREE, { aggregation: 'judge', roundTimeoutMs: 500 }))
    expect((await told(made)).text).toBe(PROSE[0])
    expect(made.outcome?.notes).toEqual(['judge_failed'])
    expect(net.io.now()).toBe(1_500)
  })

  it('asks no judge about one draft', async () => {
    const net = crewWorld(() => ({ one: one ?? [], two: refusing(500), judge: marks(1, 1, 1) }))
    const made = await together(net, panelOf(['one', 'two'], { aggregation: 'judge' }))
    expect((await told(made)).text).toBe(PROSE[0])
    expect(net.asked.map(({ host }) => host)).toEqual(['one', 'two'])
  })
})

const tools = [{ name: 'look' }, { name: 'walk' }]
const callsIn = (steps: readonly object[]) =>
  steps.flatMap((step) => ('argumentsJson' in step ? [step.argumentsJson] : []))

describe('a panel that calls tools', () => {
  it('makes each call once, whoever proposes it', async () => {
    const net = crewWorld(() => ({
      one: calling(['look', '{"at":"sea"}']),
      two: calling(['look', '{ "at": "sea" }'], ['walk', '{}']),
      three: calling(['walk', '{}']),
    }))
    const made = await together(net, panelOf(THREE, { aggregation: null }), { tools })
    const { steps } = await told(made)
    expect(callsIn(steps)).toEqual(['{ "at": "sea" }', '{}'])
    expect(steps.at(-1)).toMatchObject({ type: 'answer-end', reason: 'tool_calls' })
    expect(made.outcome).toMatchObject({ aggregation: 'vote', notes: [] })
  })

  it('has a judge decide between different arguments, and says so', async () => {
    const net = crewWorld(() => ({
      one: calling(['look', '{"at":"sea"}']),
      two: calling(['look', '{"at":"sky"}']),
      judge: [marks(1, 9, 0), marks(9, 1, 0)],
    }))
    const made = await together(net, panelOf(['one', 'two'], { aggregation: null }), { tools })
    expect(callsIn((await told(made)).steps)).toEqual(['{"at":"sky"}'])
    expect(made.outcome).toMatchObject({ aggregation: 'judge', notes: ['tool_call_conflict'] })
  })

  it('says nothing of calls that only one of three wants', async () => {
    const net = crewWorld(() => ({
      one: calling(['look', '{}']),
      two: saying('The answer is 42'),
      three: saying('The answer is 42'),
    }))
    const made = await together(net, panelOf(THREE, { aggregation: null }), { tools })
    expect((await told(made)).text).toBe('The answer is 42')
  })
})
