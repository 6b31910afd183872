import type { RunEffect } from './run/advance.ts'
import { type Attempt, ENDED, type RunState } from './run/state.ts'
import * as rows from './store/outbox-rows.ts'

/** The first pause after an effect failed; each is twice the one before, up to the longest. In ms. */
const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 30_000
/** What is left to do of an ended run is given up after a day. */
const GIVE_UP_MS = 86_400_000
/** While anything is under way, the run wakes this soon: what was lost with the memory is then done again. */
const AWAKE_MS = 3_000

/** Effects for one who carries them out. */
export type Parcel = { door: string; entries: readonly rows.OutboxEntry[] }

/**
 * What a run has others do after its steps, on disk and in memory. One call at a time goes to each who carries effects
 * out, so that they hear in order what was asked in order.
 */
export class Outbox {
  readonly #sql: SqlStorage
  readonly #entries: Map<number, rows.OutboxEntry>
  readonly #busy = new Set<string>()
  /** Done, but still on disk: until something else is written, as to do it once more does no harm. */
  #done: number[] = []
  #last: number

  constructor(sql: SqlStorage, entries: readonly rows.OutboxEntry[]) {
    this.#sql = sql
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]))
    this.#last = Math.max(0, ...this.#entries.keys())
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /**
   * Keeps effects on disk, and what is done no longer.
   *
   * @returns what remembers that: to be called when the transaction is over
   */
  write(effects: readonly RunEffect[]): () => void {
    for (const id of this.#done) rows.deleteEntry(this.#sql, id)
    const entries = effects.map((effect, at) => ({ id: this.#last + 1 + at, effect, tries: 0, dueAt: 0 }))
    for (const entry of entries) rows.writeEntry(this.#sql, entry)
    return () => {
      this.#done = []
      this.#last += entries.length
      for (const entry of entries) this.#entries.set(entry.id, entry)
    }
  }

  /** What is to be carried out now, until `done` or `failed` is told of it. @param now Unix ms */
  take(state: RunState, now: number): Parcel[] {
    const due = [...this.#entries.values()].filter(
      ({ dueAt, effect }) => dueAt <= now && !this.#isBusy(effect),
    )
    const doors = Map.groupBy(due, ({ effect }) => doorOf(effect))
    const parcels = [...doors].map(([door, entries]) => {
      const moot = new Set(entries.filter((entry) => isMoot(entry, state, now)))
      this.#delete([...moot])
      return { door, entries: entries.filter((entry) => !moot.has(entry)) }
    })
    const full = parcels.filter(({ entries }) => entries.length > 0)
    for (const { door } of full) this.#busy.add(door)
    return full
  }

  done({ door, entries }: Parcel): void {
    this.#busy.delete(door)
    this.#delete(entries)
  }

  /** @param now Unix ms */
  failed({ door, entries }: Parcel, now: number): void {
    this.#busy.delete(door)
    for (const entry of entries) {
      const dueAt = now + Math.min(FIRST_PAUSE_MS * 2 ** entry.tries, MAX_PAUSE_MS)
      const later = { ...entry, tries: entry.tries + 1, dueAt }
      rows.retryLater(this.#sql, later)
      this.#entries.set(entry.id, later)
    }
  }

  /** When the run has to wake for it; Infinity for never. Unix ms. */
  nextAt(now: number): number {
    const times = [...this.#entries.values()].map(({ effect, dueAt }) =>
      this.#isBusy(effect) ? now + AWAKE_MS : dueAt,
    )
    return Math.min(Infinity, ...times)
  }

  #isBusy(effect: RunEffect): boolean {
    return this.#busy.has(doorOf(effect))
  }

  #delete(entries: readonly rows.OutboxEntry[]): void {
    for (const { id } of entries) this.#entries.delete(id)
    this.#done.push(...entries.map(({ id }) => id))
  }
}

/** The attempt that has this token, while it counts. */
function attemptAt(state: RunState, { task, token }: { task: string; token: number }): Attempt | null {
  const attempt = state.tasks.get(task)?.attempt
  return attempt?.token === token ? attempt : null
}

/** Who carries it out. */
function doorOf(effect: RunEffect): string {
  if (effect.kind === 'assign' || effect.kind === 'free') return 'agents'
  return effect.kind === 'ended' ? 'end' : `lane ${effect.lane}`
}

/**
 * Whether there is nothing to do any more. An agent that may have been chosen by a call that broke off is asked for again,
 * so that its place can be given back.
 */
function isMoot({ effect, tries }: rows.OutboxEntry, state: RunState, now: number): boolean {
  const isOver = ENDED.has(state.status)
  if (isOver && now > (state.endedAt ?? now) + GIVE_UP_MS) return true
  if (effect.kind === 'offer') return isOver || attemptAt(state, effect)?.phase !== 'offered'
  if (effect.kind !== 'assign' || tries > 0) return false
  return isOver || attemptAt(state, effect)?.phase !== 'assigning'
}
