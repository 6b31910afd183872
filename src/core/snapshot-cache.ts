/**
 * Remembers loaded values for a while, for one isolate. A value older than `freshMs` is served once more while it is
 * loaded anew in the background; one older than `staleMs` is waited for. Concurrent loads of one key share one call.
 * Holds at most `maxEntries`, the oldest loaded go first.
 */
export type SnapshotCache<T> = {
  /**
   * @param now Unix ms
   * @param background told of every load (`ctx.waitUntil`)
   */
  get(
    key: string,
    load: () => Promise<T>,
    now: number,
    background: (work: Promise<unknown>) => void,
  ): T | Promise<T>
}

/** `freshMs`, `staleMs`: ages of a value, see `SnapshotCache`. */
export function createSnapshotCache<T>(options: {
  freshMs: number
  staleMs: number
  maxEntries: number
}): SnapshotCache<T> {
  const entries = new Map<string, { value: T; loadedAt: number }>()
  const loading = new Map<string, Promise<T>>()

  function reload(
    key: string,
    load: () => Promise<T>,
    now: number,
    background: (work: Promise<unknown>) => void,
  ): Promise<T> {
    const known = loading.get(key)
    if (known) return known
    const work = load()
      .then((value) => {
        entries.delete(key)
        entries.set(key, { value, loadedAt: now })
        const oldest = entries.keys().next()
        if (entries.size > options.maxEntries && !oldest.done) entries.delete(oldest.value)
        return value
      })
      .finally(() => loading.delete(key))
    loading.set(key, work)
    // Other requests may wait for this load, so it must not end with the request that began it.
    background(work.catch(() => undefined))
    return work
  }

  return {
    get(key, load, now, background) {
      const entry = entries.get(key)
      const age = entry ? now - entry.loadedAt : Infinity
      if (!entry || age > options.staleMs) return reload(key, load, now, background)
      if (age > options.freshMs) void reload(key, load, now, background).catch(() => undefined)
      return entry.value
    },
  }
}
