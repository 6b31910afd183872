import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChatEvent, isLast } from '../../../src/core/chat.ts'
import { DEFAULT_RELIABILITY, type Timeouts } from '../../../src/core/reliability.ts'
import { callModel } from '../../../src/providers/call.ts'
import { localHost } from '../../../src/providers/hosts.ts'
import { readChunks } from '../../../src/providers/server-sent-events.ts'
import { requestWith, TARGET } from './conversation.ts'

/** A head whose body ends with the connection. */
const headOf = (type: string, status = '200 OK', more = '') =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\nconnection: close\r\n${more}\r\n`
const STREAM = headOf('text/event-stream')
const JSON_BODY = headOf('application/json')
const REFUSAL = headOf('application/json', '500 Oops')
const GZIP = 'content-encoding: gzip\r\n'
const saying = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
const MEGABYTE = Buffer.alloc(1024 * 1024, 'x')
const COMMENTS = Buffer.alloc(1024 * 1024, ': here\n\n')
/** A hundred megabytes, in a thousandth of that. */
const BOMB = gzipSync(Buffer.alloc(100 * 1024 * 1024, 'x'))

/** What a host does with a connection once it was asked, until it is closed. */
type Behaviour = (socket: Socket) => unknown

const servers: Server[] = []
const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

/** A host on a real socket; `closed` resolves once it has lost the connection, with what it got rid of, in bytes. */
async function hostile(behave: Behaviour) {
  const closing = Promise.withResolvers<number>()
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('close', () => closing.resolve(socket.bytesWritten))
    socket.once('data', () => void behave(socket))
  })
  servers.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, closed: closing.promise, server }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Writes 400 MB as fast as they are taken. */
async function flood(socket: Socket, megabyte = MEGABYTE): Promise<void> {
  for (let pieces = 0; pieces < 400 && !socket.destroyed; pieces++) {
    if (!socket.write(megabyte))
      await Promise.race([new Promise((on) => socket.once('drain', on)), wait(1_000)])
  }
}

/** Writes a piece every 10 ms. */
async function drip(socket: Socket, piece: string): Promise<void> {
  while (!socket.destroyed) {
    socket.write(piece)
    await wait(10)
  }
}

/** Says this first. */
const after = (head: string, then: Behaviour): Behaviour => {
  return (socket) => {
    socket.write(head)
    return then(socket)
  }
}

async function answerOf(
  url: string,
  stream: boolean,
  timeouts: Partial<Timeouts> = {},
): Promise<ChatEvent[]> {
  const access = { host: { ...localHost('acme', url), name: 'Acme' }, baseUrl: url, apiKey: 'none' }
  const io = {
    fetch: globalThis.fetch,
    now: Date.now,
    open: readChunks,
    signal: new AbortController().signal,
    timeouts: { ...DEFAULT_RELIABILITY.timeouts, ...timeouts },
  }
  return Array.fromAsync(callModel(access, requestWith({}), { ...TARGET, stream }, io))
}

/** The one failure that ends an answer. */
function failureIn(events: readonly ChatEvent[]) {
  expect(events.filter(isLast)).toHaveLength(1)
  const last = events.at(-1)
  if (last?.type !== 'answer-error') throw new Error('The answer did not fail')
  return last
}

const timeout = (complaint: string) => ({ code: 'timeout', message: `Acme ${complaint}` })
const fault = (complaint: string) => ({ code: 'provider_failed', message: `Acme ${complaint}` })

/** What a host does, within which times, and the failure that it is. */
const STREAMED: readonly [name: string, Behaviour, Partial<Timeouts>, object][] = [
  [
    'says nothing',
    () => {},
    { connectMs: 80 },
    timeout('did not begin to answer within 80 ms (connect timeout)'),
  ],
  [
    'sends headers without end',
    after('HTTP/1.1 200 OK\r\n', (socket) => drip(socket, 'x-more: 1\r\n')),
    { connectMs: 80 },
    timeout('did not begin to answer within 80 ms (connect timeout)'),
  ],
  [
    'sends a byte now and then',
    after(STREAM, (socket) => drip(socket, 'd')),
    { ttftMs: 120, idleMs: 60 },
    timeout('sent no content within 120 ms (ttft timeout)'),
  ],
  [
    'sends comments for ever',
    after(STREAM, (socket) => drip(socket, ': soon\n\n')),
    { ttftMs: 120 },
    timeout('sent no content within 120 ms (ttft timeout)'),
  ],
  [
    'begins and then sends a byte now and then',
    after(STREAM + saying('Hi'), (socket) => drip(socket, 'd')),
    { idleMs: 80 },
    timeout('was silent for 80 ms (idle timeout)'),
  ],
  [
    'begins and then sends comments for ever',
    after(STREAM + saying('Hi'), (socket) => drip(socket, ': soon\n\n')),
    { idleMs: 80, totalMs: 200 },
    timeout('did not finish its answer within 200 ms (total timeout)'),
  ],
  [
    'sends a line without end',
    after(STREAM, (socket) => flood(socket)),
    {},
    fault('sent an event of more than 8388608 characters'),
  ],
  [
    'sends nothing but comments, as fast as it can',
    after(STREAM, (socket) => flood(socket, COMMENTS)),
    {},
    fault('sent a stream of more than 33554432 bytes'),
  ],
  [
    'sends a small body that unpacks to a huge one',
    after(headOf('text/event-stream', '200 OK', GZIP), (socket) => socket.write(BOMB)),
    {},
    fault('sent an event of more than 8388608 characters'),
  ],
  [
    'refuses without end',
    after(REFUSAL, (socket) => flood(socket)),
    {},
    { ...fault(''), message: 'HTTP 500', status: 500 },
  ],
  [
    'refuses a byte at a time',
    after(REFUSAL, (socket) => drip(socket, ' ')),
    { idleMs: 80 },
    { ...fault(''), message: 'HTTP 500', status: 500 },
  ],
]
const WHOLE: typeof STREAMED = [
  [
    'sends headers without end',
    after('HTTP/1.1 200 OK\r\n', (socket) => drip(socket, 'x-more: 1\r\n')),
    { connectMs: 20, ttftMs: 80 },
    timeout('did not begin to answer within 80 ms (ttft timeout)'),
  ],
  [
    'stops in the middle',
    after(`${JSON_BODY}{"`, () => {}),
    { idleMs: 80 },
    timeout('was silent for 80 ms (idle timeout)'),
  ],
  [
    'sends a byte now and then',
    after(JSON_BODY, (socket) => drip(socket, ' ')),
    { idleMs: 80, totalMs: 200 },
    timeout('did not finish its answer within 200 ms (total timeout)'),
  ],
  [
    'sends a body without end',
    after(JSON_BODY, (socket) => flood(socket)),
    {},
    fault('sent an answer that is too large'),
  ],
  [
    'sends a small body that unpacks to a huge one',
    after(headOf('application/json', '200 OK', GZIP), (socket) => socket.write(BOMB)),
    {},
    fault('sent an answer that is too large'),
  ],
]

/** More than the longest body that is read, and than what is under way when we stop. */
const MOST_BYTES = 48 * 1024 * 1024

describe.each([
  ['streamed', true, STREAMED],
  ['whole', false, WHOLE],
] as const)('a host that is asked for a %s answer', (_, stream, cases) => {
  it.each(cases)(
    'and %s fails truthfully and loses its connection',
    async (_name, behave, timeouts, failure) => {
      const { url, closed } = await hostile(behave)
      expect(failureIn(await answerOf(url, stream, timeouts))).toEqual({ type: 'answer-error', ...failure })
      expect(await closed).toBeLessThan(MOST_BYTES)
    },
  )
})

describe('a host that was never asked', () => {
  const unreached = { code: 'provider_failed', beforeResponse: true }

  it('is told apart: its connection is refused, or reset before it answers', async () => {
    const refusing = await hostile(() => {})
    await new Promise((done) => refusing.server.close(done))
    const resetting = await hostile((socket) => socket.resetAndDestroy())
    const leaving = await hostile((socket) => socket.end())
    const halfway = await hostile(after('HTTP/1.1 200 OK\r\nx-mo', (socket) => socket.resetAndDestroy()))
    for (const { url } of [refusing, resetting, leaving, halfway]) {
      const failure = failureIn(await answerOf(url, true))
      expect(failure).toMatchObject(unreached)
      expect(failure.message).toContain('Acme could not be reached')
    }
  })

  it('is not one that broke off or was late', async () => {
    const broken = await hostile(
      after(STREAM + saying('Hi'), (socket) => wait(20).then(() => socket.resetAndDestroy())),
    )
    expect(failureIn(await answerOf(broken.url, true))).not.toHaveProperty('beforeResponse')
    const late = await hostile(() => {})
    expect(failureIn(await answerOf(late.url, true, { connectMs: 40 }))).not.toHaveProperty('beforeResponse')
  })
})
