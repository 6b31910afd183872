import { DurableObject } from 'cloudflare:workers'
import { log } from '../core/log.ts'
import { SharedTable, type StoredTable } from './shared-table.ts'
import { type Delta, publishedKey, type Snapshot, STATS_VERSION } from './snapshot.ts'

/** Figures of the last moments are lost with the memory they are in: at most of this long. */
const STORE_MS = 10_000
/** How often cold isolates get newer figures to begin with. KV takes one write a second. */
const PUBLISH_MS = 30_000
/** What was published is of no use to anybody after this long. */
const PUBLISHED_SECONDS = 600

/** The bindings it uses. */
export type StatsBindings = { CONFIG: KVNamespace; EVENTS: Queue }

/**
 * What all isolates of a region know of the hosts of one shard. In memory; one alarm now and then stores it, publishes
 * it, and sends finished minutes to the queue.
 */
export class StatsObject extends DurableObject<StatsBindings> {
  #table: SharedTable | null = this.#restored()
  #publishedAt = 0
  #isPublished = true
  #alarmAt = Infinity

  /** What everybody knows, with what this isolate tells; null when a deploy made its words foreign. */
  async sync(delta: Delta): Promise<Snapshot | null> {
    if (delta.version !== STATS_VERSION) return null
    const now = Date.now()
    this.#table ??= SharedTable.empty(delta.place, now)
    const snapshot = this.#table.sync(delta, now)
    if (delta.offers.length > 0) {
      this.#isPublished = false
      await this.#wakeAt(now + STORE_MS)
    }
    return snapshot
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = Infinity
    const table = this.#table
    if (!table) return
    const now = Date.now()
    await this.#sendMinutes(table, now).catch(warn)
    await this.#publish(table, now).catch(warn)
    this.ctx.storage.kv.put<StoredTable>('table', table.stored())
    const publishAt = this.#isPublished ? Infinity : this.#publishedAt + PUBLISH_MS
    const next = Math.min(table.nextWorkAt(now) ?? Infinity, publishAt)
    if (next < Infinity) await this.#wakeAt(next)
  }

  /** What the queue does not take is sent again at the next alarm. */
  async #sendMinutes(table: SharedTable, now: number): Promise<void> {
    for (const entry of table.finishedMinutes(now)) {
      await this.env.EVENTS.send(entry)
      table.takenAway(entry)
    }
  }

  async #publish(table: SharedTable, now: number): Promise<void> {
    if (this.#isPublished || now - this.#publishedAt < PUBLISH_MS) return
    this.#isPublished = true
    this.#publishedAt = now
    const text = JSON.stringify(table.published(now))
    await this.env.CONFIG.put(publishedKey(table.place), text, { expirationTtl: PUBLISHED_SECONDS })
  }

  async #wakeAt(at: number): Promise<void> {
    if (at >= this.#alarmAt) return
    this.#alarmAt = at
    await this.ctx.storage.setAlarm(at)
  }

  #restored(): SharedTable | null {
    const stored = this.ctx.storage.kv.get<StoredTable>('table')
    return stored?.version === STATS_VERSION ? new SharedTable(stored) : null
  }
}

function warn(cause: unknown): void {
  log('warn', { message: 'Live figures were not passed on', cause: String(cause) })
}
