import type { AppError } from '../core/errors.ts'
import { createSnapshotCache, type SnapshotCache } from '../core/snapshot-cache.ts'
import { type Db, openDb } from '../db/database.ts'

/** Where records are looked up: near and a little old, or far and true. */
export type Stores = { config: KVNamespace; database: D1Database }

/** Told of work that need not be waited for (`ctx.waitUntil`). */
type Background = (work: Promise<unknown>) => void

/**
 * Records that are asked for with every request, and whose end must be seen within ten seconds. What this isolate holds is
 * used without a look elsewhere for five seconds, and never after ten, when D1 must say it again. A record that it does not
 * hold is taken from the key-value store, while D1 is asked whether that is still so.
 */
export type Lookup<T> = {
  /**
   * @param now Unix ms
   * @throws the refusal where there is no such record
   */
  get(name: string, stores: Stores, now: number, background: Background): T | Promise<T>
  /** Makes this isolate go by a record at once. */
  hold(name: string, record: T, now: number): void
  /** Where others find a record in the key-value store, as JSON. */
  keyOf(name: string): string
}

const FRESH_MS = 5_000
const STALE_MS = 10_000
const MAX_ENTRIES = 10_000
/** The least that a place may remember of the key-value store. */
const KV_CACHE_SECONDS = 30
/** How long a record stays there that came by being asked for. */
const KV_SECONDS = 3_600
/** How long it is remembered that there is no such record, so that one wrong name costs few look-ups. */
const UNKNOWN_MS = 10_000
const MAX_UNKNOWN = 1_000

/** A kind of record, and what this isolate knows of it. */
type Shelf<T> = {
  prefix: string
  find: (db: Db, name: string) => Promise<T | null>
  cache: SnapshotCache<T>
  /** Names without a record, and until when that is believed (Unix ms). */
  unknown: Map<string, number>
}

/** One search on a shelf. */
type Search<T> = { shelf: Shelf<T>; name: string; stores: Stores; now: number; background: Background }

/**
 * @param prefix of the names in the key-value store
 * @param find asks D1
 * @param refusal thrown for names without a record
 */
export function createLookup<T extends object>(
  prefix: string,
  find: Shelf<T>['find'],
  refusal: () => AppError,
): Lookup<T> {
  const cache = createSnapshotCache<T>({ freshMs: FRESH_MS, staleMs: STALE_MS, maxEntries: MAX_ENTRIES })
  const unknown = new Map<string, number>()
  const shelf = { prefix, find, cache, unknown }
  return {
    keyOf: (name) => prefix + name,
    hold(name, record, now) {
      unknown.delete(name)
      cache.put(name, record, now)
    },
    get(name, stores, now, background) {
      if ((unknown.get(name) ?? 0) > now) throw refusal()
      const search = { shelf, name, stores, now, background }
      const load = async (known: T | undefined) => {
        const record = await (known ? searchAgain(search) : searchFirst(search))
        if (!record) throw refusal()
        return record
      }
      return cache.get(name, load, now, background)
    },
  }
}

/** While D1 cannot be asked, what the key-value store says is what is known: ends are written there as well. */
async function searchAgain<T>(search: Search<T>): Promise<T | null> {
  try {
    return await searchFar(search)
  } catch (cause) {
    const near = await searchNear(search)
    if (near) return near
    throw cause
  }
}

async function searchFirst<T>(search: Search<T>): Promise<T | null> {
  const near = searchNear(search)
  const far = searchFar(search)
  search.background(correct(search, near, far).catch(() => undefined))
  return (await near) ?? far
}

async function searchFar<T>({ shelf, name, stores, now }: Search<T>): Promise<T | null> {
  const record = await shelf.find(openDb(stores.database), name)
  if (!record) {
    if (shelf.unknown.size >= MAX_UNKNOWN) shelf.unknown.clear()
    shelf.unknown.set(name, now + UNKNOWN_MS)
  }
  return record
}

/** Null as well where the key-value store cannot be asked. */
function searchNear<T>({ shelf, name, stores }: Search<T>): Promise<T | null> {
  const options = { type: 'json', cacheTtl: KV_CACHE_SECONDS } as const
  return stores.config.get<T>(shelf.prefix + name, options).catch(() => null)
}

/** Puts right, here and in the key-value store, what that said otherwise than D1. */
async function correct<T>(
  { shelf, name, stores, now }: Search<T>,
  near: Promise<T | null>,
  far: Promise<T | null>,
): Promise<void> {
  const [before, record] = await Promise.all([near, far])
  const text = JSON.stringify(record)
  if (!record || JSON.stringify(before) === text) return
  if (before) shelf.cache.put(name, record, now)
  await stores.config.put(shelf.prefix + name, text, { expirationTtl: KV_SECONDS })
}
