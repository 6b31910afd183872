import { describe, expect, it } from 'vitest'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'

const ask = (fields: object) =>
  decodeChatRequest({ model: 'auto', messages: [{ role: 'user', content: 'Hello' }], ...fields }).chat
const turn = (fields: object) => ask({ messages: [{ role: 'assistant', ...fields }] }).messages[0]?.content
const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const text = (words: string) => ({ type: 'text', text: words })

describe('the wish to think', () => {
  it.each<[fields: object, wish: object]>([
    [{ reasoning_effort: 'low' }, { effort: 'low' }],
    [{ reasoning: { effort: 'high' } }, { effort: 'high', shown: true }],
    [
      { reasoning_effort: 'low', reasoning: { effort: 'high' } },
      { effort: 'low', shown: true },
    ],
    [{ reasoning: { max_tokens: 9_000 } }, { effort: 'medium', budgetTokens: 9_000, shown: true }],
    [
      { reasoning: { effort: 'low', max_tokens: 9_000 } },
      { effort: 'low', budgetTokens: 9_000, shown: true },
    ],
    [{ reasoning: { enabled: false } }, { effort: 'none', shown: true }],
    [{ reasoning: { enabled: true, exclude: true } }, { shown: false }],
    [{ reasoning: {} }, { shown: true }],
    [{ reasoning: null, reasoning_effort: null }, {}],
  ])('is read from %j', (fields, wish) => {
    expect(ask(fields).reasoning).toEqual(wish)
  })
})

describe('thoughts that come back', () => {
  it('stand before what was said, with their seals', () => {
    const reasoning_details = [
      { type: 'reasoning.text', text: 'Hm', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'blob', format: 'anthropic-claude-v1', index: 1 },
      { type: 'reasoning.encrypted', data: 'enc', id: 'rs_1', format: 'openai-responses-v1', index: 2 },
      { type: 'reasoning.text', text: 'Aloud', format: 'unknown', index: 3 },
      { type: 'reasoning.future', blob: 'x' },
    ]
    expect(turn({ content: 'Well', reasoning: 'Hm', reasoning_details })).toEqual([
      { type: 'reasoning', text: 'Hm', seal: { format: 'anthropic', kind: 'signature', data: 'sig' } },
      { type: 'reasoning', text: '', seal: { format: 'anthropic', kind: 'encrypted', data: 'blob' } },
      {
        type: 'reasoning',
        text: '',
        seal: { format: 'openai', kind: 'encrypted', data: 'enc', id: 'rs_1' },
      },
      { type: 'reasoning', text: 'Aloud' },
      text('Well'),
    ])
  })

  it('are the words alone where there are no details', () => {
    expect(turn({ content: 'Well', reasoning: 'Hm' })).toEqual([
      { type: 'reasoning', text: 'Hm' },
      text('Well'),
    ])
    expect(turn({ content: 'Well', reasoning: 17, reasoning_details: 'none' })).toEqual([text('Well')])
  })

  it.each([
    [
      "a detail with the call's id",
      [{ type: 'reasoning.encrypted', data: 'sig', id: 'call_2', format: 'google-gemini-v1' }],
      {},
    ],
    ["Google's own field", undefined, { extra_content: { google: { thought_signature: 'sig' } } }],
  ])('of Google stand before the call they belong to: %s', (_, reasoning_details, extra) => {
    const tool_calls = [call('call_1'), { ...call('call_2'), ...extra }]
    expect(turn({ content: null, tool_calls, reasoning_details })).toEqual([
      { type: 'tool-call', id: 'call_1', name: 'f', argumentsJson: '{}' },
      { type: 'reasoning', text: '', seal: { format: 'google', kind: 'signature', data: 'sig' } },
      { type: 'tool-call', id: 'call_2', name: 'f', argumentsJson: '{}' },
    ])
  })
})

describe('cache markers', () => {
  it('stay on the parts and tools they stood on', () => {
    const hour = { type: 'ephemeral', ttl: '1h' }
    const image_url = { url: 'https://example.test/a.png' }
    const { messages, tools } = ask({
      messages: [
        { role: 'system', content: [{ ...text('Be wise'), cache_control: hour }] },
        {
          role: 'user',
          content: [text('Look'), { type: 'image_url', image_url, cache_control: { type: 'ephemeral' } }],
        },
        { role: 'assistant', content: [{ ...text('Well'), cache_control: hour }] },
      ],
      tools: [{ type: 'function', function: { name: 'f' }, cache_control: hour }],
    })
    expect(
      messages.map(({ content }) => content.map((part) => ('cache' in part ? part.cache : null))),
    ).toEqual([[{ ttl: '1h' }], [null, {}], [{ ttl: '1h' }]])
    expect(tools).toEqual([{ name: 'f', cache: { ttl: '1h' } }])
  })
})
