import { describe, expect, it } from 'vitest'
import { type ChatEvent, isLast } from '../../src/core/chat.ts'
import { framed } from './fixtures.ts'
import type { Format } from './format.ts'
import { API_KEY, PATIENT, ask, bodyOf, eventStream, eventsOf, fetching } from './host.ts'

const IMPATIENT = { ...PATIENT, ttftMs: 20, idleMs: 20 }
const TIMEOUT = { type: 'answer-error', code: 'timeout', message: 'Acme did not answer in time' }
const MEGABYTE = new TextEncoder().encode('x'.repeat(1024 * 1024))

const unreachable = () => Promise.reject(new Error(`connect ECONNREFUSED with ${API_KEY}`))

/** A host that never answers. */
const silent: typeof fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
  })

export function describeTransport(format: Format): void {
  const { adapter, fixtures } = format
  const chunks = fixtures.streams.get('text') ?? []

  it('sends JSON with the key in a header only', async () => {
    const sent: Request[] = []
    const fetch = fetching((url, init) => {
      sent.push(new Request(url, init))
      return eventStream(framed(chunks))
    })
    await Array.fromAsync(ask(adapter, fetch))
    const [request] = sent
    expect(request?.method).toBe('POST')
    expect(request?.url).toMatch(/^https:\/\/api\.acme\.test\/v1\//)
    expect(request?.url).not.toContain(API_KEY)
    expect(request?.redirect).toBe('manual')
    expect(request?.headers.get('content-type')).toBe('application/json')
    expect(request?.headers.get('accept')).toBe('text/event-stream')
    expect([...(request?.headers ?? [])].filter(([, value]) => value.includes(API_KEY))).toHaveLength(1)
    expect(await request?.text()).not.toContain(API_KEY)
  })

  it('reports a host that cannot be reached, without its key', async () => {
    expect(await Array.fromAsync(ask(adapter, unreachable))).toEqual([
      {
        type: 'answer-error',
        code: 'provider_failed',
        message: 'Acme could not be reached: connect ECONNREFUSED with [redacted]',
      },
    ])
  })

  describeStalls(format)
  describeAborts(format)
  describeFloods(format)

  it('stops reading after the last event', async () => {
    let cancelled = false
    const body = bodyOf([framed(chunks)], 'silence', () => (cancelled = true))
    const events = await eventsOf(adapter, eventStream(body))
    expect(events.at(-1)).toMatchObject({ type: 'answer-end' })
    expect(cancelled).toBe(true)
  })

  it('stops reading when nobody listens any more', async () => {
    let cancelled = false
    const body = bodyOf([framed(chunks.slice(0, -1))], 'silence', () => (cancelled = true))
    for await (const event of ask(
      adapter,
      fetching(() => eventStream(body)),
    )) {
      if (event.type === 'text-delta') break
    }
    expect(cancelled).toBe(true)
  })

  it('ignores what follows the last event', async () => {
    const body = framed([...chunks, 'not json', ...chunks])
    const events = await eventsOf(adapter, eventStream(body))
    expect(events.filter(isLast)).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'answer-end' })
  })
}

function describeStalls({ adapter, fixtures }: Format): void {
  const chunks = fixtures.streams.get('text') ?? []

  describe('a host that stalls', () => {
    it('before it answers is given up', async () => {
      expect(await Array.fromAsync(ask(adapter, silent, { timeouts: IMPATIENT }))).toEqual([TIMEOUT])
    })

    it('in the middle of its stream is given up', async () => {
      const response = eventStream(bodyOf([framed(chunks.slice(0, -1))], 'silence'))
      const events = await eventsOf(adapter, response, { timeouts: IMPATIENT })
      expect(events.slice(0, -1)).toContainEqual({ type: 'text-delta', text: 'Grüße, ' })
      expect(events.at(-1)).toEqual(TIMEOUT)
    })

    it('in the middle of a whole answer or of a refusal is given up', async () => {
      for (const status of [200, 500]) {
        const response = new Response(bodyOf(['{"'], 'silence'), { status })
        const events = await eventsOf(adapter, response, { stream: false, timeouts: IMPATIENT })
        expect(events).toEqual([TIMEOUT])
      }
    })

    it('is given up when it takes too long altogether, however busy it looks', async () => {
      const busy = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 2))
          controller.enqueue(new TextEncoder().encode(': ping\n\n'))
        },
      })
      const timeouts = { ...PATIENT, totalMs: 60 }
      expect(await eventsOf(adapter, eventStream(busy), { timeouts })).toEqual([TIMEOUT])
    })

    it('is waited for as long as bytes keep coming', async () => {
      const pieces = framed(chunks).match(/[^]{1,60}/g) ?? []
      let next = 0
      const slow = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 30))
          const piece = pieces[next++]
          if (piece === undefined) controller.close()
          else controller.enqueue(new TextEncoder().encode(piece))
        },
      })
      const timeouts = { ...PATIENT, ttftMs: 250, idleMs: 250 }
      const events = await eventsOf(adapter, eventStream(slow), { timeouts })
      expect(events.at(-1)).toMatchObject({ type: 'answer-end' })
    })
  })
}

function describeAborts({ adapter, fixtures }: Format): void {
  const chunks = fixtures.streams.get('text') ?? []

  it('throws when aborted before it answers', async () => {
    const signal = AbortSignal.abort(new Error('caller left'))
    const events = ask(
      adapter,
      fetching(() => eventStream(framed(chunks))),
      { signal },
    )
    await expect(Array.fromAsync(events)).rejects.toThrow('caller left')
  })

  it('throws when aborted in the middle of an answer', async () => {
    const controller = new AbortController()
    const body = bodyOf([framed(chunks.slice(0, -1))], 'silence')
    const seen: ChatEvent[] = []
    const listen = async () => {
      for await (const event of ask(
        adapter,
        fetching(() => eventStream(body)),
        { signal: controller.signal },
      )) {
        seen.push(event)
        setTimeout(() => controller.abort(new Error('caller left')), 5)
      }
    }
    await expect(listen()).rejects.toThrow('caller left')
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.filter(isLast)).toEqual([])
  })
}

/** One line that is as good as endless; `taken` counts the megabytes read of it. */
function flood() {
  let taken = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(taken === 0 ? new TextEncoder().encode('data: ') : MEGABYTE)
      taken += 1
      if (taken === 200) controller.close()
    },
  })
  return { body, taken: () => taken }
}

function describeFloods({ adapter, refusalSaying }: Format): void {
  it('reads no line without end', async () => {
    const { body, taken } = flood()
    const events = await eventsOf(adapter, eventStream(body))
    expect(events).toMatchObject([{ type: 'answer-error', code: 'provider_failed' }])
    expect(taken()).toBeLessThan(14)
  })

  it('reads no line of 10 MB', async () => {
    const line = `data: ${'x'.repeat(10 * 1024 * 1024)}\n\n`
    const pieces = line.match(/[^]{1,65536}/g) ?? []
    const events = await eventsOf(adapter, eventStream(bodyOf(pieces)))
    expect(events).toMatchObject([{ type: 'answer-error', code: 'provider_failed' }])
    expect(JSON.stringify(events).length).toBeLessThan(2_000)
  })

  it('reads no whole answer without end', async () => {
    const { body, taken } = flood()
    const events = await eventsOf(adapter, new Response(body), { stream: false })
    expect(events).toMatchObject([{ type: 'answer-error', message: 'Acme sent an answer that is too large' }])
    expect(taken()).toBeLessThan(40)
  })

  it('reads no refusal without end', async () => {
    const { body, taken } = flood()
    const events = await eventsOf(adapter, new Response(body, { status: 500 }))
    expect(events).toMatchObject([{ type: 'answer-error', code: 'provider_failed', status: 500 }])
    expect(taken()).toBeLessThan(5)
  })

  it('passes on no more than the beginning of a long failure inside a stream', async () => {
    const data = JSON.stringify(refusalSaying('long '.repeat(2_000)))
    const [event] = await eventsOf(adapter, eventStream(framed([data])))
    expect(event && 'message' in event ? event.message.length : 0).toBe(1_000)
  })
}
