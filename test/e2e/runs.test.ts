import OpenAI, { NotFoundError } from 'openai'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { clearFaults, hostsWereAsked, scriptFaults, someHostWasLeft, TRICKLE } from './control.ts'

afterEach(clearFaults)

const url = inject('switchyardUrl')
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: DEV_KEY, maxRetries: 0 })
const headers = { authorization: `Bearer ${DEV_KEY}`, 'content-type': 'application/json' }

const runShape = z.looseObject({
  id: z.string(),
  status: z.string(),
  output: z.unknown(),
  usage: z.object({ tokens: z.int(), cost_usd: z.number() }),
  tasks: z.array(z.looseObject({ id: z.string(), agent: z.string().nullable(), status: z.string() })),
})
const read = async (path: string) => fetch(`${url}${path}`, { headers })
const runIn = async (response: Response) => runShape.parse(await response.json())

const WAIT = { timeout: 15_000, interval: 300 }
/** A caller who is gone is noticed when something is written to them. */
const NOTICED = { ...WAIT, timeout: 40_000 }
const GOAL =
  'Research three ways to store energy in parallel, compare them in a table, then write a short report and review it.'
const messages = [{ role: 'user' as const, content: GOAL }]

describe('the official openai client', () => {
  it('is answered by the team', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'switchyard/team', messages })
      .withResponse()
    const run = await runIn(await read(`/v1/runs/${response.headers.get('x-switchyard-run-id')}`))
    expect(run).toMatchObject({ status: 'succeeded', goal: GOAL })
    expect(run.tasks.filter(({ agent }) => agent !== null).length).toBeGreaterThan(1)
    expect(data.model).toBe('switchyard/team')
    expect(data.choices[0]?.message.content).toContain('[simulated')
    expect(data.usage?.total_tokens).toBe(run.usage.tokens)
  })

  it('is streamed the team’s answer, and skips how far it is', async () => {
    const stream = await client.chat.completions.create({
      model: 'switchyard/team',
      messages: [{ role: 'user', content: '分别研究三种储能方式，然后写一份比较报告。' }],
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let tokens = 0
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      tokens = chunk.usage?.total_tokens ?? tokens
    }
    expect(text.length).toBeGreaterThan(10)
    expect(tokens).toBeGreaterThan(10)
  })

  it('has the run cancelled, and its hosts left, where it hangs up', async () => {
    await scriptFaults([{ ...TRICKLE, delayMs: 2 }])
    const since = Date.now()
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'switchyard/team', messages, stream: true })
      .withResponse()
    const path = `/v1/runs/${response.headers.get('x-switchyard-run-id')}`
    const state = async () => (await runIn(await read(path))).status
    await vi.waitFor(async () => expect(await hostsWereAsked(since)).toBe(true), WAIT)
    expect(await state()).toMatch(/planning|running/)
    stream.controller.abort()
    await vi.waitFor(async () => expect(await state()).toBe('cancelled'), NOTICED)
    await vi.waitFor(async () => expect(await someHostWasLeft(since)).toBe(true), WAIT)
  })

  it('is answered by a coder, whole and streamed, as by any model', async () => {
    const asked = {
      model: 'agent/coder',
      messages: [{ role: 'user' as const, content: '寫一個反轉字串的函式。' }],
    }
    const { data, response } = await client.chat.completions.create(asked).withResponse()
    expect(response.headers.get('x-switchyard-agent')).toBe('coder')
    expect(data.choices[0]?.message.content).toContain('[simulated')
    const stream = client.chat.completions.stream(asked)
    expect((await stream.finalChatCompletion()).choices[0]?.message.content).toContain('[simulated')
  })

  it('is answered by one agent', async () => {
    const answer = await client.chat.completions.create({ model: 'agent/writer', messages })
    expect(answer.choices[0]?.message.content).toContain('[simulated')
    const unknown = client.chat.completions.create({ model: 'agent/nobody', messages })
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError)
    const listed = await client.models.list()
    expect(listed.data.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['switchyard/team', 'agent/writer']),
    )
  })
})

describe('POST /v1/runs', () => {
  it('carries out a plan, whose log, artifacts and picture are read as it goes', async () => {
    const plan = {
      goal: 'Three facts, and one text of them',
      tasks: [
        {
          id: 'facts',
          kind: 'map',
          map: { over: { $ref: 'input.topics' }, task: { kind: 'model', input: { $ref: 'item' } } },
        },
        { id: 'text', kind: 'agent', needs: { skills: ['writing'] }, depends_on: ['facts'] },
      ],
    }
    const body = JSON.stringify({ plan, input: { topics: ['水', '風', '光'] } })
    const begun = await fetch(`${url}/v1/runs`, { method: 'POST', headers, body })
    const { id } = await runIn(begun)
    const log = await (await read(`/v1/runs/${id}/events`)).text()
    const seqs = seqsIn(log)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
    expect(log).toMatch(/event: run\.succeeded\ndata: .*\n\n$/)
    const run = await runIn(await read(`/v1/runs/${id}`))
    expect(run.tasks.map((task) => `${task.id} ${task.status}`)).toEqual([
      'facts succeeded',
      'text succeeded',
      'facts[0] succeeded',
      'facts[1] succeeded',
      'facts[2] succeeded',
    ])
    expect(await (await read(`/v1/runs/${id}/artifacts/${encodeURIComponent('facts[1]')}`)).text()).toContain(
      '[simulated',
    )
    expect(await (await read(`/v1/runs/${id}/graph?format=mermaid`)).text()).toContain('writer')
  })
})

describe('the log of a run', () => {
  const GATED = {
    tasks: [
      { id: 'a', kind: 'wait', wait: { for_ms: 1 } },
      { id: 'ask', kind: 'gate', gate: { message: '可以嗎？' }, depends_on: ['a'] },
      { id: 'b', kind: 'wait', wait: { for_ms: 1 }, depends_on: ['ask'] },
    ],
  }
  const begun = async () => {
    const body = JSON.stringify({ plan: GATED })
    const { id } = await runIn(await fetch(`${url}/v1/runs`, { method: 'POST', headers, body }))
    const approve = () =>
      fetch(`${url}/v1/runs/${id}/tasks/ask/approve`, { method: 'POST', headers, body: '{}' })
    return { path: `/v1/runs/${id}/events`, approve }
  }

  it('goes on by server-sent events after the last one that was read', async () => {
    const { path, approve } = await begun()
    const leave = new AbortController()
    const { body } = await fetch(`${url}${path}`, { headers, signal: leave.signal })
    let first = ''
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      first += chunk
      if (first.includes('可以嗎？') && first.endsWith('\n\n')) break
    }
    leave.abort()
    const seen = seqsIn(first)
    expect((await approve()).status).toBe(200)
    const again = { ...headers, 'last-event-id': String(seen.at(-1)) }
    const rest = await (await fetch(`${url}${path}`, { headers: again })).text()
    const all = [...seen, ...seqsIn(rest)]
    expect(all).toEqual(all.map((_, index) => index + 1))
    expect(rest).toMatch(/event: run\.succeeded\ndata: .*\n\n$/)
    const ended = { ...headers, 'last-event-id': String(all.at(-1)) }
    expect((await fetch(`${url}${path}`, { headers: ended })).status).toBe(204)
  })

  it('comes by WebSocket, after the event that is named, until it ends', async () => {
    const { path, approve } = await begun()
    const socket: WebSocket = Reflect.construct(WebSocket, [
      `${url.replace('http', 'ws')}${path}?after=2`,
      { headers },
    ])
    const told: { seq: number; type: string }[] = []
    socket.addEventListener(
      'message',
      ({ data }) => void told.push(eventShape.parse(JSON.parse(String(data)))),
    )
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    expect((await approve()).status).toBe(200)
    await vi.waitFor(() => expect(told.at(-1)?.type).toBe('run.succeeded'), WAIT)
    socket.close()
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 3))
  })
})

const eventShape = z.object({ seq: z.int(), type: z.string() })

function seqsIn(log: string): number[] {
  return Array.from(log.matchAll(/^id: (\d+)$/gm), ([, seq]) => Number(seq))
}
