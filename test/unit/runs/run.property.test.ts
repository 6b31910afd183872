import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LAST_EVENTS } from '../../../src/runs/run/events.ts'
import type { RunRequest } from '../../../src/runs/run/state.ts'
import { outputOf } from '../../../src/runs/run/output.ts'
import { taskOf } from '../../../src/runs/run/definitions.ts'
import { expected } from './run-oracle.ts'
import { scenario, type Scenario } from './run-scenario.ts'
import { RunWorld } from './run-world.ts'
import { requestFor } from './simulated-run.ts'

/** Ten thousand random plans in random worlds, together. */
const RUNS = { numRuns: 2_500 }
const CALM = scenario.map((one) => ({ ...one, isWild: false }))

function lived(one: Scenario, budget: Partial<RunRequest['budget']> = {}): RunWorld {
  const request = requestFor(one.document, { input: one.list })
  const world = new RunWorld(one, { ...request, budget: { ...request.budget, ...budget } })
  world.live()
  return world
}

/** What holds whatever happens. */
function check(world: RunWorld): void {
  const { events, state } = world
  expect(world.wrong).toEqual([])
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
  expect(events.filter(({ type }) => LAST_EVENTS.has(type))).toHaveLength(1)
  expect(LAST_EVENTS.has(events.at(-1)?.type ?? 'stale_result')).toBe(true)
  const held = Array.from(world.places.given).filter((token) => !world.places.freed.has(token))
  expect(held).toEqual([])
  expect(Array.from(state.tasks.values()).filter(({ attempt }) => attempt !== null)).toEqual([])
}

/** No task is done more often than it may be, nor once it is finished. */
function checkAttempts({ events, offered, state }: RunWorld): void {
  for (const [key, tokens] of offered) {
    const own = events.filter(({ task }) => task === key)
    const asked = own.filter(({ type }) => type === 'task.input_required').length
    expect(tokens.size).toBeLessThanOrEqual((taskOf(state.plan, key)?.retry.max ?? 0) + 1 + asked)
    expect(own.filter(({ type }) => type === 'task.succeeded').length).toBeLessThanOrEqual(1)
    const done = own.findIndex(({ type }) => type === 'task.succeeded')
    expect(done === -1 || own.slice(done).every(({ type }) => type !== 'task.started')).toBe(true)
  }
}

describe('a run of a random plan in a random world', () => {
  it('ends as if its tasks were done one after the other', () => {
    fc.assert(
      fc.property(CALM, (one) => {
        const world = lived(one)
        check(world)
        checkAttempts(world)
        const { state } = world
        const wanted = state.plan && expected(state.plan, one)
        expect(state.status).toBe(wanted?.status)
        if (!wanted?.whole) return
        const { statuses, output, isPartial } = wanted.whole
        expect(
          Object.fromEntries(Array.from(state.tasks.values(), ({ key, status }) => [key, status])),
        ).toEqual(statuses)
        expect(outputOf(state, world.read)).toEqual(output)
        expect(state.isPartial).toBe(isPartial)
      }),
      { numRuns: 5_000 },
    )
  }, 60_000)
  it('ends once, at its deadline at the latest, whatever people and clocks do', () => {
    const deadline = fc.integer({ min: 1, max: 300_000 })
    fc.assert(
      fc.property(scenario, deadline, (one, ms) => {
        const world = lived(one, { deadlineMs: ms })
        check(world)
        if (!one.isWild) checkAttempts(world)
        const { endedAt, deadline: end, failure, status } = world.state
        if (!one.isWild) expect(endedAt).toBeLessThanOrEqual(end)
        if ((endedAt ?? 0) >= end && status !== 'succeeded') expect(failure?.code).toBe('deadline_exceeded')
      }),
      RUNS,
    )
  }, 60_000)

  it('gives out no more money, and makes no more attempts, than its budget has', () => {
    const budget = fc.record({
      microUsd: fc.integer({ min: 1, max: 100 }),
      maxAttempts: fc.integer({ min: 1, max: 30 }),
    })
    fc.assert(
      fc.property(CALM, budget, (one, limits) => {
        const world = lived(one, limits)
        check(world)
        const { spent } = world.state
        expect(spent.microUsd).toBeLessThanOrEqual(limits.microUsd)
        expect(spent.attempts).toBeLessThanOrEqual(limits.maxAttempts)
        expect(world.mostGiven).toBeLessThanOrEqual(limits.microUsd)
      }),
      RUNS,
    )
  }, 60_000)
})
