import { describe, expect, it } from 'vitest'
import { createSnapshotCache } from '../../../src/core/snapshot-cache.ts'

const FRESH = 10
const STALE = 100

/** A cache over loads that are answered by hand, in the order they were asked for. */
function setUp(maxEntries = 3) {
  const cache = createSnapshotCache<string>({ freshMs: FRESH, staleMs: STALE, maxEntries })
  const loads: { key: string; resolve: (value: string) => void; reject: (error: Error) => void }[] = []
  const background: Promise<unknown>[] = []
  const get = (key: string, now: number) =>
    cache.get(
      key,
      () => new Promise((resolve, reject) => loads.push({ key, resolve, reject })),
      now,
      (work) => background.push(work),
    )
  async function load(key: string, value: string, now: number) {
    const loaded = get(key, now)
    loads.at(-1)?.resolve(value)
    expect(await loaded).toBe(value)
  }
  const put = (key: string, value: string, now: number) => cache.put(key, value, now)
  return { get, load, loads, background, put }
}

describe('createSnapshotCache', () => {
  it('waits for the first load, then serves it without waiting while it is fresh', async () => {
    const { get, load, loads, background } = setUp()
    await load('a', 'one', 0)
    expect(get('a', 0)).toBe('one')
    expect(get('a', FRESH)).toBe('one')
    expect(loads).toHaveLength(1)
    expect(background).toHaveLength(1)
  })

  it('serves an older value once more while it loads a new one in the background', async () => {
    const { get, load, loads, background } = setUp()
    await load('a', 'one', 0)
    expect(get('a', FRESH + 1)).toBe('one')
    expect(background).toHaveLength(2)
    loads.at(-1)?.resolve('two')
    await Promise.all(background)
    expect(get('a', FRESH + 1)).toBe('two')
    expect(loads).toHaveLength(2)
  })

  it('waits for a new value once the old one is stale', async () => {
    const { get, load } = setUp()
    await load('a', 'one', 0)
    await load('b', 'one', 0)
    expect(get('a', STALE)).toBe('one')
    await load('b', 'two', STALE + 1)
    expect(get('b', STALE + 1)).toBe('two')
  })

  it('loads a key once for all who ask at the same time, and other keys beside it', async () => {
    const { get, loads } = setUp()
    const asked = [get('a', 0), get('a', 1), get('b', 1)]
    expect(loads.map(({ key }) => key)).toEqual(['a', 'b'])
    for (const { key, resolve } of loads) resolve(key)
    expect(await Promise.all(asked.map((value) => Promise.resolve(value)))).toEqual(['a', 'a', 'b'])
  })

  it('loads once in the background, too', async () => {
    const { get, load, loads } = setUp()
    await load('a', 'one', 0)
    for (let i = 0; i < 3; i++) expect(get('a', FRESH + 1)).toBe('one')
    expect(loads).toHaveLength(2)
  })

  it('does not remember a failed load', async () => {
    const { get, load, loads } = setUp()
    const failing = get('a', 0)
    loads[0]?.reject(new Error('down'))
    await expect(failing).rejects.toThrow('down')
    await load('a', 'one', 0)
    expect(get('a', 1)).toBe('one')
  })

  it('keeps serving the old value when the background load fails, and tries again', async () => {
    const { get, load, loads, background } = setUp()
    await load('a', 'one', 0)
    expect(get('a', FRESH + 1)).toBe('one')
    loads.at(-1)?.reject(new Error('down'))
    expect((await Promise.allSettled(background)).slice(1)).toMatchObject([{ status: 'fulfilled' }])
    expect(get('a', FRESH + 2)).toBe('one')
    expect(loads).toHaveLength(3)
  })

  it('tells a load the value that it replaces', async () => {
    const cache = createSnapshotCache<string>({ freshMs: FRESH, staleMs: STALE, maxEntries: 3 })
    const get = (now: number) =>
      cache.get(
        'a',
        async (known = '') => `${known}+`,
        now,
        () => undefined,
      )
    expect(await get(0)).toBe('+')
    expect(await get(STALE + 1)).toBe('++')
  })

  it('serves a value that was put there, also when an older load ends after it', async () => {
    const { get, load, loads, put } = setUp()
    put('a', 'own', 0)
    expect(get('a', FRESH)).toBe('own')
    await load('b', 'one', 0)
    expect(get('b', FRESH + 1)).toBe('one')
    put('b', 'own', FRESH + 1)
    loads.at(-1)?.resolve('two')
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(get('b', FRESH + 1)).toBe('own')
  })

  it('forgets the value loaded longest ago when there are too many', async () => {
    const { get, load, loads } = setUp(2)
    await load('a', 'a', 0)
    await load('b', 'b', 0)
    expect(get('a', FRESH + 1)).toBe('a')
    loads.at(-1)?.resolve('a again')
    await new Promise((resolve) => setTimeout(resolve, 0))
    await load('c', 'c', FRESH + 1)
    expect(get('a', FRESH + 1)).toBe('a again')
    expect(get('c', FRESH + 1)).toBe('c')
    expect(get('b', FRESH + 1)).toBeInstanceOf(Promise)
  })
})
