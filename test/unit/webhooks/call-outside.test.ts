import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callOutside, type OutsideCall } from '../../../src/webhooks/call-outside.ts'

const LIMITS = { timeoutMs: 2_000, maxBytes: 1_000, allowLoopback: true }
const GET: OutsideCall = { method: 'GET', headers: { 'x-proof': 'secret' } }
const POST: OutsideCall = { method: 'POST', headers: { 'x-proof': 'secret' }, body: '{"a":1}' }

type Seen = {
  server: string
  method: string | undefined
  url: string | undefined
  proof: unknown
  body: string
}
type Answer = (request: IncomingMessage, response: ServerResponse) => void
let seen: Seen[] = []
let stops: (() => Promise<void>)[] = []

beforeEach(() => {
  seen = []
  stops = []
})
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()))
})

/** A server of this machine's; what it was asked is in `seen`. */
async function serve(server: string, answer: Answer): Promise<string> {
  const http = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      const { method, url, headers } = request
      seen.push({ server, method, url, proof: headers['x-proof'], body })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  stops.push(
    () =>
      new Promise((resolve) => {
        http.closeAllConnections()
        http.close(() => resolve())
      }),
  )
  const address = http.address()
  if (!isInfo(address)) throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

const isInfo = (address: string | AddressInfo | null): address is AddressInfo => typeof address === 'object'
const say =
  (status: number, text: string): Answer =>
  (_, response) =>
    response.writeHead(status).end(text)
const lead =
  (status: number, location: string): Answer =>
  (_, response) =>
    response.writeHead(status, { location }).end('elsewhere')

describe('callOutside', () => {
  it('gives status and text, whatever the status', async () => {
    const url = await serve('a', say(503, 'später'))
    expect(await callOutside(`${url}/x`, POST, LIMITS)).toMatchObject({
      kind: 'answered',
      status: 503,
      text: 'später',
      whole: true,
    })
    expect(seen).toEqual([{ server: 'a', method: 'POST', url: '/x', proof: 'secret', body: '{"a":1}' }])
  })

  it('asks nobody at an address that is not outside', async () => {
    const url = await serve('a', say(200, 'inside'))
    const strict = { ...LIMITS, allowLoopback: false }
    expect(await callOutside(url, GET, strict)).toMatchObject({ kind: 'failed', reason: 'refused' })
    expect(seen).toEqual([])
  })

  it('checks where each redirect leads', async () => {
    const url = await serve('a', lead(302, 'http://169.254.169.254/latest/meta-data'))
    expect(await callOutside(url, GET, LIMITS)).toMatchObject({ kind: 'failed', reason: 'refused' })
  })

  it('proves to another origin nothing', async () => {
    const b = await serve('b', say(200, 'here'))
    const a = await serve('a', lead(307, `${b}/there`))
    expect(await callOutside(a, GET, LIMITS)).toMatchObject({ status: 200, text: 'here' })
    expect(seen.map(({ server, proof }) => [server, proof])).toEqual([
      ['a', 'secret'],
      ['b', undefined],
    ])
  })

  it.each([301, 302, 303, 307, 308])('sends no body to another origin after %i', async (status) => {
    const b = await serve('b', say(200, 'here'))
    const a = await serve('a', lead(status, b))
    expect(await callOutside(a, POST, LIMITS)).toMatchObject({ kind: 'answered', status })
    expect(seen.map(({ server }) => server)).toEqual(['a'])
  })

  it('sends a body on within its origin where it is told to', async () => {
    const url = await serve('a', (request, response) =>
      request.url === '/new' ? say(200, 'here')(request, response) : lead(308, '/new')(request, response),
    )
    expect(await callOutside(`${url}/old`, POST, LIMITS)).toMatchObject({ status: 200 })
    expect(seen.map(({ url: path, body }) => [path, body])).toEqual([
      ['/old', '{"a":1}'],
      ['/new', '{"a":1}'],
    ])
  })

  it('follows three redirects and no more', async () => {
    const url = await serve('a', lead(302, '/again'))
    expect(await callOutside(url, GET, LIMITS)).toMatchObject({ kind: 'answered', status: 302 })
    expect(seen).toHaveLength(4)
  })

  it('follows none where it is told so', async () => {
    const url = await serve('a', lead(302, '/again'))
    const answer = await callOutside(url, GET, { ...LIMITS, maxRedirects: 0 })
    expect(answer.kind === 'answered' && answer.headers.get('location')).toBe('/again')
    expect(seen).toHaveLength(1)
  })

  it('ends when nobody wants the answer any more', async () => {
    const url = await serve('a', () => undefined)
    const answer = await callOutside(url, GET, { ...LIMITS, signal: AbortSignal.timeout(50) })
    expect(answer).toMatchObject({ kind: 'failed', reason: 'aborted' })
  })

  it('leaves the rest of a body where what was read is enough', async () => {
    const url = await serve('a', (_, response) => void response.writeHead(200).write('one\n'))
    const answer = await callOutside(url, GET, { ...LIMITS, isEnough: (text) => text.endsWith('\n') })
    expect(answer).toMatchObject({ kind: 'answered', text: 'one\n', whole: true })
  })

  it('reads no more than it may', async () => {
    const url = await serve('a', (_, response) => {
      response.writeHead(200)
      const more = () => response.write('é'.repeat(10_000), () => setImmediate(more))
      more()
    })
    const answer = await callOutside(url, GET, LIMITS)
    expect(answer).toMatchObject({ kind: 'answered', status: 200, text: 'é'.repeat(500), whole: false })
  })

  it('takes a body that is exactly as long as it may be', async () => {
    const url = await serve('a', say(200, 'x'.repeat(LIMITS.maxBytes)))
    expect(await callOutside(url, GET, LIMITS)).toMatchObject({ whole: true })
  })

  it.each<[string, Answer]>([
    ['says nothing', () => undefined],
    ['does not end', (_, response) => response.writeHead(200).write('begun')],
  ])('gives up on who %s', async (_, answer) => {
    const url = await serve('a', answer)
    const failed = await callOutside(url, GET, { ...LIMITS, timeoutMs: 200 })
    expect(failed).toMatchObject({ kind: 'failed', reason: 'timeout' })
  })

  it('says when nobody is there', async () => {
    const failed = await callOutside('http://127.0.0.1:9/', GET, LIMITS)
    expect(failed).toMatchObject({ kind: 'failed', reason: 'unreachable' })
  })
})
