import type { AttemptOrder, AttemptOutcome } from '../../../src/runs/attempt.ts'
import type { KeptTasks } from '../../../src/runs/run-object.ts'
import { advance, type Advanced, type RunEffect, type RunInput } from '../../../src/runs/run/advance.ts'
import type { RunEvent } from '../../../src/runs/run/events.ts'
import { newRun } from '../../../src/runs/run/new-run.ts'
import { orderOf } from '../../../src/runs/run/order.ts'
import { outputOf } from '../../../src/runs/run/output.ts'
import type { RunRequest, RunState } from '../../../src/runs/run/state.ts'
import { validated } from './validated.ts'

/** What somebody asked for. */
export function requestFor(document: object, fields: Partial<RunRequest> = {}): RunRequest {
  const { plan, faults } = validated(document)
  if (faults.length > 0) throw new Error(JSON.stringify(faults))
  return {
    id: 'run_1',
    caller: {
      tenantId: 'acme',
      keyId: 'key',
      scopes: ['agents'],
      userId: null,
      allowedModels: null,
      limits: null,
      tenantLimits: null,
    },
    region: 'EEUR',
    origin: 'https://ai.example.com',
    goal: null,
    plan,
    budget: plan.budget,
    input: null,
    agents: null,
    tools: [],
    callback: null,
    sessionId: null,
    forkOf: null,
    createdAt: 0,
    ...fields,
  }
}

/** A run that is told things by hand. Its clock stands still until it is moved. */
export class SimulatedRun {
  now = 1_000_000
  state: RunState
  readonly values = new Map<string, unknown>()
  readonly events: RunEvent[] = []
  effects: RunEffect[] = []
  readonly read = (name: string) => this.values.get(name)

  constructor(request: RunRequest, kept: KeptTasks | null = null) {
    const step = newRun(request, kept, this.now)
    if (step.kind === 'refused') throw new Error(step.why)
    this.state = step.state
    this.#keep(step)
  }

  /** Tells it something. @returns why it was refused; null where it was not */
  tell(input: RunInput): string | null {
    const step = advance(this.state, input, { now: this.now, read: this.read })
    this.#keep(step)
    return step.kind === 'refused' ? step.why : null
  }

  wait(ms: number): void {
    this.now += ms
    this.tell({ kind: 'tick' })
  }

  /** What a task's attempt gives. */
  give(task: string, outcome: Partial<AttemptOutcome> & { output?: unknown }): string | null {
    const token = this.state.tasks.get(task)?.attempt?.token ?? -1
    return this.tell({ kind: 'told', task, token, outcome: outcomeOf(outcome) })
  }

  order(task: string): AttemptOrder {
    const order = orderOf(this.state, task, this.read)
    if ('code' in order) throw new Error(order.message)
    return order
  }

  get output(): unknown {
    return outputOf(this.state, this.read)
  }

  /** Statuses of all tasks by key. */
  get statuses(): Record<string, string> {
    return Object.fromEntries(Array.from(this.state.tasks.values(), ({ key, status }) => [key, status]))
  }

  /** What the log has, as `type task`. */
  get log(): string[] {
    return this.events.map(({ type, task }) => (task === null ? type : `${type} ${task}`))
  }

  #keep(step: Advanced): void {
    if (step.kind === 'refused') return
    this.state = step.state
    for (const { name, value } of step.values) this.values.set(name, value)
    this.events.push(...step.events)
    this.effects.push(...step.effects)
  }
}

/** An outcome of which only what matters is said. */
function outcomeOf(fields: Partial<AttemptOutcome> & { output?: unknown }): AttemptOutcome {
  const cost = { microUsd: 0, tokens: 0, model: null, ...fields.cost }
  if (fields.kind === 'failed') {
    const failure = { code: 'broken', message: 'It broke' }
    return { reason: 'error', failure, isFinal: false, partial: null, ...fields, kind: 'failed', cost }
  }
  if (fields.kind === 'input_required')
    return { asks: 'What?', partial: null, ...fields, kind: 'input_required', cost }
  if (fields.kind === 'accepted') return { kind: 'accepted', cost }
  return { output: null, ...fields, kind: 'succeeded', cost }
}
