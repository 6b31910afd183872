import { describe, expect, it } from 'vitest'
import { faultsOf, type Found, recoveriesOf } from '../../kill/checks.ts'
import type { Life } from '../../kill/lives.ts'
import type { OutsideCall } from '../../kill/outside.ts'
import type { Event, Run } from '../../kill/runs-api.ts'

const LIVES: readonly Life[] = [
  { startedAt: 0, readyAt: 0, killedAt: 2_000 },
  { startedAt: 3_000, readyAt: 5_000, killedAt: null },
]

type Entry = Omit<Event, 'seq'>
const entry = (at: number, type: string, token?: number): Entry => {
  return { at, type, task: type.startsWith('run.') ? null : 'a', data: token === undefined ? {} : { token } }
}

const BEGUN = [entry(100, 'run.created'), entry(110, 'task.started', 1)]
const AGAIN = [entry(5_200, 'task.retrying'), entry(6_000, 'task.started', 2)]
const DONE = entry(7_000, 'task.succeeded')
const END = entry(7_001, 'run.succeeded')
/** Of a run of one task that was begun, killed, begun again, and succeeded. */
const LOG = [...BEGUN, ...AGAIN, DONE, END]

const RUN: Run = {
  id: 'run_1',
  status: 'succeeded',
  partial: false,
  failure: null,
  usage: { cost_usd: 0, tokens: 0, attempts: 2 },
  tasks: [{ id: 'a', status: 'succeeded', attempts: 2, migrations: 0, error: null }],
}

function found(log: readonly Entry[] = LOG, output: unknown = { n: 1 }): Found {
  const body = { tasks: [], budget: { deadline_ms: 60_000 } }
  const plan = { nonce: 'n', body, isTouched: false, outputs: new Map([['a', { n: 1 }]]) }
  return {
    driven: { plan, id: RUN.id, hasEnded: true },
    run: RUN,
    events: log.map((event, at) => ({ seq: at + 1, ...event })),
    artifacts: new Map([['a', output]]),
  }
}

function called(at: number, effect: string | null = null): OutsideCall {
  return { nonce: 'n', task: 'a', at, effect, agent: null }
}

describe('faultsOf', () => {
  it('finds nothing wrong with a run that went on after a kill', () => {
    expect(faultsOf(found(), LIVES, [called(110), called(6_000)])).toEqual([])
  })

  it.each([
    ['no end', [...BEGUN, ...AGAIN, DONE], 'ended 0 times'],
    ['two ends', [...LOG, entry(8_000, 'run.failed')], 'ended 2 times'],
    ['something after its end', [...LOG, entry(8_000, 'stale_result')], 'went on after its end'],
    [
      'another end than it tells',
      [...LOG.slice(0, -1), entry(7_001, 'run.failed')],
      'its last event run.failed',
    ],
    [
      'an end after its deadline',
      [...LOG.slice(0, -1), entry(90_000, 'run.succeeded')],
      'after its deadline',
    ],
    ['a task that succeeded twice', [...BEGUN, ...AGAIN, DONE, DONE, END], 'a succeeded twice'],
    ['a task begun after its end', [...BEGUN, DONE, ...AGAIN, END], 'a was begun again'],
    ['a task whose success is not told', [...BEGUN, ...AGAIN, END], 'which the log does not have'],
  ])('finds %s', (_, log, words) => {
    expect(faultsOf(found(log), LIVES, []).join('; ')).toContain(words)
  })

  it('finds a gap in the log', () => {
    const whole = found()
    const events = whole.events.filter(({ seq }) => seq !== 3)
    expect(faultsOf({ ...whole, events }, LIVES, [])).toEqual(['seq 4 where 3 was expected'])
  })

  it('finds a task that is done once more after it was done, and an effect that happened twice', () => {
    expect(faultsOf(found(), LIVES, [called(7_500)])).toEqual([
      'a was called again 500 ms after it had succeeded',
    ])
    const twice = [called(110, 'once'), called(6_000, 'once')]
    expect(faultsOf(found(), LIVES, twice)).toEqual(['an effect happened twice: a,a'])
  })

  it('finds an output that is another', () => {
    expect(faultsOf(found(LOG, { n: 2 }), LIVES, []).join()).toContain('a gave {"n":2}, not {"n":1}')
  })
})

describe('recoveriesOf', () => {
  it('measures from the time the Worker is up to the first sign of the run', () => {
    expect(recoveriesOf(found(), LIVES)).toEqual([200])
  })

  it('finds a run that did not go on by itself', () => {
    expect(recoveriesOf(found(BEGUN), LIVES)).toEqual([Infinity])
  })
})
