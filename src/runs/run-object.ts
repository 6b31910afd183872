import { DurableObject } from 'cloudflare:workers'
import { log } from '../core/log.ts'
import { askAgents, askLane, type RunBindings } from './doors.ts'
import { listRun, tellEnd } from './end.ts'
import { Outbox, type Parcel } from './outbox.ts'
import { advance, type RunEffect, type RunInput, type RunRefusal, type RunStep } from './run/advance.ts'
import { nextDueAt } from './run/due.ts'
import type { RunEvent } from './run/events.ts'
import { keptOf } from './run/fork.ts'
import { newRun } from './run/new-run.ts'
import { objectionTo } from './run/objection.ts'
import { outputOf } from './run/output.ts'
import { ENDED, RUN_LIMITS, type RunFailure, type RunRequest, type RunState } from './run/state.ts'
import { acceptSocket, tellSockets } from './sockets.ts'
import { readEntries } from './store/outbox-rows.ts'
import * as rows from './store/run-rows.ts'

/** A run as it is read. `output`: what it gave, or has given so far; null for nothing. */
export type RunView = { state: RunState; output: unknown }
/** `known`: it was begun before, by the same request. `conflict`: by another. */
export type Begun = { kind: 'begun' | 'known'; view: RunView } | { kind: 'conflict' }
export type Told = { kind: 'done' } | { kind: 'refused'; why: RunRefusal | 'unknown_run' }

export type Unfit = { kind: 'unfit'; failure: RunFailure }

/** What is kept of another run's finished tasks for one that goes on from it. */
export type KeptTasks = { tasks: RunState['tasks']; values: readonly { name: string; value: unknown }[] }

/** What of a run is in memory: all but its values and its log. */
type Live = { state: RunState; digest: string; outbox: Outbox }

/** After something broke that never should. */
const BROKEN_MS = 30_000
/** The longest that anybody waits for events. */
const MAX_WAIT_MS = 25_000

/**
 * One run of one tenant: the plan, its tasks, the log. It never waits for a model. Each step is on disk as a whole before
 * anything of it is done; what is to be done is repeated until it worked.
 */
export class RunObject extends DurableObject<RunBindings> {
  readonly #sql = this.ctx.storage.sql
  #live = this.#restored()
  readonly #waiting = new Set<() => void>()
  #alarmAt: number | null = null
  /** The last event that who waits was told of. */
  #toldSeq = this.#live?.state.seq ?? 0

  /** @param digest of what was asked for: equal for equal requests */
  async begin(request: RunRequest, digest: string, kept: KeptTasks | null): Promise<Begun> {
    if (this.#live) {
      return this.#live.digest === digest
        ? { kind: 'known', view: this.#view(this.#live) }
        : { kind: 'conflict' }
    }
    const step = newRun(request, kept, Date.now())
    if (step.kind === 'refused') throw new Error(step.why)
    const live: Live = { state: step.state, digest, outbox: new Outbox(this.#sql, []) }
    this.ctx.storage.transactionSync(() => {
      rows.createRun(this.#sql, request, digest)
      this.#keep(live, null, step)
    })
    this.#live = live
    this.#goOn(live)
    return { kind: 'begun', view: this.#view(live) }
  }

  /** Null for a run that was never begun, or is kept no more. */
  async view(): Promise<RunView | null> {
    return this.#live && this.#view(this.#live)
  }

  /** The run when it has ended, or as it is after `ms`. */
  async viewAtEnd(ms: number): Promise<RunView | null> {
    const until = Date.now() + ms
    for (let left = ms; this.#live && !hasEnded(this.#live) && left > 0; left = until - Date.now()) {
      await this.#news(left)
    }
    return this.view()
  }

  /** Events after `seq`, at least one unless `waitMs` passes before, or it has ended. Null for no such run. */
  async eventsAfter(
    seq: number,
    waitMs: number,
  ): Promise<{ events: readonly RunEvent[]; hasEnded: boolean } | null> {
    if (this.#live && this.#live.state.seq <= seq && !hasEnded(this.#live) && waitMs > 0) {
      await this.#news(Math.min(waitMs, MAX_WAIT_MS))
    }
    if (!this.#live) return null
    const events = this.#page(seq)
    const isAll = (events.at(-1)?.seq ?? seq) >= this.#live.state.seq
    return { events, hasEnded: isAll && hasEnded(this.#live) }
  }

  /** A kept value by its name; undefined for none. */
  async value(name: string): Promise<unknown> {
    return this.#live ? rows.readValue(this.#sql, name) : undefined
  }

  async tell(input: RunInput): Promise<Told> {
    const [told] = await this.tellAll([input])
    return told ?? { kind: 'done' }
  }

  /** What an agent elsewhere gives. An output that does not fit its schema is not taken: it may tell another. */
  async toldByAgent(input: Extract<RunInput, { kind: 'told' }>): Promise<Told | Unfit> {
    const objection = this.#live && objectionTo(this.#live.state, input)
    if (objection && objection !== 'stale') return { kind: 'unfit', failure: objection }
    const told = await this.tell(input)
    return objection ? { kind: 'refused', why: 'stale' } : told
  }

  /** Tells several things, each as `tell` does. */
  async tellAll(inputs: readonly RunInput[]): Promise<Told[]> {
    const live = this.#live
    if (!live) return inputs.map(() => ({ kind: 'refused', why: 'unknown_run' }))
    const told = inputs.map((input) => this.#step(live, input))
    this.#goOn(live)
    return told
  }

  /**
   * What a run that is to go on from here has of this one; null for no such run, or task; or it is too much.
   *
   * @param from a task to be done anew, with all after it
   */
  async kept(from: string | null): Promise<KeptTasks | 'too_large' | null> {
    return this.#live && keptOf(this.#live.state, from, this.#read)
  }

  /** Signs of life. @returns the tokens that count no longer */
  async heard(beats: readonly { token: number; progress?: unknown }[]): Promise<readonly number[]> {
    if (!this.#live) return beats.map(({ token }) => token)
    await this.tell({ kind: 'heard', beats })
    const current = new Set([...this.#live.state.tasks.values()].map(({ attempt }) => attempt?.token))
    return beats.map(({ token }) => token).filter((token) => !current.has(token))
  }

  /** An agent of this tenant may be free again. */
  async slotFreed(): Promise<void> {
    await this.tell({ kind: 'slot-freed' })
  }

  /** The log by WebSocket: each event as a text of JSON, those after `?after` first. */
  override async fetch(request: Request): Promise<Response> {
    if (!this.#live) return new Response(null, { status: 404 })
    return acceptSocket(this.ctx, request, this.#tale(this.#live))
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null
    const live = this.#live
    const now = Date.now()
    if (!live) return
    if (live.outbox.isEmpty && now >= forgottenAt(live)) return this.#forget()
    try {
      live.outbox.write([])()
      this.#step(live, { kind: 'tick' })
      this.#goOn(live)
    } catch (cause) {
      log('error', { message: 'A run broke', run: live.state.request.id, cause: String(cause) })
      if (now < live.state.deadline + RUN_LIMITS.keptMs) await this.ctx.storage.setAlarm(now + BROKEN_MS)
      else await this.#forget()
    }
  }

  #step(live: Live, input: RunInput): Told {
    const step = advance(live.state, input, { now: Date.now(), read: this.#read })
    if (step.kind === 'refused') return { kind: 'refused', why: step.why }
    const { changed, events, effects, values } = step
    const isKept = changed.length + events.length + effects.length + values.length > 0
    const before = live.state
    if (isKept) this.#keep(live, before, step)
    live.state = step.state
    if (step.state.status !== before.status && !hasEnded(live)) {
      this.ctx.waitUntil(listRun(this.env, step.state))
    }
    return { kind: 'done' }
  }

  #keep(live: Live, before: RunState | null, step: RunStep): void {
    const remember = this.ctx.storage.transactionSync(() => {
      rows.writeStep(this.#sql, before, step)
      return live.outbox.write(step.effects)
    })
    remember()
  }

  /** After steps: carries out what they ask for, sees to it that the run wakes in time, tells who waits. */
  #goOn(live: Live): void {
    for (const parcel of live.outbox.take(live.state, Date.now())) {
      this.ctx.waitUntil(this.#carry(live, parcel))
    }
    this.#arm(live)
    if (live.state.seq === this.#toldSeq) return
    this.#toldSeq = live.state.seq
    for (const wake of this.#waiting) wake()
    tellSockets(this.ctx, this.#tale(live))
  }

  /** Has effects carried out, and tells the run what came of it. */
  async #carry(live: Live, parcel: Parcel): Promise<void> {
    const effects = parcel.entries.map(({ effect }) => effect)
    const inputs = await this.#ask(live.state, effects).catch((cause: unknown) => {
      const { id: run } = live.state.request
      log('warn', { message: 'An effect of a run failed', door: parcel.door, run, cause: String(cause) })
    })
    if (!inputs) live.outbox.failed(parcel, Date.now())
    else {
      live.outbox.done(parcel)
      for (const input of inputs) this.#step(live, input)
    }
    this.#goOn(live)
  }

  async #ask(state: RunState, effects: readonly RunEffect[]): Promise<readonly RunInput[]> {
    const [first] = effects
    if (first?.kind === 'ended') return tellEnd(this.env, state, outputOf(state, this.#read))
    if (first?.kind === 'offer' || first?.kind === 'revoke') {
      return askLane(this.env, state, first.lane, effects, this.#read)
    }
    return askAgents(this.env, state, effects)
  }

  /** One alarm for whatever comes first. One that is set and comes no later stays: an alarm too many does nothing. */
  #arm(live: Live): void {
    const now = Date.now()
    const last = hasEnded(live) ? forgottenAt(live) : (nextDueAt(live.state) ?? Infinity)
    const at = Math.max(Math.min(last, live.outbox.nextAt(now)), now)
    if (at === Infinity || (this.#alarmAt !== null && this.#alarmAt > now && this.#alarmAt <= at)) return
    this.#alarmAt = at
    this.ctx.waitUntil(this.ctx.storage.setAlarm(at))
  }

  async #forget(): Promise<void> {
    this.#live = null
    for (const wake of this.#waiting) wake()
    await this.ctx.storage.deleteAll()
  }

  /** Until something happens, or `ms` are over. */
  async #news(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#waiting.add(resolve)
    await promise
    clearTimeout(timer)
    this.#waiting.delete(resolve)
  }

  #tale(live: Live) {
    return { eventsAfter: (seq: number) => this.#page(seq), hasEnded: hasEnded(live) }
  }

  #page(seq: number): RunEvent[] {
    return rows.eventsAfter(this.#sql, seq)
  }

  #view({ state }: Live): RunView {
    return { state, output: outputOf(state, this.#read) }
  }

  readonly #read = (name: string): unknown => rows.readValue(this.#sql, name)

  #restored(): Live | null {
    const kept = rows.readRun(this.#sql, Date.now())
    if (!kept) return null
    return { ...kept, outbox: new Outbox(this.#sql, readEntries(this.#sql)) }
  }
}

function hasEnded({ state }: Live): boolean {
  return ENDED.has(state.status)
}

/** Unix ms. */
function forgottenAt({ state }: Live): number {
  return (state.endedAt ?? Infinity) + RUN_LIMITS.keptMs
}
