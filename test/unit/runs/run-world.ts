import { blankCard } from '../../../src/agents/card.ts'
import { canonicalJson } from '../../../src/core/canonical-json.ts'
import { chanceOf } from '../../../src/core/hash.ts'
import {
  type AttemptCost,
  type AttemptOrder,
  type AttemptOutcome,
  NO_COST,
} from '../../../src/runs/attempt.ts'
import { advance, type Advanced, type RunEffect, type RunInput } from '../../../src/runs/run/advance.ts'
import { nextDueAt } from '../../../src/runs/run/due.ts'
import type { RunEvent } from '../../../src/runs/run/events.ts'
import { newRun } from '../../../src/runs/run/new-run.ts'
import { orderOf } from '../../../src/runs/run/order.ts'
import { ENDED, type RunRequest, type RunState, type TaskState } from '../../../src/runs/run/state.ts'
import { fateOf, isApproved, REVIEWED, type Scenario, workFor } from './run-scenario.ts'

type Happening = { at: number; number: number; happen: () => void }

const AGENTS = ['ant', 'bee', 'cat']
/** Everything that may happen in one run's life. */
const MOST_HAPPENINGS = 20_000

/**
 * A run in a world where things take time, are done twice, are lost, and come late: all by the seed of its scenario. The
 * clock is its own.
 */
export class RunWorld {
  now = 1_000_000
  state: RunState
  readonly events: RunEvent[] = []
  /** Attempts that were offered, by task: their tokens. */
  readonly offered = new Map<string, Set<number>>()
  /** The most that was spent and given out at one time, in micro-USD. */
  mostGiven = 0
  /** What is wrong. */
  readonly wrong: string[] = []
  /** Tokens whose agent was given a place, and whose place was given back. */
  readonly places = { given: new Set<number>(), freed: new Set<number>() }
  readonly #scenario: Scenario
  readonly #rows = new Map<string, TaskState>()
  readonly #values = new Map<string, unknown>()
  #kept: RunState
  readonly #open = new Set<RunEffect>()
  readonly #answers = new Map<number, RunInput>()
  readonly #lanes = new Set<number>()
  #happenings: Happening[] = []
  #count = 0
  #alarm = Infinity
  readonly read = (name: string) => this.#values.get(name)

  constructor(scenario: Scenario, request: RunRequest) {
    this.#scenario = scenario
    const first = newRun(request, null, this.now)
    if (first.kind === 'refused') throw new Error(first.why)
    this.state = first.state
    this.#kept = first.state
    this.#keep(first)
  }

  /** Lets everything happen, until the run has ended and nobody wants anything of it. */
  live(): void {
    if (this.#chance('pause') < 0.2) this.#after(this.#ms('pause', 20_000), () => this.#pause())
    if (this.#scenario.isWild) this.#beWild()
    for (;;) {
      const next = this.#happenings.shift()
      if (!next) break
      this.now = Math.max(this.now, next.at)
      if (this.#chance(`crash:${next.number}`) < 0.05) this.#crash()
      next.happen()
      if (this.#count > MOST_HAPPENINGS) return void this.wrong.push('it goes on for ever')
    }
    if (!ENDED.has(this.state.status)) this.wrong.push('it is stuck')
  }

  #chance(what: string): number {
    return chanceOf(`${this.#scenario.seed}:${what}`)
  }

  #ms(what: string, most: number): number {
    return Math.floor(this.#chance(`ms:${what}`) * most)
  }

  #after(ms: number, happen: () => void): void {
    this.#count += 1
    const one = { at: this.now + ms, number: this.#count, happen }
    const at = this.#happenings.findLastIndex((other) => other.at <= one.at)
    this.#happenings.splice(at + 1, 0, one)
  }

  tell(input: RunInput): Advanced {
    const before = this.state
    const step = advance(before, input, { now: this.now, read: this.read })
    this.#keep(step)
    return step
  }

  /** As a run's object does: rows, log and outbox at once, then the alarm, then what is to be done. */
  #keep(step: Advanced): void {
    if (step.kind === 'refused') return
    for (const key of step.changed) {
      const task = step.state.tasks.get(key)
      if (task) this.#rows.set(key, frozen(task))
    }
    if (step.changed.length + step.events.length > 0) this.#kept = step.state
    for (const { name, value } of step.values) this.#values.set(name, structuredClone(value))
    this.events.push(...step.events)
    // What a step is made from stays as it was.
    this.state = Object.freeze(step.state)
    const given = step.state.tasks.values().reduce((sum, { attempt }) => sum + (attempt?.maxMicroUsd ?? 0), 0)
    this.mostGiven = Math.max(this.mostGiven, step.state.spent.microUsd + given)
    for (const effect of step.effects) {
      this.#open.add(effect)
      this.#carryOut(effect)
    }
    for (const event of step.events) this.#ask(event)
    this.#arm()
  }

  /** The alarm is at the next moment when something is due. */
  #arm(): void {
    const due = nextDueAt(this.state)
    if (due === null || due >= this.#alarm) return
    this.#alarm = due
    this.#after(Math.max(0, due - this.now), () => {
      if (this.#alarm > this.now) return
      this.#alarm = Infinity
      if ((nextDueAt(this.state) ?? Infinity) <= this.now) this.tell({ kind: 'tick' })
      this.#arm()
    })
  }

  /** Memory is lost: what was not kept, and whether effects were carried out. */
  #crash(): void {
    const tasks = new Map(Array.from(this.#rows, ([key, task]) => [key, alive(task)]))
    const now = new Map(Array.from(this.state.tasks, ([key, task]) => [key, alive(task)]))
    if (canonicalJson([...tasks]) !== canonicalJson([...now])) this.wrong.push('rows are not the state')
    const { tasks: _tasks, ...meta } = this.#kept
    const { tasks: _others, ...state } = this.state
    if (canonicalJson(meta) !== canonicalJson(state)) this.wrong.push('what is kept is not the state')
    for (const [key, task] of tasks) {
      if (task.attempt && isOfLane(task))
        tasks.set(key, { ...task, attempt: { ...task.attempt, heardAt: this.now } })
    }
    this.state = { ...meta, tasks }
    for (const effect of this.#open) this.#carryOut(effect)
  }

  #carryOut(effect: RunEffect): void {
    const what = `${effect.kind}:${'token' in effect ? effect.token : ''}:${this.#count}`
    this.#after(this.#ms(what, 2_000), () => {
      if (!this.#open.has(effect)) return
      // Done, but nobody knows: it is done again.
      if (this.#chance(`again:${what}`) < 0.1) this.#carryOut(effect)
      else this.#open.delete(effect)
      if (effect.kind === 'assign') this.#assign(effect)
      if (effect.kind === 'offer') this.#offer(effect)
      if (effect.kind === 'free') this.places.freed.add(effect.token)
    })
  }

  #assign({ task, token, wanted, agent }: Extract<RunEffect, { kind: 'assign' }>): void {
    const known = this.#answers.get(token)
    if (known) return void this.tell(known)
    const free = AGENTS.filter((one) => !wanted.exclude.includes(one) && (agent ?? one) === one)
    const id = free[Math.floor(this.#chance(`agent:${token}`) * free.length)]
    if (this.#chance(`busy:${token}`) < 0.2 || id === undefined) {
      const reason = id === undefined ? 'none' : 'busy'
      if (this.#chance(`freed:${token}`) < 0.5)
        this.#after(this.#ms(`freed:${token}`, 4_000), () => this.tell({ kind: 'slot-freed' }))
      return void this.tell({ kind: 'unassigned', task, token, reason, why: 'All are away' })
    }
    const assignment = { card: blankCard(id, 'http'), score: 1, factors: null, by: 'match' } as const
    const input = { kind: 'assigned', task, token, assignment } as const
    this.#answers.set(token, input)
    this.places.given.add(token)
    this.#after(this.#ms(`answer:${token}`, 500), () => this.tell(input))
  }

  #offer({ task, token }: Extract<RunEffect, { kind: 'offer' }>): void {
    if (this.#lanes.has(token) || this.state.tasks.get(task)?.attempt?.token !== token) return
    const order = orderOf(this.state, task, this.read)
    if ('code' in order) return void this.wrong.push(order.message)
    this.#lanes.add(token)
    const tokens = this.offered.get(task) ?? new Set()
    this.offered.set(task, tokens.add(token))
    this.#work(order)
  }

  #work({ task, token, number, input, maxMicroUsd }: AttemptOrder): void {
    const fate = fateOf(this.#scenario.seed, task, number)
    // What nobody waits for any more is given out again: a budget does not hold for it.
    const most = fate === 'late' && maxMicroUsd !== null ? 0 : (maxMicroUsd ?? Infinity)
    const microUsd = Math.min(most, this.#ms(`cost:${token}`, 9))
    const cost: AttemptCost = { microUsd, tokens: 1, model: 'm' }
    const ms = 1 + this.#ms(`work:${token}`, 11_000)
    const output = workFor(task, number, input)
    const ok = { kind: 'succeeded', output, cost } as const
    const miss = (reason: 'error' | 'lost', isFinal = false) =>
      ({
        kind: 'failed',
        reason,
        failure: { code: 'broken', message: '' },
        isFinal,
        cost,
        partial: number,
      }) as const
    if (fate === 'ok') this.#give(ms, task, token, ok)
    if (fate === 'late') this.#give(ms + 40_000, task, token, ok)
    if (fate === 'error' || fate === 'final') this.#give(ms, task, token, miss('error', fate === 'final'))
    if (fate === 'lost') this.#give(ms, task, token, miss('lost'))
    if (fate === 'invalid') this.#give(ms, task, token, { ...ok, output: 'no object' })
    if (fate === 'ask')
      this.#give(ms, task, token, { kind: 'input_required', asks: number, cost, partial: number })
    if (fate === 'accepted') {
      this.#give(1, task, token, { kind: 'accepted', cost: NO_COST })
      this.#give(ms, task, token, ok)
    }
    if (fate === 'hang') this.#beat(token)
  }

  #beat(token: number): void {
    const isHeld = [...this.state.tasks.values()].some(({ attempt }) => attempt?.token === token)
    if (!isHeld) return
    this.tell({ kind: 'heard', beats: [{ token, progress: this.now }] })
    this.#after(5_000, () => this.#beat(token))
  }

  #give(ms: number, task: string, token: number, outcome: AttemptOutcome): void {
    const give = (as: number) => {
      // A silent attempt is lost at its time, not before.
      const step = this.tell({ kind: 'told', task, token: as, outcome })
      if (
        as !== token &&
        step.kind === 'stepped' &&
        step.events.some((event) => event.type === 'task.succeeded' && event.task === task)
      )
        this.wrong.push('a result with a wrong token counts')
    }
    if (outcome.kind !== 'accepted' && this.#chance(`wrong:${token}`) < 0.1)
      this.#after(ms, () => give(token + 1_000))
    this.#after(ms, () => give(token))
    if (this.#chance(`twice:${token}`) < 0.2)
      this.#after(ms + this.#ms(`twice:${token}`, 9_000), () => give(token))
  }

  /** People answer what they are asked. */
  #ask({ type, task, data, seq }: RunEvent): void {
    if (task === null) return
    const { seed } = this.#scenario
    const isGate = type === 'task.waiting' && data['for'] === 'approval'
    const ms = this.#ms(`answer:${seq}`, 30_000)
    if (isGate || type === 'task.needs_review') {
      const by = { task, by: 'ann', comment: null }
      const output = isGate ? {} : { output: REVIEWED }
      const isYes = isApproved(seed, task)
      this.#after(ms, () =>
        this.tell(isYes ? { kind: 'approved', ...by, ...output } : { kind: 'rejected', ...by }),
      )
    }
    if (type === 'task.input_required')
      this.#after(ms, () => this.tell({ kind: 'supplied', task, input: seq }))
  }

  #pause(): void {
    this.tell({ kind: 'paused' })
    this.#after(this.#ms('resume', 60_000), () => this.tell({ kind: 'resumed' }))
  }

  /** The clock jumps, tasks are begun anew, and now and then somebody has enough. */
  #beWild(): void {
    for (let times = 0; times < 3; times += 1) {
      this.#after(this.#ms(`jump:${times}`, 40_000), () => {
        this.now += this.#ms(`far:${times}`, 100_000)
        const failed = [...this.state.tasks.values()].find(
          ({ status }) => status === 'failed' || status === 'blocked',
        )
        if (failed) this.tell({ kind: 'task-retried', task: failed.key })
      })
    }
    if (this.#chance('enough') < 0.2)
      this.#after(this.#ms('enough', 60_000), () => this.tell({ kind: 'cancelled', reason: null }))
  }
}

/** A task without what is not kept: when a lane was heard of, and of what. */
function alive(task: TaskState): TaskState {
  return task.attempt && isOfLane(task)
    ? { ...task, attempt: { ...task.attempt, heardAt: 0, progress: null } }
    : task
}

function isOfLane({ attempt }: TaskState): boolean {
  return attempt !== null && attempt.phase !== 'accepted'
}

function frozen(task: TaskState): TaskState {
  Object.freeze(task.attempt)
  return Object.freeze(task)
}
