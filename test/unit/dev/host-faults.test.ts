import { describe, expect, it } from 'vitest'
import type { SimulatedHosts } from '../../../src/dev/hosts/server.ts'
import { eventsIn, post, received, script, valuesAt, withHosts } from './simulated.ts'

const messages = [{ role: 'user', content: 'Tell me about tides' }]
const ask = ({ url }: SimulatedHosts, options: object = {}) =>
  post(`${url}/openai/v1/chat/completions`, { model: 'able', messages, ...options })
const streamed = { stream: true, stream_options: { include_usage: true } }
const whole = /"finish_reason":"stop"/

/** What is received of a streamed answer under a fault. */
async function meet(hosts: SimulatedHosts, fault: object) {
  await script(hosts, fault)
  return received(await ask(hosts, streamed))
}

describe('status', () => {
  it.each([
    ['openai/v1/chat/completions', { model: 'able', messages }, { error: { type: 'server_error' } }],
    [
      'anthropic/v1/messages',
      { model: 'claude', messages, max_tokens: 9 },
      { type: 'error', error: { type: 'overloaded_error' } },
    ],
    [
      'google/v1beta/models/gemini:generateContent',
      { contents: [{ parts: [{ text: 'hi' }] }] },
      { error: { code: 529, status: 'UNKNOWN' } },
    ],
  ])('has the shape of the host: %s', (path, body, error) =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'status', status: 529 })
      const response = await post(`${hosts.url}/${path}`, body)
      expect(response.status).toBe(529)
      expect(await response.json()).toMatchObject(error)
    }),
  )

  it('says when to try again, in every way hosts do', () =>
    withHosts(async (hosts) => {
      const limited = { kind: 'status', status: 429, retryAfterMs: 1500, times: 1 }
      const forms = ['seconds', 'ms', 'date', 'none']
      await script(
        hosts,
        forms.map((retryAfterHeader) => ({ ...limited, retryAfterHeader })),
      )
      const seconds = await ask(hosts)
      expect(seconds.headers.get('retry-after')).toBe('2')
      expect(await seconds.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
      expect((await ask(hosts)).headers.get('retry-after-ms')).toBe('1500')
      expect(Date.parse((await ask(hosts)).headers.get('retry-after') ?? '')).toBeGreaterThan(
        Date.now() - 1000,
      )
      expect((await ask(hosts)).headers.has('retry-after')).toBe(false)
      expect((await ask(hosts)).status).toBe(200)
    }))

  it("tells Google's callers in the body", () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'status', status: 429, retryAfterMs: 3000, retryAfterHeader: 'none' })
      const body = { contents: [{ parts: [{ text: 'hi' }] }] }
      const response = await post(`${hosts.url}/google/v1beta/models/gemini:generateContent`, body)
      expect(await response.json()).toMatchObject({
        error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '3s' }] },
      })
    }))

  it('may have any body', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'status', status: 400, body: 'context too long' })
      expect(await (await ask(hosts)).text()).toBe('context too long')
    }))
})

describe('before an answer', () => {
  it('refuse: closes the connection', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'refuse' })
      await expect(ask(hosts)).rejects.toThrow('fetch failed')
      expect(hosts.calls()).toMatchObject([{ status: 0, fault: 'refuse', cut: true, aborted: false }])
    }))

  it('hang: says nothing until the caller gives up', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'hang' })
      const body = JSON.stringify({ model: 'able', messages })
      const headers = { authorization: 'Bearer k' }
      const signal = AbortSignal.timeout(50)
      const url = `${hosts.url}/openai/v1/chat/completions`
      await expect(fetch(url, { method: 'POST', body, headers, signal })).rejects.toThrow('timeout')
      await expect.poll(() => hosts.calls().at(0)).toMatchObject({ status: 0, aborted: true })
    }))

  it('html: a web page', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'html', status: 502 })
      const response = await ask(hosts)
      expect(response.status).toBe(502)
      expect(response.headers.get('content-type')).toBe('text/html')
    }))
})

describe('in the middle of a stream', () => {
  it('cut: the connection breaks after so many events', () =>
    withHosts(async (hosts) => {
      const { text, broken } = await meet(hosts, { kind: 'cut', afterChunks: 3 })
      expect(broken).toBe(true)
      expect(eventsIn(text)).toHaveLength(3)
    }))

  it('end-early: ends cleanly without the end', () =>
    withHosts(async (hosts) => {
      const { text, broken } = await meet(hosts, { kind: 'end-early', afterChunks: 3 })
      expect(broken).toBe(false)
      expect(eventsIn(text)).toHaveLength(3)
      expect(text).not.toContain('[DONE]')
    }))

  it('stall: begins, then says nothing', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'stall', afterChunks: 1 })
      const reader = (await ask(hosts, streamed)).body?.getReader()
      expect((await reader?.read())?.done).toBe(false)
      const next = reader?.read()
      expect(await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 60, 'silence'))])).toBe(
        'silence',
      )
      await reader?.cancel()
      await expect.poll(() => hosts.calls().at(0)).toMatchObject({ status: 200, cut: true, aborted: true })
    }))

  it('malformed: something that is not JSON', () =>
    withHosts(async (hosts) => {
      const { text } = await meet(hosts, { kind: 'malformed', afterChunks: 2 })
      expect(() => JSON.parse(eventsIn(text)[2] ?? '')).toThrow(SyntaxError)
      expect(text).toContain('[DONE]')
    }))

  it.each([
    ['openai/v1/chat/completions', { model: 'able', messages, stream: true }, 'error.type'],
    ['openai/v1/responses', { model: 'able', input: 'Tell me about tides', stream: true }, 'code'],
    ['anthropic/v1/messages', { model: 'claude', max_tokens: 99, messages, stream: true }, 'error.type'],
    [
      'google/v1beta/models/gemini:streamGenerateContent?alt=sse',
      { contents: [{ parts: [{ text: 'tides' }] }] },
      'error.status',
    ],
  ])('error-in-band: an error as an event: %s', (path, body, place) =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'error-in-band', afterChunks: 1 })
      const { text, broken } = await received(await post(`${hosts.url}/${path}`, body))
      expect(broken).toBe(false)
      expect(valuesAt(eventsIn(text), place)).toHaveLength(1)
    }),
  )
})

describe('instead of the answer', () => {
  it('empty: no content', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'empty' })
      expect(await (await ask(hosts)).json()).toMatchObject({ choices: [{ message: { content: '' } }] })
    }))

  it('filtered: ends for its content', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'filtered' })
      expect(await (await ask(hosts)).json()).toMatchObject({
        choices: [{ finish_reason: 'content_filter' }],
      })
      const claude = { model: 'claude', max_tokens: 99, messages }
      const refused = await (await post(`${hosts.url}/anthropic/v1/messages`, claude)).json()
      expect(refused).toMatchObject({ stop_reason: 'refusal' })
    }))

  it('no-usage: tells nothing of what it cost', () =>
    withHosts(async (hosts) => {
      const { text } = await meet(hosts, { kind: 'no-usage' })
      expect(text).toMatch(whole)
      expect(text).not.toContain('usage')
    }))

  it('duplicate-end: ends twice', () =>
    withHosts(async (hosts) => {
      const { text } = await meet(hosts, { kind: 'duplicate-end' })
      expect(eventsIn(text).slice(-2)).toEqual(['[DONE]', '[DONE]'])
    }))

  it('truncated-json: half of it', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'truncated-json' })
      const { text, broken } = await received(await ask(hosts))
      expect(broken).toBe(false)
      expect(() => JSON.parse(text)).toThrow(SyntaxError)
    }))

  it('cut: also breaks a body that is not streamed', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'cut', afterChunks: 4 })
      const { text, broken } = await received(await ask(hosts))
      expect(broken).toBe(true)
      expect(text).not.toBe('')
    }))

  it('replay: what was recorded', () =>
    withHosts(async (hosts) => {
      const { text } = await meet(hosts, { kind: 'replay', body: ['data: {"a":1}\n\n', 'data: [DONE]\n\n'] })
      expect(text).toBe('data: {"a":1}\n\ndata: [DONE]\n\n')
    }))
})

describe('in time', () => {
  it('slow: later, but whole', () =>
    withHosts(async (hosts) => {
      const began = performance.now()
      const { text } = await meet(hosts, { kind: 'slow', delayMs: 80 })
      expect(performance.now() - began).toBeGreaterThan(75)
      expect(text).toMatch(whole)
    }))

  it('drip: byte by byte, but whole', () =>
    withHosts(async (hosts) => {
      const { text } = await meet(hosts, { kind: 'drip' })
      expect(text).toMatch(whole)
      expect(text).toContain('[DONE]')
    }))

  it('keeps the pace of the model', () =>
    withHosts(async (hosts) => {
      const began = performance.now()
      const response = await ask(hosts, { ...streamed, max_tokens: 20 })
      expect(performance.now() - began).toBeGreaterThan(95)
      await response.text()
      const took = performance.now() - began
      expect(took).toBeGreaterThan(180)
      expect(took).toBeLessThan(3_000)
    }, 0.5))
})

describe('control', () => {
  it('refuses a fault it does not know', () =>
    withHosts(async (hosts) => expect((await script(hosts, { kind: 'explode' })).status).toBe(400)))

  it('lists and clears faults and calls', () =>
    withHosts(async (hosts) => {
      const control = async (path: string, method = 'GET') => {
        return (await fetch(`${hosts.url}/_control/${path}`, { method })).json()
      }
      await script(hosts, [{ kind: 'status', status: 500, host: 'openai' }])
      expect((await ask(hosts)).status).toBe(500)
      expect(await control('faults')).toMatchObject({ faults: [{ fault: { kind: 'status' }, happened: 1 }] })
      await control('faults', 'DELETE')
      expect((await ask(hosts, streamed)).status).toBe(200)
      expect(await control('calls')).toMatchObject({
        calls: [
          { host: 'openai', model: 'able', status: 500, fault: 'status', usage: null },
          {
            path: '/openai/v1/chat/completions',
            status: 200,
            streamed: true,
            fault: null,
            usage: { inputTokens: 10 },
          },
        ],
      })
      await control('calls', 'DELETE')
      expect(hosts.calls()).toEqual([])
    }))

  it('names every call, for the caller and in the journal', () =>
    withHosts(async (hosts) => {
      const id = (await ask(hosts)).headers.get('x-request-id')
      expect(hosts.calls()).toMatchObject([{ requestId: id }])
    }))

  it('makes embeddings fail too', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'status', status: 503 })
      expect((await post(`${hosts.url}/openai/v1/embeddings`, { model: 'able', input: 'a' })).status).toBe(
        503,
      )
    }))

  it('counts no call with a bad key as a call that meets a fault', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'status', status: 500, times: 1 })
      expect(
        (await post(`${hosts.url}/openai/v1/chat/completions`, { model: 'able', messages }, {})).status,
      ).toBe(401)
      expect((await ask(hosts)).status).toBe(500)
    }))
})
