import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { ALONE, askedIn, crewAt, MODELS, readCrew, sentIn } from './crew.ts'
import { ANTHROPIC, GOOGLE, OPENAI } from './hosts.ts'
import { chat, decisionIdOf, type Key, mintKey, post, recorded, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const PANEL = { plugins: [{ id: 'panel', models: MODELS }], ...ALONE }
const HOSTS = [ANTHROPIC, OPENAI, GOOGLE]
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const TOOLS = [{ type: 'function', function: { name: 'weather', parameters: SCHEMA } }]
const weatherIn = (city: string) => [{ name: 'weather', args: { city } }]
const QUESTION = { role: 'user', content: 'How is the weather in 台北?' }

const lastTurn = (id: string) => [
  QUESTION,
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name: 'weather', arguments: '{"city":"Taipei"}' } }],
  },
  { role: 'tool', tool_call_id: id, content: 'Rain, 23 degrees in 台北' },
]

async function begun(key: Key, session: string): Promise<string> {
  crewAt(weatherIn('Taipei'), weatherIn('Tokyo'), weatherIn('Taipei'))
  const fields = { ...PANEL, messages: [QUESTION], tools: TOOLS, session_id: session }
  const { choice } = await readCrew(await chat(key, 'switchyard/panel', fields))
  return choice.message.tool_calls?.[0]?.id ?? ''
}

describe('tool calls of a panel', () => {
  it('are one call, with what most of them say', async () => {
    const key = await mintKey()
    const calls = crewAt(weatherIn('Taipei'), weatherIn('Tokyo'), weatherIn('Taipei'))
    const answer = await chat(key, 'switchyard/panel', { ...PANEL, messages: [QUESTION], tools: TOOLS })
    expect(answer.headers.get('x-switchyard-topology')).toBe('panel')
    const { choice, usage } = await readCrew(answer)
    expect(askedIn(calls)).toEqual(HOSTS)
    expect(choice.finish_reason).toBe('tool_calls')
    expect(choice.message.tool_calls?.map(({ function: called }) => called)).toEqual([
      { name: 'weather', arguments: '{"city":"Taipei"}' },
    ])
    expect(usage).toMatchObject({ prompt_tokens: 2_300, completion_tokens: 370 })
    expect(usage.members?.map(({ role, number }) => [role, number])).toEqual([
      ['member', 1],
      ['member', 2],
      ['member', 3],
    ])
  })

  it('that all differ are a conflict, which is told, and which a judge settles', async () => {
    const key = await mintKey()
    crewAt(
      (call) =>
        sentIn(call).includes('question q1')
          ? '{"A":{"score":2},"B":{"score":9},"C":{"score":9}}'
          : weatherIn('Oslo'),
      weatherIn('Rome'),
      weatherIn('Lima'),
    )
    const answer = await chat(key, 'switchyard/panel', {
      ...PANEL,
      plugins: [{ id: 'panel', models: MODELS, judge: MODELS[0] }],
      messages: [QUESTION],
      tools: TOOLS,
    })
    expect(answer.headers.get('x-switchyard-warnings')).toContain('panel: tool_call_conflict')
    const { choice } = await readCrew(answer)
    // Read once in either order, B has most.
    expect(choice.message.tool_calls).toMatchObject([{ function: { arguments: '{"city":"Rome"}' } }])
  })

  it('are one turn in Anthropic’s and in OpenAI’s newer words as well', async () => {
    const key = await mintKey()
    crewAt(weatherIn('Taipei'), weatherIn('Tokyo'), weatherIn('Taipei'))
    const asked = { ...PANEL, model: 'switchyard/panel' }
    const message = await post(key, '/v1/messages', {
      ...asked,
      max_tokens: 500,
      messages: [QUESTION],
      tools: [{ name: 'weather', input_schema: SCHEMA }],
    })
    expect(await message.json()).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', name: 'weather', input: { city: 'Taipei' } }],
      usage: { input_tokens: 2_300, output_tokens: 370 },
    })
    const response = await post(key, '/v1/responses', {
      ...asked,
      input: 'How is the weather?',
      tools: [{ type: 'function', name: 'weather', parameters: SCHEMA }],
    })
    expect(await response.json()).toMatchObject({
      output: [{ type: 'function_call', name: 'weather', arguments: '{"city":"Taipei"}' }],
      usage: { input_tokens: 2_300, output_tokens: 370 },
    })
  })
})

describe('what a tool brought', () => {
  it('goes to all who asked for it, in the session in which they did', async () => {
    const key = await mintKey()
    const id = await begun(key, 's')
    expect(id).not.toBe('')
    vi.restoreAllMocks()
    const calls = crewAt('It rains at 23 degrees.')
    // Nobody names the members again.
    const fields = { tools: TOOLS, messages: lastTurn(id), session_id: 's', ...ALONE }
    const again = async () => {
      const answer = await chat(key, 'switchyard/panel', fields)
      const { said } = await readCrew(answer)
      return said
    }
    await vi.waitFor(
      async () => {
        calls.length = 0
        expect(await again()).toBe('It rains at 23 degrees.')
        expect(new Set(askedIn(calls))).toEqual(new Set(HOSTS))
      },
      { timeout: 5_000, interval: 500 },
    )
    for (const call of calls.slice(0, 3)) expect(sentIn(call)).toContain('Rain, 23 degrees in 台北')
  })

  it('goes to all in Anthropic’s words as well', async () => {
    const key = await mintKey()
    const session = { 'x-session-id': 'of-messages' }
    const tools = [{ name: 'weather', input_schema: SCHEMA }]
    const asked = { model: 'switchyard/panel', max_tokens: 500, tools, ...ALONE }
    crewAt(weatherIn('Taipei'), weatherIn('Tokyo'), weatherIn('Taipei'))
    const first = await post(key, '/v1/messages', { ...asked, ...PANEL, messages: [QUESTION] }, session)
    const { content } = z
      .object({ content: z.array(z.looseObject({ type: z.string() })) })
      .parse(await first.json())
    const id = content.find(({ type }) => type === 'tool_use')?.['id']
    const result = { type: 'tool_result', tool_use_id: id, content: 'Rain, 23 degrees in 台北' }
    const messages = [QUESTION, { role: 'assistant', content }, { role: 'user', content: [result] }]
    await vi.waitFor(
      async () => {
        vi.restoreAllMocks()
        const calls = crewAt(
          'It rains. Take an umbrella with you.',
          'Rain at 23 degrees. It will not end before noon.',
          'There is rain in the city. Stay in.',
        )
        const answer = await post(key, '/v1/messages', { ...asked, messages }, session)
        expect(answer.headers.get('x-switchyard-topology')).toBe('panel')
        expect(await answer.text()).toContain('"stop_reason":"end_turn"')
        const members = calls.filter((call) => !sentIn(call).includes('0 to 10'))
        expect(askedIn(members)).toEqual(HOSTS)
        for (const call of members) expect(sentIn(call)).toContain('Rain, 23 degrees in 台北')
      },
      { timeout: 5_000, interval: 500 },
    )
  })

  it('begins no collaboration that nobody asked for', async () => {
    const key = await tenantWith({
      policy: {
        collaboration: { unasked: { patterns: ['cascade', 'panel'], min_gain: 0, max_cost_ratio: 100 } },
      },
    })
    const calls = crewAt('It rains.')
    const fields = { ...ALONE, messages: lastTurn('call_1'), tools: TOOLS }
    const answer = await chat(key, 'auto', fields, { 'x-switchyard-metadata': 'enabled' })
    expect(answer.headers.has('x-switchyard-topology')).toBe(false)
    await readCrew(answer)
    expect(calls).toHaveLength(1)
    const { decision } = await recorded(key, decisionIdOf(answer))
    const { topology_advice: advice } = z
      .object({ topology_advice: z.object({ acted: z.string(), reason: z.string() }) })
      .parse(JSON.parse(decision.detail))
    expect(advice.acted).toBe('single')
  })
})
