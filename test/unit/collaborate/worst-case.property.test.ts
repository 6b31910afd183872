import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { worksOf } from '../../../src/collaborate/worst-case.ts'
import { ALONE, type Collaboration } from '../../../src/route/collaboration/plan.ts'
import { decision } from '../route/builders.ts'
import { good, type HostAnswer, refusing, said, streaming } from '../execute/hosts.ts'
import { calling, cascadeOf, crewWorld, NAMES, panelOf, saying, team, together } from './crews.ts'

const ANSWERS: readonly HostAnswer[] = [
  saying('The answer is 41'),
  saying('The answer is 42'),
  saying('Something about the sea and what we saw of it.'),
  saying('{"A":{"score":3},"B":{"score":7},"C":{"score":1}}'),
  saying('{"problems":["no"],"probability_correct":0.1}'),
  streaming([said('The answer is 42'), 'cut']),
  good('The answer is 41'),
  refusing(500),
  calling(['look', '{"at":"sea"}']),
]

const name = fc.constantFrom(...NAMES)
const answers = fc.array(fc.constantFrom(...ANSWERS), { minLength: 1, maxLength: 6 })

const cascades = fc
  .record({
    stages: fc.array(fc.tuple(name, fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 4,
    }),
    samples: fc.integer({ min: 0, max: 3 }),
    verifier: fc.option(name.map((one) => team(one))),
  })
  .map(({ stages, ...rest }) => cascadeOf(stages, rest))

const panels = fc
  .record({
    names: fc.array(name, { minLength: 1, maxLength: 5 }),
    kind: fc.constantFrom('panel' as const, 'fusion' as const),
    aggregation: fc.constantFrom('vote' as const, 'judge' as const, 'synthesis' as const, null),
    report: fc.boolean(),
    maxConcurrent: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ names, ...rest }) => panelOf(names, rest))

const verify = fc.option(
  fc.record({
    checks: fc.constantFrom([], [{ kind: 'regex' as const, pattern: '4', mustMatch: false }]),
    judge: fc.option(name.map((one) => team(one))),
    rubric: fc.constant(null),
    maxRetries: fc.integer({ min: 0, max: 2 }),
  }),
)

const collaborations = fc
  .tuple(fc.oneof(cascades, panels, fc.constant(ALONE)), verify)
  .map(([{ pattern }, checked]): Collaboration => ({ pattern, verify: checked }))

it('bounds what is asked of everybody, and nothing is left running or unpaid', async () => {
  const hosts = fc.record({ one: answers, two: answers, three: answers, four: answers, judge: answers })
  const budget = fc.option(fc.integer({ min: 1_000, max: 200_000 }))
  await fc.assert(
    fc.asyncProperty(collaborations, hosts, fc.boolean(), budget, async (collaboration, by, stream, most) => {
      const net = crewWorld(() => by)
      const made = await together(net, collaboration, {
        stream,
        sampling: { maxOutputTokens: 200 },
        tools: [{ name: 'look' }],
        decided: { maxCostMicroUsd: most },
      })
      if (made.kind === 'answering') for await (const _step of made.events) continue
      const plan = { ...decision(team('one', 'two')), collaboration }
      const works = worksOf(plan)
      const isAlone = collaboration.pattern.kind === 'single'
      for (const host of NAMES) {
        const asked = net.asked.filter((one) => one.host === host).length
        const may = works.filter((work) => work.team.some(({ candidate }) => candidate.offer.host === host))
        expect(asked).toBeLessThanOrEqual(may.reduce((sum, { times }) => sum + times, 0))
      }
      const spent = made.attempts.reduce((sum, { costMicroUsd }) => sum + (costMicroUsd ?? Infinity), 0)
      if (most !== null) expect(spent).toBeLessThanOrEqual(most)
      expect(made.attempts.every(({ endedAt }) => endedAt !== null)).toBe(true)
      expect(net.underWay()).toBe(0)
      if (!isAlone) expect(made.outcome?.parts.every(({ outcome }) => outcome !== 'running')).toBe(true)
    }),
    { numRuns: 150 },
  )
}, 60_000)
