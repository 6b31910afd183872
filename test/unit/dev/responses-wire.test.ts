import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import {
  eventsIn,
  json,
  parameters,
  png,
  post,
  refusal,
  script,
  twoSubjects,
  twoTools,
  valuesAt,
  withHosts,
} from './simulated.ts'

const tools = twoTools.map((tool) => ({ type: 'function', ...tool, parameters }))
const user = { role: 'user', content: twoSubjects }

function ask(url: string, body: object): Promise<Response> {
  return post(`${url}/openai/v1/responses`, { model: 'thinker', input: 'Tell me about tides', ...body })
}

/** The events of a streamed answer. */
async function stream(url: string, body: object): Promise<string[]> {
  return eventsIn(await (await ask(url, { ...body, stream: true })).text())
}

describe('a stream', () => {
  it('has every event, numbered, and ends with the whole response', () =>
    withHosts(async ({ url }) => {
      const body = { reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] }
      const events = await stream(url, body)
      const types = valuesAt(events, 'type')
      expect([...new Set(types)]).toEqual([
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.reasoning_summary_part.added',
        'response.reasoning_summary_text.delta',
        'response.reasoning_summary_text.done',
        'response.reasoning_summary_part.done',
        'response.output_item.done',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.completed',
      ])
      expect(valuesAt(events, 'sequence_number')).toEqual(types.map((_, index) => index))
      const response = JSON.parse(events.at(-1) ?? '').response
      expect(response.output).toMatchObject([
        {
          type: 'reasoning',
          id: expect.stringMatching(/^rs_/),
          summary: [{ type: 'summary_text' }],
          encrypted_content: expect.stringMatching(/^gAAAA/),
        },
        { type: 'message', status: 'completed', content: [{ type: 'output_text' }] },
      ])
      const done = valuesAt(events, 'item').filter((item) => JSON.stringify(item).includes('completed'))
      expect(done).toEqual([response.output[1]])
    }))

  it('is understood by the official client, several calls included', () =>
    withHosts(async ({ url }) => {
      const client = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: 'sk-simulated', maxRetries: 0 })
      const functions = tools.map((tool) => ({ ...tool, type: 'function' as const, strict: false }))
      const final = await client.responses
        .stream({ model: 'thinker', input: twoSubjects, tools: functions })
        .finalResponse()
      const calls = final.output.filter((item) => item.type === 'function_call')
      expect(calls).toMatchObject([
        { name: 'get_weather', arguments: '{"city":"Taipei"}' },
        { name: 'get_time', arguments: '{"city":"Taipei"}' },
      ])
      const single = await json(ask(url, { input: twoSubjects, tools, parallel_tool_calls: false }))
      expect(single.output.map((item: { type: string }) => item.type)).toEqual(['reasoning', 'function_call'])
    }))

  it('tells of refusals, limits and failures', () =>
    withHosts(async (hosts) => {
      const refused = await stream(hosts.url, { input: 'simulate:refusal' })
      expect(valuesAt(refused, 'refusal')).toHaveLength(1)
      const limited = await json(ask(hosts.url, { model: 'able', max_output_tokens: 9 }))
      expect(limited).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ status: 'incomplete' }],
      })
      await script(hosts, { kind: 'failed', times: 1 })
      const failed = await stream(hosts.url, {})
      expect(JSON.parse(failed.at(-1) ?? '')).toMatchObject({
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_error' }, usage: null },
      })
      await script(hosts, { kind: 'error-in-band', afterChunks: 3 })
      expect(JSON.parse((await stream(hosts.url, {})).at(-1) ?? '')).toMatchObject({
        type: 'error',
        sequence_number: 3,
      })
    }))

  it('has the odds of tokens when they are included', () =>
    withHosts(async ({ url }) => {
      const events = await stream(url, { include: ['message.output_text.logprobs'], top_logprobs: 1 })
      expect(valuesAt(events, 'logprobs.0.top_logprobs.0.logprob').length).toBeGreaterThan(5)
    }))
})

describe('input', () => {
  it('takes reasoning back that was sealed here, and no other', () =>
    withHosts(async ({ url }) => {
      const options = { store: false, include: ['reasoning.encrypted_content'], tools }
      const { output } = await json(ask(url, { ...options, input: [user] }))
      const results = output
        .filter((item: { type: string }) => item.type === 'function_call')
        .map((item: { call_id: string }, index: number) => {
          const image = [{ type: 'input_image', image_url: `data:image/png;base64,${png}` }]
          return { type: 'function_call_output', call_id: item.call_id, output: index === 0 ? 'Rain' : image }
        })
      const final = await json(ask(url, { ...options, input: [user, ...output, ...results] }))
      expect(final.output.at(-1).content[0].text).toContain('With 1 image (image/png)')
      expect(final.store).toBe(false)

      const forged = [{ ...output[0], encrypted_content: 'gAAAAAforged' }, ...output.slice(1), ...results]
      const { error } = await json(ask(url, { ...options, input: [user, ...forged] }))
      expect(error).toMatchObject({
        code: 'invalid_encrypted_content',
        message: expect.stringContaining('could not be verified'),
      })
      const bare = [{ ...output[0], encrypted_content: undefined }, ...output.slice(1), ...results]
      expect(await refusal(ask(url, { ...options, input: [user, ...bare] }))).toEqual({
        status: 404,
        message: expect.stringContaining('Items are not persisted when `store` is set to false'),
      })
      expect((await refusal(ask(url, { input: [user, output[0]] }))).message).toContain(
        'required following item',
      )
    }))

  it('continues a stored response, and only that', () =>
    withHosts(async ({ url }) => {
      const first = await json(ask(url, { model: 'able', input: [user], tools }))
      const input = first.output.map((item: { call_id: string }) => {
        return { type: 'function_call_output', call_id: item.call_id, output: '31 degrees' }
      })
      const follow = { model: 'able', previous_response_id: first.id, tools }
      expect((await json(ask(url, { ...follow, input }))).output[0].content[0].text).toContain('31 degrees')
      expect((await refusal(ask(url, { ...follow, input: [user] }))).message).toContain(
        'No tool output found',
      )

      const unkept = await json(ask(url, { store: false }))
      const { error } = await json(ask(url, { previous_response_id: unkept.id }))
      expect(error).toMatchObject({ code: 'previous_response_not_found', param: 'previous_response_id' })
    }))

  it.each([
    [
      [{ type: 'function_call_output', call_id: 'call_9', output: 'x' }],
      'No tool call found for function call output',
    ],
    [
      [{ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }],
      "Supported values are: 'output_text'",
    ],
    [[{ role: 'user', content: [{ type: 'text', text: 'x' }] }], "Invalid value: 'text'"],
  ])('is refused when it does not fit', (input, words) =>
    withHosts(async ({ url }) => {
      const refused = await refusal(ask(url, { input }))
      expect(refused).toEqual({ status: 400, message: expect.stringContaining(words) })
    }),
  )
})
