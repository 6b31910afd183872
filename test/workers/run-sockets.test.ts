import { evictDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import type { RunEvent } from '../../src/runs/run/events.ts'
import type { RunRequest } from '../../src/runs/run/state.ts'
import { task } from '../unit/runs/validated.ts'
import { gave, performing, requestFor, runOf, stubOf, until } from './run-world.ts'

/** Somebody who listens to a run. */
async function listener(request: RunRequest, after: number) {
  const headers = { upgrade: 'websocket' }
  const { webSocket } = await runOf(request).fetch(
    new Request(`http://run/events?after=${after}`, { headers }),
  )
  const heard: RunEvent[] = []
  const closed = vi.fn<(code: number) => void>()
  const answered = vi.fn<(text: string) => void>()
  webSocket?.addEventListener('message', ({ data }) => {
    if (data === 'pong') answered(data)
    else heard.push(JSON.parse(String(data)))
  })
  webSocket?.addEventListener('close', ({ code }) => closed(code))
  webSocket?.accept()
  return { heard, answered, closed, socket: webSocket }
}

const seqs = (heard: readonly RunEvent[]) => heard.map(({ seq }) => seq)

describe('the log by WebSocket', () => {
  it('begins after what was told, goes on through an eviction, and closes after the last event', async () => {
    let isOpen = false
    performing(async ({ task: key }) => {
      await until(() => isOpen || key === 'a')
      return gave(key)
    })
    const request = requestFor({ tasks: [task('a'), task('b', ['a'])] })
    await runOf(request).begin(request, 'digest', null)
    const first = await listener(request, 0)
    await vi.waitFor(() => expect(first.heard.at(-1)).toMatchObject({ type: 'task.started', task: 'b' }))
    const middle = first.heard.length
    const second = await listener(request, middle - 1)
    await vi.waitFor(() => expect(seqs(second.heard)).toEqual([middle]))
    await evictDurableObject(stubOf(request))
    isOpen = true
    await vi.waitFor(() => expect(second.closed).toHaveBeenCalledWith(1_000), { timeout: 5_000 })
    const log = (await runOf(request).eventsAfter(0, 0))?.events ?? []
    expect(first.heard).toEqual(log)
    expect(second.heard).toEqual(log.slice(middle - 1))
    const late = await listener(request, log.length - 1)
    await vi.waitFor(() => expect(late.closed).toHaveBeenCalledWith(1_000))
    expect(late.heard.map(({ type }) => type)).toEqual(['run.succeeded'])
  })

  it('goes on for others when one listener is gone, and answers what is no WebSocket', async () => {
    let isOpen = false
    performing(async ({ task: key }) => {
      await until(() => isOpen)
      return gave(key)
    })
    const request = requestFor({ tasks: [task('a')] })
    await runOf(request).begin(request, 'digest', null)
    const gone = await listener(request, 0)
    const there = await listener(request, 0)
    gone.socket?.close()
    there.socket?.send('ping')
    there.socket?.send('What is this?')
    await vi.waitFor(() => expect(there.answered).toHaveBeenCalledWith('pong'))
    await vi.waitFor(() => expect(there.heard.at(-1)?.type).toBe('task.started'))
    isOpen = true
    await vi.waitFor(() => expect(there.heard.at(-1)?.type).toBe('run.succeeded'))
    expect((await runOf(request).fetch(new Request('http://run/events'))).status).toBe(426)
    expect(
      (await runOf(requestFor({ tasks: [task('a')] })).fetch(new Request('http://run/events'))).status,
    ).toBe(404)
  })
})
