import { describe, expect, it } from 'vitest'
import { counted, finish, type HostAnswer, refusing, said, streaming } from '../execute/hosts.ts'
import { crewWorld, panelOf, saying, together, told, type Wish } from './crews.ts'

const right = saying('The answer is 42')
const wrong = saying('The answer is 41')
const PROSE = ['A grey day by the sea, and nobody about.', 'The sea was grey that day, and we walked.']
const REPORT = {
  consensus: ['The sea is grey'],
  contradictions: [],
  unique_points: [],
  blind_spots: ['Fish'],
}
const THREE = ['one', 'two', 'three'] as const
const FUSION = { kind: 'fusion', aggregation: 'synthesis', report: true } as const

const prose: Record<string, HostAnswer> = {
  one: saying(PROSE[0] ?? ''),
  two: saying(PROSE[1] ?? ''),
}
const marks = (a: number, b: number) => saying(JSON.stringify({ A: { score: a }, B: { score: b } }))
const report = saying(JSON.stringify(REPORT))
const writing = streaming([said('Grey sea,'), said(' no fish.'), finish(), counted(300, 30), 'done'])

const fused = (
  answers: Record<string, HostAnswer | readonly HostAnswer[]>,
  members: readonly string[],
  wish?: Wish,
) => {
  const net = crewWorld(() => answers)
  return together(net, panelOf(members, FUSION), wish)
}

describe('a fusion', () => {
  it('is one new answer made of all, with a report of how they compare', async () => {
    const made = await fused({ ...prose, judge: [report, saying('Grey sea, no fish.')] }, ['one', 'two'])
    expect((await told(made)).text).toBe('Grey sea, no fish.')
    expect(made).toMatchObject({
      answering: { candidate: { model: { id: 'v/judge' } } },
      writers: [{ modelId: 'v/judge', work: { role: 'writer', number: 1 } }],
      outcome: {
        pattern: 'fusion',
        aggregation: 'synthesis',
        report: { consensus: ['The sea is grey'], blindSpots: ['Fish'], source: 'analyst' },
        notes: [],
      },
    })
    expect(made.outcome?.parts.map(({ role, outcome }) => [role, outcome])).toEqual([
      ['member', 'used'],
      ['member', 'used'],
      ['analyst', 'used'],
      ['writer', 'kept'],
    ])
  })

  it('is passed on while it is written where nobody agrees', async () => {
    const hanging = streaming([said('Grey sea,'), 'hang'])
    const made = await fused({ ...prose, judge: [report, hanging] }, ['one', 'two'], { stream: true })
    if (made.kind !== 'answering') throw new Error(made.kind)
    expect((await made.events.next()).value).toEqual({ type: 'text-delta', text: 'Grey sea,' })
    await made.events.return(undefined)
    expect(made.attempts.at(-1)).toMatchObject({ outcome: 'cancelled', work: { role: 'writer' } })
  })

  it('does with the vote where the analyst writes nonsense, and says so', async () => {
    const made = await fused({ ...prose, judge: [saying('Hm.'), writing] }, ['one', 'two'], {
      stream: true,
    })
    expect((await told(made)).text).toBe('Grey sea, no fish.')
    expect(made.outcome).toMatchObject({ report: { source: 'vote' }, notes: ['report_unreadable'] })
  })

  it('that says something else than most is not told: their answer is', async () => {
    const answers = { one: wrong, two: right, three: right, judge: [report, saying('The answer is 41')] }
    const made = await fused(answers, THREE)
    expect((await told(made)).text).toBe('The answer is 42')
    expect(made).toMatchObject({
      writers: [{ modelId: 'v/two' }],
      outcome: { aggregation: 'vote', notes: ['synthesis_contradicts_vote'] },
    })
    expect(made.outcome?.parts.at(-1)).toMatchObject({ role: 'writer', outcome: 'discarded' })
  })

  it('that says what most do is told, in its words', async () => {
    const agreeing = saying('All in all, the answer is 42')
    const made = await fused({ one: wrong, two: right, three: right, judge: [report, agreeing] }, THREE)
    expect((await told(made)).text).toBe('All in all, the answer is 42')
    expect(made.outcome).toMatchObject({ aggregation: 'synthesis', notes: [] })
  })

  it('that nobody writes is the draft that most agree on, or that a judge finds best', async () => {
    const voted = await fused({ one: wrong, two: right, three: right, judge: [report, refusing(500)] }, THREE)
    expect((await told(voted)).text).toBe('The answer is 42')
    expect(voted.outcome).toMatchObject({ aggregation: 'vote', notes: ['writer_failed'] })
    const judge = [report, refusing(500), marks(2, 9), marks(9, 2)]
    for (const stream of [false, true]) {
      const judged = await fused({ ...prose, judge }, ['one', 'two'], { stream })
      expect((await told(judged)).text).toBe(PROSE[1])
      expect(judged.outcome).toMatchObject({ aggregation: 'judge', notes: ['writer_failed'] })
    }
  })

  it('that breaks off midway ends truthfully', async () => {
    const cut = streaming([said('Grey'), 'cut'])
    const made = await fused({ ...prose, judge: [report, cut] }, ['one', 'two'], { stream: true })
    const { steps, text } = await told(made)
    expect(text).toBe('Grey')
    expect(steps.at(-1)).toMatchObject({ type: 'answer-error', code: 'provider_failed' })
  })

  it('of one draft is that draft', async () => {
    const made = await fused({ one: right, two: refusing(500), judge: report }, ['one', 'two'])
    expect((await told(made)).text).toBe('The answer is 42')
    expect(made.outcome).toMatchObject({ aggregation: 'only', report: null, notes: ['partial'] })
    expect(made.attempts).toHaveLength(2)
  })
})

describe('a panel that asks for a report', () => {
  it.each(['vote', null] as const)(
    'has all answers compared, however one is chosen (%s)',
    async (aggregation) => {
      const net = crewWorld(() => ({ one: right, two: right, three: wrong, judge: report }))
      const made = await together(net, panelOf(THREE, { aggregation, report: true }))
      expect((await told(made)).text).toBe('The answer is 42')
      expect(made.outcome).toMatchObject({
        aggregation: 'vote',
        answered: 3,
        report: { consensus: ['The sea is grey'], source: 'analyst' },
        notes: [],
      })
      expect(made.attempts.map(({ work }) => work?.role)).toEqual(['member', 'member', 'member', 'analyst'])
    },
  )
})
