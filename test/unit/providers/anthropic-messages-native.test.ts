import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../../src/core/chat.ts'
import { writeSeal } from '../../../src/core/sealed-thoughts.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import { TARGET, requestWith, words } from './conversation.ts'

const HELLO = { role: 'user', content: 'Hello' }

/** What is sent to a model for a request in Anthropic's own words. */
function sent(hostModelId: string, body: Record<string, unknown>, fields: Partial<ChatRequest> = {}) {
  const native = {
    format: 'anthropic-messages' as const,
    body: { model: 'auto', max_tokens: 2_000, messages: [HELLO], ...body },
    headers: { 'anthropic-beta': 'context-management-2025-06-27' },
    droppedElsewhere: ['context_management'],
    onlyHere: [],
  }
  const request = requestWith({ native, sampling: { maxOutputTokens: 2_000 }, ...fields })
  return anthropicMessages.encode(request, { ...TARGET, hostModelId })
}
const bodyFor = (...call: Parameters<typeof sent>) => sent(...call).body

const thinking = (signature: string) => ({ type: 'thinking', thinking: 'Hm', signature })

const worded = ({ effort, ...rest }: { effort?: string; thinking?: object }) => {
  return { ...rest, ...(effort && { output_config: { effort } }) }
}

const round = (id: string) => [
  { role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'Rain' }] },
]
const rounds = (...ids: string[]) => [HELLO, ...ids.flatMap(round)]

describe("a caller's own words in Anthropic's format", () => {
  it('arrive as they are, with the model and the stream that were decided', () => {
    const body = {
      system: [{ type: 'text', text: 'Be brief', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      context_management: { edits: [] },
      metadata: { user_id: 'u1' },
      stream: true,
    }
    const { stream: _stream, ...kept } = body
    expect(sent('claude-haiku-4-5', body)).toEqual({
      path: '/messages',
      headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'context-management-2025-06-27' },
      body: { ...kept, model: 'claude-haiku-4-5', max_tokens: 2_000, messages: [HELLO] },
    })
  })

  it('are bounded by the model', () => {
    const fields = { sampling: { maxOutputTokens: 90_000 } }
    expect(bodyFor('claude-haiku-4-5', { max_tokens: 90_000 }, fields)).toHaveProperty('max_tokens', 4_096)
  })

  it('lose thoughts that only another maker can read, unsealed ones, and empty text', () => {
    const google = writeSeal({ format: 'google', kind: 'signature', data: 'Ci' }, 'anthropic')
    const openai = writeSeal({ format: 'openai', kind: 'encrypted', data: 'gA' }, 'anthropic')
    const text = { type: 'text', text: 'Hi' }
    const messages = [
      HELLO,
      { role: 'assistant', content: [thinking(google), { type: 'text', text: '' }, thinking('Eq'), text] },
      { role: 'user', content: [{ type: 'text', text: ' ' }, text] },
      { role: 'assistant', content: [thinking(''), { type: 'redacted_thinking', data: openai }] },
      HELLO,
    ]
    expect(bodyFor('claude-haiku-4-5', { messages })).toHaveProperty('messages', [
      HELLO,
      { role: 'assistant', content: [thinking('Eq'), text] },
      { role: 'user', content: [text] },
      HELLO,
    ])
  })

  it('keep calls and results together under ids that Anthropic takes', () => {
    expect(
      bodyFor('claude-haiku-4-5', { messages: rounds('toolu_1', 'functions.f:0', 'functions.f:0') }),
    ).toHaveProperty('messages', rounds('toolu_1', 'functions_f_0', 'functions_f_0_2'))
  })

  const enabled = { type: 'enabled', budget_tokens: 1_500 }
  const adaptive = { type: 'adaptive', display: 'summarized' }
  it.each([
    [
      'claude-haiku-4-5',
      { thinking: enabled },
      { effort: 'low', budgetTokens: 1_500 },
      { thinking: enabled },
    ],
    ['claude-haiku-4-5', { thinking: enabled }, {}, { thinking: enabled }],
    ['claude-haiku-4-5', {}, {}, {}],
    ['claude-opus-4-6', { thinking: adaptive }, { effort: 'high' }, { thinking: adaptive, effort: 'high' }],
    [
      'claude-opus-4-6',
      { thinking: adaptive, effort: 'max' },
      { effort: 'xhigh' },
      { thinking: adaptive, effort: 'max' },
    ],
    [
      'claude-opus-4-7',
      { thinking: enabled },
      { effort: 'low' },
      { thinking: { type: 'adaptive' }, effort: 'low' },
    ],
    ['claude-opus-4-7', { thinking: enabled }, {}, { thinking: { type: 'adaptive' }, effort: 'low' }],
    ['claude-opus-4-7', { effort: 'high' }, { effort: 'high' }, { effort: 'high' }],
    ['claude-opus-4-7', {}, { effort: 'low' }, { thinking: { type: 'adaptive' }, effort: 'low' }],
    ['claude-haiku-4-5', { effort: 'low' }, {}, {}],
    ['claude-opus-5-5', { thinking: { type: 'disabled' } }, { effort: 'none' }, { effort: 'low' }],
    ['claude-opus-4-6', { thinking: enabled }, { effort: 'low' }, { thinking: enabled }],
    ['other-model', { thinking: enabled, effort: 'high' }, {}, {}],
    ['other-model', { thinking: enabled }, { effort: 'low' }, { thinking: enabled }],
  ] as const)('tell %s %o (decided: %o) as it takes it', (model, told, reasoning, taken) => {
    const plain = { model, max_tokens: 2_000, messages: [HELLO] }
    expect(bodyFor(model, worded(told), { reasoning })).toEqual({ ...plain, ...worded(taken) })
  })

  it('do not think in a turn that another model began', () => {
    const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'Rain' }
    const body = {
      thinking: enabled,
      messages: [HELLO, { role: 'assistant', content: [call] }, { role: 'user', content: [result] }],
    }
    const fields: Partial<ChatRequest> = {
      reasoning: { effort: 'low', budgetTokens: 1_500 },
      messages: [
        { role: 'user', content: [words('Hello')] },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', id: 'toolu_1', name: 'f', argumentsJson: '{}' }],
        },
        { role: 'tool', toolCallId: 'toolu_1', content: [words('Rain')] },
      ],
    }
    expect(bodyFor('claude-haiku-4-5', body, fields)).not.toHaveProperty('thinking')
    const { messages: _loop, ...outside } = fields
    expect(bodyFor('claude-haiku-4-5', body, outside)).toHaveProperty('thinking', enabled)
  })

  it('keep the rest of their output config', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } }
    const config = { effort: 'high', format, task_budget: 9 }
    expect(bodyFor('claude-haiku-4-5', { output_config: config })).toHaveProperty('output_config', {
      format,
      task_budget: 9,
    })
  })

  it('lose the sampling and the thinking that do not go together with the rest', () => {
    const choice = { type: 'tool', name: 'web_search', disable_parallel_tool_use: true }
    const body = { thinking: enabled, temperature: 0.5, tool_choice: choice }
    const fields: Partial<ChatRequest> = {
      toolChoice: { name: 'web_search' },
      reasoning: { effort: 'low', budgetTokens: 1_500 },
      sampling: { maxOutputTokens: 2_000, temperature: 0.5 },
    }
    const forced = bodyFor('claude-haiku-4-5', body, fields)
    expect(forced).not.toHaveProperty('thinking')
    expect(forced).toMatchObject({ temperature: 0.5, tool_choice: choice })
    const free = bodyFor(
      'claude-haiku-4-5',
      { thinking: enabled, temperature: 0.5 },
      {
        ...fields,
        toolChoice: 'auto',
      },
    )
    expect(free).toMatchObject({ thinking: enabled })
    expect(free).not.toHaveProperty('temperature')
    expect(bodyFor('claude-opus-5-5', body, fields)).toMatchObject({
      thinking: { type: 'adaptive' },
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
  })
})
