import { expect, describe, it } from 'vitest'
import { readInBatches } from '../../src/http/batched-body.ts'

const MEGABYTE = 1024 * 1024

/** A body of so many megabytes, which gives them as fast as they are taken; `taken` counts them. */
function generous(megabytes: number) {
  let taken = 0
  const body = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (taken === megabytes) return controller.close()
      taken += 1
      controller.enqueue(new Uint8Array(MEGABYTE).fill(taken))
    },
  })
  return { body, taken: () => taken }
}

describe('readInBatches', () => {
  it('gives every byte in order, however much it is', async () => {
    const source = readInBatches(generous(20).body)
    let bytes = 0
    let isInOrder = true
    for (let batch = await source.read(); batch; batch = await source.read()) {
      isInOrder &&= batch[0] === 1 + Math.floor(bytes / MEGABYTE)
      bytes += batch.byteLength
    }
    expect({ bytes, isInOrder }).toEqual({ bytes: 20 * MEGABYTE, isInOrder: true })
  })

  it('gathers what a fast host sends while nobody reads, up to a bound', async () => {
    const { body, taken } = generous(200)
    const source = readInBatches(body)
    await source.read()
    await scheduler.wait(300)
    expect(taken()).toBeGreaterThan(1)
    expect(taken()).toBeLessThan(16)
    await source.cancel()
  })

  it('ends its body when it is cancelled', async () => {
    const cancelled = Promise.withResolvers<void>()
    const body = new ReadableStream({
      type: 'bytes',
      start: (controller) => controller.enqueue(new Uint8Array([1])),
      cancel: () => cancelled.resolve(),
    })
    const source = readInBatches(body)
    expect(await source.read()).toEqual(new Uint8Array([1]))
    await source.cancel()
    await cancelled.promise
    expect(await source.read().catch(() => null)).toBeNull()
  })
})
