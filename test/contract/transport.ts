import { describe, expect, it } from 'vitest'
import { type ChatEvent, isLast } from '../../src/core/chat.ts'
import { framed } from './fixtures.ts'
import type { Timeouts } from '../../src/core/reliability.ts'
import type { Format } from './format.ts'
import { API_KEY, PATIENT, ask, bodyOf, eventStream, eventsOf, fetching } from './host.ts'

const timeout = (complaint: string) => ({
  type: 'answer-error',
  code: 'timeout',
  message: `Acme ${complaint}`,
})
const IDLE = timeout('was silent for 40 ms (idle timeout)')
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
        beforeResponse: true,
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

/** A body of these pieces, one every `everyMs`; then `last` for ever, or its end. */
function dripping(pieces: readonly string[], everyMs: number, last?: string): ReadableStream<Uint8Array> {
  let next = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      const piece = pieces[next++] ?? last
      if (piece === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(piece))
    },
  })
}

/** How an answer ends within these times. */
async function within(timeouts: Partial<Timeouts>, { adapter }: Format, response: Response, stream = true) {
  return eventsOf(adapter, response, { stream, timeouts: { ...PATIENT, ...timeouts } })
}

function describeStalls(format: Format): void {
  const { adapter } = format

  describe('a host that stalls', () => {
    it('before its headers is given up after the time to connect', async () => {
      const timeouts = { ...PATIENT, connectMs: 20 }
      const late = timeout('did not begin to answer within 20 ms (connect timeout)')
      expect(await Array.fromAsync(ask(adapter, silent, { timeouts }))).toEqual([late])
    })

    it('before a whole answer has the time for the first token, whatever the time to connect', async () => {
      const timeouts = { ...PATIENT, connectMs: 5, ttftMs: 30 }
      const late = timeout('did not begin to answer within 30 ms (ttft timeout)')
      expect(await Array.fromAsync(ask(adapter, silent, { timeouts, stream: false }))).toEqual([late])
    })

    it('before its first content is given up, whatever comments it sends', async () => {
      const late = timeout('sent no content within 60 ms (ttft timeout)')
      for (const body of [bodyOf([], 'silence'), dripping([], 5, ': still here\n\n')]) {
        expect(await within({ ttftMs: 60, idleMs: 20 }, format, eventStream(body))).toEqual([late])
      }
    })

    it('in the middle of a whole answer is given up', async () => {
      const body = bodyOf(['{"'], 'silence')
      expect(await within({ idleMs: 40 }, format, new Response(body), false)).toEqual([IDLE])
    })

    it.each(['silence', 'break'] as const)('in the middle of a refusal has refused: %s', async (then) => {
      const response = new Response(bodyOf(['{"'], then), { status: 429, headers: { 'retry-after': '7' } })
      expect(await within({ idleMs: 40 }, format, response)).toEqual([
        { type: 'answer-error', code: 'rate_limited', message: 'HTTP 429', status: 429, retryAfterMs: 7_000 },
      ])
    })
  })
  describeStalledStreams(format)
}

function describeStalledStreams(format: Format): void {
  const { adapter, fixtures } = format
  const chunks = fixtures.streams.get('text') ?? []
  const unfinished = framed(chunks.slice(0, -1))

  describe('a host that stalls', () => {
    it('in the middle of its stream is given up', async () => {
      const events = await within({ idleMs: 40 }, format, eventStream(bodyOf([unfinished], 'silence')))
      expect(JSON.stringify(events.slice(0, -1))).toContain('Grüße, ')
      expect(events.at(-1)).toEqual(IDLE)
    })

    it('in the middle of an event is given up, though it sends a byte now and then', async () => {
      const events = await within({ idleMs: 40 }, format, eventStream(dripping([unfinished], 5, 'x')))
      expect(events.at(-1)).toEqual(IDLE)
    })

    it('is given up when it takes too long altogether, however busy it looks', async () => {
      const busy = dripping([unfinished], 2, ': ping\n\n')
      const late = timeout('did not finish its answer within 60 ms (total timeout)')
      expect((await within({ totalMs: 60 }, format, eventStream(busy))).at(-1)).toEqual(late)
    })

    it('is waited for as long as events or comments keep coming', async () => {
      const pieces = chunks.flatMap((data) => [framed([data]), ': ping\n\n', ': ping\n\n'])
      const events = await within({ idleMs: 250 }, format, eventStream(dripping(pieces, 20)))
      expect(events.at(-1)).toMatchObject({ type: 'answer-end' })
    })

    it('is not blamed for the silence of whoever reads it', async () => {
      const timeouts = { ...PATIENT, idleMs: 30 }
      const events: ChatEvent[] = []
      for await (const event of ask(
        adapter,
        fetching(() => eventStream(framed(chunks))),
        { timeouts },
      )) {
        events.push(event)
        if (events.length === 1) await new Promise((resolve) => setTimeout(resolve, 100))
      }
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
    const message = 'Acme sent an event of more than 8388608 characters'
    expect(events).toEqual([{ type: 'answer-error', code: 'provider_failed', message }])
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
