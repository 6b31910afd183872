import { describe, expect, it } from 'vitest'
import { decodeMessagesRequest } from '../../../src/protocols/anthropic-messages/decode-request.ts'

const MINIMAL = { model: 'auto', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }
const decode = (fields: object, headers = {}) =>
  decodeMessagesRequest({ ...MINIMAL, ...fields }, new Headers(headers))
const nativeOf = (fields: object, headers = {}) => decode(fields, headers).chat.native
const text = (words: string) => ({ type: 'text', text: words })
const pdf = { type: 'base64', media_type: 'application/pdf', data: 'cGRm' }

describe("a request in its caller's own words", () => {
  it("keeps the caller's body and betas for Anthropic's hosts, without what is addressed to us", () => {
    const fields = {
      messages: [{ role: 'user', content: [{ ...text('Hi'), citations: null }] }],
      metadata: { user_id: 'ada' },
      thinking: { type: 'adaptive', display: 'summarized' },
      service_tier: 'auto',
    }
    const ours = { models: ['a'], provider: {}, plugins: [], session_id: 's', stream: true, user: 'eve' }
    expect(nativeOf({ ...fields, ...ours }, { 'anthropic-beta': 'x-1,y-2', 'x-api-key': 'k' })).toMatchObject(
      {
        body: { max_tokens: 100, ...fields },
        headers: { 'anthropic-beta': 'x-1,y-2' },
      },
    )
    expect(Object.keys(nativeOf({ ...fields, ...ours })?.body ?? {}).toSorted()).toEqual(
      ['max_tokens', ...Object.keys(fields)].toSorted(),
    )
  })

  it("takes OpenAI's name for the end user, and tells Anthropic in its own", () => {
    const { chat } = decode({ user: 'ada' })
    expect(chat.user).toBe('ada')
    expect(chat.native?.body).toMatchObject({ metadata: { user_id: 'ada' } })
  })

  it('names what other hosts do not get', () => {
    const cited = { type: 'document', source: pdf, citations: { enabled: true } }
    const native = nativeOf({
      messages: [
        { role: 'user', content: [cited, { type: 'tool_result', tool_use_id: 'a', content: [cited] }] },
      ],
      tools: [
        { name: 'f', input_schema: {}, input_examples: [{}], eager_input_streaming: true },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
      output_config: { effort: 'low', task_budget: 1 },
      service_tier: 'auto',
      container: null,
      mcp_servers: [],
    })
    expect(native?.droppedElsewhere).toEqual([
      'service_tier',
      'mcp_servers',
      'output_config.task_budget',
      'tools[0].input_examples',
      'tools[1]',
      'messages[0].content[0].citations',
      'messages[0].content[1].content[0].citations',
    ])
    expect(native?.onlyHere).toEqual([])
  })

  it('names the places of what only Anthropic can read', () => {
    const file = { type: 'file', file_id: 'file_1' }
    const content = [
      text('Look'),
      { type: 'document', source: file },
      { type: 'image', source: file },
      { type: 'search_result', source: 'x', title: 'y', content: [] },
      {
        type: 'tool_result',
        tool_use_id: 'a',
        content: [text('x'), { type: 'tool_reference', tool_name: 'f' }],
      },
      { type: 'document', source: { type: 'content', content: [{ type: 'image', source: file }] } },
    ]
    const messages = [
      { role: 'user', content },
      { role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }] },
    ]
    const { chat } = decode({ messages })
    expect(chat.native?.onlyHere).toEqual([
      'messages[0].content[1].source',
      'messages[0].content[2].source',
      'messages[0].content[3]',
      'messages[0].content[4].content[1]',
      'messages[0].content[5].source.content[0].source',
      'messages[1].content[0]',
    ])
    expect(chat.native?.body['messages']).toEqual(messages)
  })
})
