import { DurableObject } from 'cloudflare:workers'
import { log } from '../core/log.ts'
import { type AttemptIo, type AttemptOrder, type AttemptOutcome, NO_COST } from './attempt.ts'
import { runName } from './names.ts'
import type { RunObject } from './run-object.ts'
import { RUN_LIMITS } from './run/state.ts'
import * as rows from './store/lane-rows.ts'

/** The bindings that a lane uses. */
export type LaneBindings = { RUNS: DurableObjectNamespace<RunObject> }

/** How often a lane tells that it works, and looks after what was lost. */
const BEAT_MS = 4_000
/** How long a lane waits at most before it tells a run again what nobody took. */
const MAX_PAUSE_MS = 300_000
/** An attempt with less than this before it ends is not begun. */
const MIN_LEFT_MS = 5
/** An attempt that was aborted may still tell what it took, for this long. */
const GRACE_MS = 1_000
/** How often the work so far is kept on disk at most. */
const KEEP_MS = 1_000
/** What was told is marked so with the next write, or after this long: what is told once more is in the run's log. */
const CLOSE_MS = 250
/** JSON of an outcome, in characters of up to two bytes, and how many are told at once: a call takes at most 32 MiB. */
const MAX_OUTCOME_CHARS = 2 * RUN_LIMITS.outputBytes
const MAX_TOLD = 6

/** An attempt that is made now. `progress`: its work so far; `end` gives up waiting for it. */
type Work = {
  order: AttemptOrder
  run: string
  abort: AbortController
  stopped: 'timeout' | 'revoked' | null
  progress: { value: unknown; isTold: boolean } | null
  keptAt: number
  end: () => void
}

type Untold = { run: string; task: string; outcome: AttemptOutcome }

/** One lane of a run: makes a few attempts at a time, tells the run that they go on, and what came of them. */
export abstract class LaneObject<E extends LaneBindings = LaneBindings> extends DurableObject<E> {
  readonly #sql = this.ctx.storage.sql
  readonly #underway = new Map<number, Work>()
  /** What the run is to be told, by token. */
  readonly #untold = new Map<number, Untold>()
  /** Told, but still on disk as untold: to tell it once more does no harm. */
  #told: number[] = []
  #hasTables = this.#restored()
  #isArmed = false
  #isTelling = false
  #isBeating = false
  /** How often in a row the run did not take what it was told. */
  #failures = 0

  /** Makes an attempt. It never throws for what can happen to an attempt: that is an outcome. */
  protected abstract perform(order: AttemptOrder, io: AttemptIo): Promise<AttemptOutcome>

  /** Keeps orders and begins them. An order that is known already is begun once. */
  async offer(orders: readonly AttemptOrder[]): Promise<void> {
    if (!this.#hasTables) rows.createLane(this.#sql)
    this.#hasTables = true
    this.#close()
    for (const order of orders) {
      const run = runName(order.caller.tenantId, order.runId)
      if (rows.startOrder(this.#sql, run, order)) this.ctx.waitUntil(this.#make(order, run))
    }
    // What was lost with the memory need not wait for the alarm.
    this.ctx.waitUntil(this.#tell())
    if (!this.#isArmed) await this.#arm(BEAT_MS)
  }

  /** Takes attempts back: nothing of what they give counts but what they took. */
  async revoke(tokens: readonly number[]): Promise<void> {
    for (const token of tokens) this.#stop(token, 'revoked')
  }

  override async alarm(): Promise<void> {
    this.#isArmed = false
    if (this.#underway.size + this.#untold.size === 0) {
      this.#hasTables = false
      this.#told = []
      return this.ctx.storage.deleteAll()
    }
    const isIdle = this.#underway.size === 0
    await this.#arm(isIdle ? Math.min(BEAT_MS * 2 ** this.#failures, MAX_PAUSE_MS) : BEAT_MS)
    this.ctx.waitUntil(this.#beat())
    this.ctx.waitUntil(this.#tell())
  }

  /** What was made when the memory was lost is lost with it. @returns whether there are tables */
  #restored(): boolean {
    const open = rows.openOrders(this.#sql)
    for (const { token, task, run, state } of open) {
      if (state === 'started') {
        const lost = failed('lost', 'lost', 'The attempt broke off: it is not known how far it got')
        rows.keepOutcome(this.#sql, token, { ...lost, partial: rows.partialOf(this.#sql, token) })
      }
      this.#untold.set(token, { run, task, outcome: rows.outcomeOf(this.#sql, token) })
    }
    return open.length > 0
  }

  async #arm(ms: number): Promise<void> {
    this.#isArmed = true
    await this.ctx.storage.setAlarm(Date.now() + ms)
  }

  async #make(order: AttemptOrder, run: string): Promise<void> {
    const { token } = order
    const { promise: given, resolve: end } = Promise.withResolvers<null>()
    const abort = new AbortController()
    const work: Work = { order, run, abort, stopped: null, progress: null, keptAt: 0, end: () => end(null) }
    this.#underway.set(token, work)
    const leftMs = order.deadline - Date.now()
    const timer = setTimeout(() => this.#stop(token, 'timeout'), leftMs)
    const made = leftMs < MIN_LEFT_MS ? null : this.#outcome(work)
    const outcome = await Promise.race([made, given])
    clearTimeout(timer)
    this.#underway.delete(token)
    const told = work.stopped === 'timeout' || leftMs < MIN_LEFT_MS ? timedOut(work, outcome) : outcome
    if (work.stopped === 'revoked' && (told?.cost.microUsd ?? 0) === 0)
      return rows.closeOrder(this.#sql, token)
    this.#keep(work, told ?? timedOut(work, null))
    await this.#tell()
  }

  async #outcome(work: Work): Promise<AttemptOutcome> {
    try {
      return await this.perform(work.order, {
        signal: work.abort.signal,
        background: (more) => this.ctx.waitUntil(more),
        progress: (partial, isVital) => this.#progress(work, partial, isVital),
      })
    } catch (cause) {
      const { runId, task, token } = work.order
      log('error', { message: 'An attempt broke', runId, task, token, cause: String(cause) })
      return failed('error', 'internal', 'Something broke inside')
    }
  }

  #keep({ run, order: { task, token } }: Work, given: AttemptOutcome): void {
    const size = JSON.stringify(given).length
    const tooLarge = failed(
      'invalid_output',
      'output_too_large',
      `The output is far too large: ${size} characters`,
    )
    const outcome = size > MAX_OUTCOME_CHARS ? { ...tooLarge, cost: given.cost } : given
    this.#close()
    rows.keepOutcome(this.#sql, token, outcome)
    this.#untold.set(token, { run, task, outcome })
  }

  #close(): void {
    for (const token of this.#told) rows.closeOrder(this.#sql, token)
    this.#told = []
  }

  #progress(work: Work, value: unknown, isVital = false): void {
    if (!this.#underway.has(work.order.token)) return
    const json = JSON.stringify(value)
    if (new TextEncoder().encode(json).length > RUN_LIMITS.progressBytes) return
    work.progress = { value, isTold: false }
    const now = Date.now()
    if (!isVital && now < work.keptAt + KEEP_MS) return
    work.keptAt = now
    rows.keepPartial(this.#sql, work.order.token, json)
  }

  #stop(token: number, why: 'timeout' | 'revoked'): void {
    const work = this.#underway.get(token)
    if (!work || work.stopped) return
    work.stopped = why
    const name = why === 'timeout' ? 'TimeoutError' : 'AbortError'
    work.abort.abort(new DOMException('The attempt was ended', name))
    setTimeout(work.end, GRACE_MS)
  }

  /** Tells the run that it is worked on, and what was done so far. */
  async #beat(): Promise<void> {
    const works = [...this.#underway.values()].filter(({ stopped }) => stopped === null)
    const [first] = works
    if (!first || this.#isBeating) return
    this.#isBeating = true
    const beats = works.map(({ order: { token }, progress }) =>
      progress && !progress.isTold ? { token, progress: progress.value } : { token },
    )
    const sent = works.map(({ progress }) => progress)
    try {
      const stale = await this.env.RUNS.getByName(first.run).heard(beats)
      for (const progress of sent) if (progress) progress.isTold = true
      for (const token of stale) this.#stop(token, 'revoked')
    } catch (cause) {
      log('warn', { message: 'A run did not hear a lane', run: first.run, cause: String(cause) })
    } finally {
      this.#isBeating = false
    }
  }

  /** Tells the run what came of its attempts, several at once. What it does not take is told again later. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    try {
      const next = () => [...this.#untold.entries().take(MAX_TOLD)]
      for (let done = next(); done[0]; done = next()) {
        const inputs = done.map(
          ([token, { task, outcome }]) => ({ kind: 'told', task, token, outcome }) as const,
        )
        await this.env.RUNS.getByName(done[0][1].run).tellAll(inputs)
        for (const [token] of done) this.#untold.delete(token)
        if (this.#told.length === 0) setTimeout(() => this.#close(), CLOSE_MS)
        this.#told.push(...done.map(([token]) => token))
        this.#failures = 0
      }
    } catch (cause) {
      this.#failures += 1
      log('warn', { message: 'A run did not take an outcome', cause: String(cause) })
    } finally {
      this.#isTelling = false
    }
  }
}

function failed(
  reason: Extract<AttemptOutcome, { kind: 'failed' }>['reason'],
  code: string,
  message: string,
): Extract<AttemptOutcome, { kind: 'failed' }> {
  return { kind: 'failed', reason, failure: { code, message }, isFinal: false, cost: NO_COST, partial: null }
}

/** What came of an attempt whose time was over: what it gave all the same, or what it took and had done. */
function timedOut({ progress }: Work, outcome: AttemptOutcome | null): AttemptOutcome {
  if (outcome && outcome.kind !== 'failed') return outcome
  const late = failed('timeout', 'attempt_timeout', 'The attempt took too long')
  return {
    ...late,
    cost: outcome?.cost ?? NO_COST,
    partial: outcome?.partial ?? progress?.value ?? null,
  }
}
