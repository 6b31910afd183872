import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ALONE, crewAt, FLASH, HAIKU, MINI, MODELS, readCrew, sentIn } from './crew.ts'
import { fakeHosts, type HostCall, OPENAI, openaiAnswer } from './hosts.ts'
import { ask, errorOf, fetchWith, jsonRequest, type Key, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const METADATA = { 'x-switchyard-metadata': 'enabled' }
const PROSE = [
  'Tides come twice a day. It is the moon.',
  'The sea rises. The moon pulls it.',
  'Moon. And sun.',
]
const REPORT = JSON.stringify({
  consensus: ['The moon does it.'],
  contradictions: [
    {
      topic: 'how often',
      positions: [
        { claim: 'twice', answers: ['A'] },
        { claim: 'once', answers: ['B', 'C'] },
      ],
    },
  ],
  unique_points: [{ answer: 'C', point: 'The sun does it too.' }],
  blind_spots: [],
})

/** One isolate, whose background work ends before its answers are looked at. */
const isolate = { ...env }
const chat = (key: Key, model: string, fields: object, headers: Record<string, string> = {}) =>
  fetchWith(isolate, '/v1/chat/completions', jsonRequest(key, ask(model, fields), headers))

const isAnalysis = (call: HostCall) => sentIn(call).includes('You compare answers')
const isWriting = (call: HostCall) => sentIn(call).includes('Now write the one answer')
const isJudging = (call: HostCall) => sentIn(call).includes('0 to 10')

/** Who compares and who writes are OpenAI's; the members say different things. */
const fusing = (report: string, written: string | { status: number }) =>
  crewAt(
    (call) =>
      isAnalysis(call) ? report : isWriting(call) ? written : isJudging(call) ? 'no idea' : (PROSE[0] ?? ''),
    PROSE[1] ?? '',
    PROSE[2] ?? '',
  )

describe('a fusion', () => {
  const FUSION = { plugins: [{ id: 'fusion', models: MODELS, judge: MINI }], ...ALONE }

  it.each([{}, METADATA])('has its report beside the answer (%o)', async (headers) => {
    fusing(REPORT, 'The moon pulls the sea.')
    const answer = await chat(await mintKey(), 'switchyard/fusion', FUSION, headers)
    const { said, outcome, usage, switchyard } = await readCrew(answer)
    expect(said).toBe('The moon pulls the sea.')
    expect(outcome?.report).toEqual({
      source: 'analyst',
      consensus: ['The moon does it.'],
      contradictions: [
        {
          topic: 'how often',
          positions: [
            { members: [1], claim: 'twice' },
            { members: [2, 3], claim: 'once' },
          ],
        },
      ],
      unique_points: [{ member: 3, point: 'The sun does it too.' }],
      blind_spots: [],
    })
    expect(usage.members?.map(({ role }) => role)).toEqual([
      'member',
      'member',
      'member',
      'analyst',
      'writer',
    ])
    expect(Object.keys(switchyard ?? {}).length > 2).toBe('x-switchyard-metadata' in headers)
  })

  it('is one in Anthropic’s and in OpenAI’s newer words as well', async () => {
    const key = await mintKey()
    const beside = {
      switchyard: { collaboration_outcome: { pattern: 'fusion', report: { source: 'analyst' } } },
    }
    fusing(REPORT, 'The moon.')
    const asked = { model: 'switchyard/fusion', ...FUSION }
    const messages = [{ role: 'user', content: 'Tides?' }]
    const message = await post(key, '/v1/messages', { ...asked, max_tokens: 500, messages })
    expect(await message.json()).toMatchObject({ content: [{ type: 'text', text: 'The moon.' }], ...beside })
    const response = await post(key, '/v1/responses', { ...asked, input: 'Tides?' })
    expect(await response.json()).toMatchObject({
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'The moon.' }] }],
      ...beside,
    })
  })

  it('says so where the analyst makes no sense and nobody writes', async () => {
    fusing('I would rather not.', { status: 500 })
    const answer = await chat(await mintKey(), 'switchyard/fusion', FUSION)
    const { said, outcome } = await readCrew(answer)
    expect(PROSE).toContain(said)
    expect(outcome?.report).toMatchObject({ source: 'vote', consensus: [] })
    expect(outcome?.notes).toEqual(
      expect.arrayContaining(['report_unreadable', 'writer_failed', 'judge_unreadable']),
    )
    expect(answer.headers.get('x-switchyard-warnings')).toContain('report_unreadable')
  })

  it('fails where fewer answer than it must have', async () => {
    crewAt(PROSE[0] ?? '', { status: 500 }, { status: 500 })
    const plugins = [{ id: 'fusion', models: MODELS, min_successful_responses: 2 }]
    const failed = await errorOf(await chat(await mintKey(), 'switchyard/fusion', { ...FUSION, plugins }))
    expect(failed).toMatchObject({ status: 502, code: 'provider_failed' })
    expect(failed.message).toContain('min_successful_responses is 2')
  })
})

const panel = (fields: object = {}) => [{ id: 'panel', models: MODELS, aggregation: 'vote', ...fields }]
const cacheOf = (answer: Response) => answer.headers.get('x-switchyard-cache')

describe('a kept answer of several', () => {
  const HOUR = { ...ALONE, cache: { ttl: 3_600 } }

  it('is given again to who asks several for the same, and to nobody else', async () => {
    const key = await mintKey()
    const calls = crewAt('The answer is 4')
    const first = await chat(key, 'switchyard/panel', { ...HOUR, plugins: panel() })
    const { said, model, usage } = await readCrew(first)
    const asked = calls.length
    const hit = await chat(key, 'switchyard/panel', { ...HOUR, plugins: panel() })
    expect([cacheOf(first), cacheOf(hit)]).toEqual(['miss', 'hit'])
    expect(calls).toHaveLength(asked)
    expect(await readCrew(hit)).toMatchObject({
      said,
      model,
      usage: { prompt_tokens: usage.prompt_tokens, completion_tokens: usage.completion_tokens, cost: 0 },
    })
    for (const plugins of [panel({ size: 2 }), panel({ models: [MINI, FLASH] }), [{ id: 'verify' }], []]) {
      const name = plugins.some(({ id }) => id === 'panel') ? 'switchyard/panel' : MINI
      expect(cacheOf(await chat(key, name, { ...HOUR, plugins }))).toBe('miss')
    }
  })

  it('is none of a panel that was not whole', async () => {
    const key = await mintKey()
    const calls = crewAt('The answer is 4', 'The answer is 4', { status: 500 })
    const fields = { ...HOUR, plugins: panel({ aggregation: 'judge', judge: HAIKU }) }
    for (const _round of [1, 2]) {
      const answer = await chat(key, 'switchyard/panel', fields)
      expect(cacheOf(answer)).toBe('miss')
      expect(answer.headers.get('x-switchyard-warnings')).toContain('partial')
    }
    expect(calls.length).toBeGreaterThanOrEqual(6)
  })

  it('of a fusion still has its report', async () => {
    const key = await mintKey()
    fusing(REPORT, 'The moon pulls the sea.')
    const fields = { ...HOUR, plugins: [{ id: 'fusion', models: MODELS, judge: MINI }] }
    const first = await readCrew(await chat(key, 'switchyard/fusion', fields))
    const second = await readCrew(await chat(key, 'switchyard/fusion', fields))
    expect(second.outcome?.report).toEqual(first.outcome?.report)
  })
})

describe('what has no conversation', () => {
  const plugins = [{ id: 'panel', models: MODELS }]

  it('is made a vector by one model, whatever plugins say', async () => {
    const calls = fakeHosts({
      [OPENAI]: () =>
        Response.json({
          object: 'list',
          data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
          usage: { prompt_tokens: 2, total_tokens: 2 },
        }),
    })
    const answer = await post(await mintKey(), '/v1/embeddings', {
      model: 'openai/text-embedding-3-small',
      input: 'Hello',
      provider: { only: ['openai'] },
      plugins,
    })
    expect(answer.status).toBe(200)
    expect(calls).toHaveLength(1)
  })

  it('is completed in the older words by several', async () => {
    fakeHosts({ [OPENAI]: () => openaiAnswer('4') })
    const answer = await post(await mintKey(), '/v1/completions', {
      model: 'auto',
      prompt: 'What is 2 + 2?',
      plugins: [{ id: 'panel', models: [MINI], size: 2, aggregation: 'vote' }],
      ...ALONE,
    })
    expect(answer.headers.get('x-switchyard-topology')).toBe('panel')
    expect(await answer.json()).toMatchObject({ object: 'text_completion', choices: [{ text: '4' }] })
  })
})
