import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createOutlet } from '../../src/http/outlet.ts'
import worker from '../../src/worker.ts'
import {
  ANTHROPIC,
  anthropicStream,
  bytesOf,
  fakeHosts,
  OPENAI,
  OPENAI_FIRST,
  openaiStream,
  sleep,
  streamOf,
} from './hosts.ts'
import {
  ask,
  chat,
  contentOf,
  countOf,
  decisionIdOf,
  eventsOf,
  jsonRequest,
  mintKey,
  recorded,
} from './world.ts'

afterEach(() => vi.restoreAllMocks())

describe('a streamed answer', () => {
  it.each([
    ['openai/gpt-4o', OPENAI, openaiStream, 1_000, 200],
    ['anthropic/claude-sonnet-4.5', ANTHROPIC, anthropicStream, 700, 90],
  ])('of %s comes as chunks', async (model, host, streamed, promptTokens, completionTokens) => {
    const key = await mintKey()
    fakeHosts({ [host]: () => streamed(['Hel', 'lo ', 'ünd']) })
    const answer = await chat(key, model, {
      provider: { ignore: ['openrouter'] },
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(answer.headers.get('x-switchyard-model')).toBe(model)
    expect(answer.headers.get('x-switchyard-cost-usd')).toBeNull()
    const events = await eventsOf(answer)
    expect(contentOf(events)).toBe('Hello ünd')
    expect(events.at(-3)).toMatchObject({ object: 'chat.completion.chunk', model, usage: null })
    expect(events.at(-3)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
    expect(events.at(-2)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        cost: expect.any(Number),
      },
    })
    expect(events.at(-1)).toBe('[DONE]')
    const { decision, attempts } = await recorded(key, decisionIdOf(answer))
    expect(decision).toMatchObject({ status: 'succeeded', streamed: true, outputTokens: completionTokens })
    expect(attempts).toMatchObject([{ usageEstimated: false, inputTokens: promptTokens }])
  })

  it('carries its decision in the last chunk, and no usage, when only that was asked for', async () => {
    fakeHosts({ [OPENAI]: () => openaiStream(['Hello']) })
    const answer = await chat(
      await mintKey(),
      'gpt-4o',
      { ...OPENAI_FIRST, stream: true },
      { 'x-switchyard-metadata': 'enabled' },
    )
    const events = await eventsOf(answer)
    expect(events.at(-2)).toMatchObject({ choices: [], switchyard: { id: decisionIdOf(answer) } })
    expect(events.filter((event) => JSON.stringify(event).includes('"usage":{"prompt'))).toEqual([])
  })

  it('that breaks says so, does not say it is done, and is recorded as failed', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ [OPENAI]: () => openaiStream(['Half', ' an'], 'broken') })
    const answer = await chat(key, 'gpt-5-nano', { ...OPENAI_FIRST, stream: true })
    expect(answer.status).toBe(200)
    const events = await eventsOf(answer)
    expect(contentOf(events)).toBe('Half an')
    expect(events.at(-1)).toMatchObject({ error: { code: 'provider_failed', type: 'api_error' } })
    expect(events).not.toContain('[DONE]')
    expect(calls).toHaveLength(1)
    const { decision, attempts } = await recorded(key, decisionIdOf(answer))
    expect(decision).toMatchObject({ status: 'failed', failureCode: 'provider_failed', attemptCount: 1 })
    expect(attempts).toMatchObject([{ outcome: 'failed', usageEstimated: true }])
    expect(attempts[0]?.outputTokens).toBeGreaterThan(0)
  })

  it('whose reader leaves unannounced is recorded once', async () => {
    const key = await mintKey()
    const { answers } = await slowHost()
    const answer = await chat(key, 'gpt-5-mini', { ...OPENAI_FIRST, stream: true })
    await leaveAfterFirstChunk(answer)
    const { decision } = await recorded(key, decisionIdOf(answer))
    expect(['cancelled', 'succeeded']).toContain(decision.status)
    expect(decision.attemptCount).toBe(1)
    expect(answers()).toBe(1)
    expect(await countOf('select count(*) as n from decisions where tenant_id = ?', key.tenantId)).toBe(1)
  })

  it('whose reader leaves is stopped, and recorded as cancelled', async () => {
    const key = await mintKey()
    const { pulled } = await slowHost()
    const context = createExecutionContext()
    const asked = jsonRequest(key, ask('gpt-5-mini', { ...OPENAI_FIRST, stream: true }))
    const request = new Request('http://switchyard/v1/chat/completions', asked)
    const answer = await worker.fetch(request, { ...env }, context)
    await leaveAfterFirstChunk(answer)
    await waitOnExecutionContext(context)
    expect(pulled()).toBeLessThan(20)
    const { decision, attempts } = await recorded(key, decisionIdOf(answer))
    expect(decision).toMatchObject({ status: 'cancelled', attemptCount: 1 })
    expect(attempts).toMatchObject([{ outcome: 'cancelled', usageEstimated: true }])
  })
})

/** A host that writes forty words, one every 10 ms. */
async function slowHost(): Promise<{ answers: () => number; pulled: () => number }> {
  const whole = await openaiStream(Array.from({ length: 40 }, (_, i) => `word${i} `)).text()
  const pieces = whole.split(/(?<=\n\n)/).map(bytesOf)
  let pulled = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      pulled++
      controller.enqueue(piece)
    },
  })
  const headers = { 'content-type': 'text/event-stream' }
  const calls = fakeHosts({
    [OPENAI]: () => new Response(streamOf(pieces, 10).pipeThrough(counted), { headers }),
  })
  return { answers: () => calls.length, pulled: () => pulled }
}

async function leaveAfterFirstChunk({ body }: Response): Promise<void> {
  const reader = body?.getReader()
  expect((await reader?.read())?.done).toBe(false)
  await reader?.cancel()
}

describe('the way to a client', () => {
  it('brings everything in order to a client that reads', async () => {
    const outlet = createOutlet()
    const received = new Response(outlet.readable).text()
    const texts = Array.from({ length: 200 }, (_, i) => `${i} ${'ü漢🚃'.repeat(500)}\n`)
    for (const text of texts) expect(await outlet.write(text)).toBe(true)
    await outlet.close()
    expect(await received).toBe(texts.join(''))
  })

  it('holds no more than 256 KiB back for a client that is slow', async () => {
    const outlet = createOutlet(5_000)
    const piece = 'x'.repeat(64 * 1024)
    for (let i = 0; i < 4; i++) expect(await outlet.write(piece)).toBe(true)
    const fifth = outlet.write(piece)
    expect(await Promise.race([fifth, sleep(50).then(() => 'waiting')])).toBe('waiting')
    const received = new Response(outlet.readable).text()
    expect(await fifth).toBe(true)
    await outlet.close()
    expect(await received).toHaveLength(5 * piece.length)
  })

  it('gives up a client that reads nothing for too long', async () => {
    const outlet = createOutlet(50)
    expect(await outlet.write('Hello')).toBe(true)
    await sleep(60)
    expect(await outlet.write(' again')).toBe(false)
    expect(await outlet.write('!')).toBe(false)
  })

  it('gives it up while waiting for it, too', async () => {
    const outlet = createOutlet(50)
    expect(await outlet.write('x'.repeat(300 * 1024))).toBe(false)
  })

  it('is patient anew with every read', async () => {
    const outlet = createOutlet(80)
    const reader = outlet.readable.getReader()
    for (let i = 0; i < 4; i++) {
      expect(await outlet.write('a')).toBe(true)
      await sleep(40)
      await reader.read()
    }
    expect(await outlet.write('a')).toBe(true)
  })

  it('does not leave a client that it gave up waiting for more', async () => {
    const outlet = createOutlet(50)
    await outlet.write('Hello')
    await sleep(60)
    expect(await outlet.write(' again')).toBe(false)
    await outlet.close()
    const rest = new Response(outlet.readable).text().then(
      () => 'ended',
      () => 'broken',
    )
    expect(await Promise.race([rest, sleep(500).then(() => 'waiting')])).toBe('broken')
  })

  it('says that it is alive while the host is silent, and so notices a client that leaves', async () => {
    const outlet = createOutlet(1_000, 20)
    const reader = outlet.readable.getReader()
    await outlet.write('Hello')
    await reader.read()
    expect((await reader.read()).value).toEqual(bytesOf(': keep-alive\n\n'))
    await reader.cancel()
    await sleep(60)
    expect(await outlet.write('more')).toBe(false)
    await outlet.close()
  })

  it('notices a client that leaves', async () => {
    const outlet = createOutlet()
    const reader = outlet.readable.getReader()
    await outlet.write('Hello')
    expect((await reader.read()).value).toEqual(bytesOf('Hello'))
    await reader.cancel()
    await outlet.write('more')
    await sleep(0)
    expect(await outlet.write('more')).toBe(false)
  })
})
