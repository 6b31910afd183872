/**
 * Remembers loaded values for a while, for one isolate. A value older than `freshMs` is served once more while it is
 * loaded anew in the background; one older than `staleMs` is waited for. Concurrent loads of one key share one call.
 * Holds at most `maxEntries`, the oldest loaded go first. A load is told the value that it replaces, where one is held.
 */
export type SnapshotCache<T> = {
  /**
   * @param now Unix ms
   * @param background told of every load (`ctx.waitUntil`)
   */
  get(
    key: string,
    load: (known: T | undefined) => Promise<T>,
    now: number,
    background: (work: Promise<unknown>) => void,
  ): T | Promise<T>
  /** Holds a value that was come by in another way than loading it; loads under way do not replace it. */
  put(key: string, value: T, now: number): void
}

/** `freshMs`, `staleMs`: ages of a value, see `SnapshotCache`. */
export function createSnapshotCache<T>(options: {
  freshMs: number
  staleMs: number
  maxEntries: number
}): SnapshotCache<T> {
  const entries = new Map<string, { value: T; loadedAt: number }>()
  const loading = new Map<string, Promise<T>>()

  function put(key: string, value: T, now: number): void {
    entries.delete(key)
    entries.set(key, { value, loadedAt: now })
    const oldest = entries.keys().next()
    if (entries.size > options.maxEntries && !oldest.done) entries.delete(oldest.value)
  }

  function reload(
    key: string,
    load: (known: T | undefined) => Promise<T>,
    now: number,
    background: (work: Promise<unknown>) => void,
  ): Promise<T> {
    const known = loading.get(key)
    if (known) return known
    const before = entries.get(key)
    const work = load(before?.value)
      .then((value) => {
        const current = entries.get(key)
        if (current && current !== before) return current.value
        put(key, value, now)
        return value
      })
      .finally(() => loading.delete(key))
    loading.set(key, work)
    // Other requests may wait for this load, so it must not end with the request that began it.
    background(work.catch(() => undefined))
    return work
  }

  return {
    put,
    get(key, load, now, background) {
      const entry = entries.get(key)
      const age = entry ? now - entry.loadedAt : Infinity
      if (!entry || age > options.staleMs) return reload(key, load, now, background)
      if (age > options.freshMs) void reload(key, load, now, background).catch(() => undefined)
      return entry.value
    },
  }
}
