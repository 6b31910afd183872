import { describe, expect, it } from 'vitest'
import type { ChatRequest, NativeRequest } from '../../../src/core/chat.ts'
import { writeSeal } from '../../../src/core/sealed-thoughts.ts'
import type { Target } from '../../../src/providers/adapter.ts'
import { openaiResponses } from '../../../src/providers/openai-responses/index.ts'
import { TARGET, requestWith } from './conversation.ts'

const openai = openaiResponses()

const SEARCH = { type: 'web_search', search_context_size: 'low' }
const KEPT = {
  instructions: 'Be brief',
  tools: [SEARCH],
  text: { verbosity: 'low' },
  temperature: 0.3,
  max_output_tokens: 7,
}
const QUESTION = { role: 'user', content: 'Hello' }

const native = (body: NativeRequest['body']): NativeRequest => ({
  format: 'openai-responses',
  body,
  headers: {},
  droppedElsewhere: ['tools[0]'],
  onlyHere: [],
})

const sent = (body: NativeRequest['body'], fields: Partial<ChatRequest> = {}, target: Partial<Target> = {}) =>
  openai.encode(requestWith({ native: native(body), ...fields }), { ...TARGET, ...target }).body

const OURS = { model: 'model-1', store: false, stream: false, include: ['reasoning.encrypted_content'] }

describe("encode the caller's own words for OpenAI Responses", () => {
  it('keeps them, less what we decide or what hosts would have to remember', () => {
    const theirs = {
      ...KEPT,
      input: 'Hello',
      model: 'theirs',
      store: true,
      stream: true,
      background: true,
      previous_response_id: 'resp_1',
      stream_options: { include_obfuscation: false },
    }
    expect(sent(theirs)).toEqual({ ...KEPT, ...OURS, input: 'Hello' })
    expect(sent(theirs, {}, { stream: true })).toEqual({
      ...KEPT,
      ...OURS,
      input: 'Hello',
      stream: true,
      stream_options: { include_obfuscation: false },
    })
  })

  it.each([
    ['high', { summary: 'auto' }, { summary: 'auto', effort: 'high' }],
    ['low', { effort: 'high', mode: 'pro' }, { effort: 'low', mode: 'pro' }],
    ['low', undefined, { effort: 'low' }],
    [undefined, { summary: 'auto' }, { summary: 'auto' }],
    [undefined, { effort: 'high' }, undefined],
  ] as const)('thinks as the router decided: %s instead of %j', (effort, wished, told) => {
    const reasoning = effort === undefined ? {} : { effort }
    const body = sent({ input: 'Hello', ...(wished && { reasoning: wished }) }, { reasoning })
    expect(body).toEqual({ ...OURS, input: 'Hello', ...(told && { reasoning: told }) })
  })

  it('adds encrypted thoughts to what is included, once', () => {
    const search = 'web_search_call.action.sources'
    const include = ['reasoning.encrypted_content', search]
    expect(sent({ input: 'Hello', include })).toHaveProperty('include', [
      search,
      'reasoning.encrypted_content',
    ])
  })

  it('says nothing of thoughts to a model that has none', () => {
    const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAA' }
    const body = { input: [thought, QUESTION], reasoning: { summary: 'auto' }, include: OURS.include }
    expect(sent(body, {}, { hostModelId: 'gpt-4.1' })).toEqual({
      model: 'gpt-4.1',
      store: false,
      stream: false,
      input: [QUESTION],
    })
  })

  it('leaves out names and states of items, which make hosts look for them', () => {
    const id = 'x_1'
    const status = 'completed'
    const items = [
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hi' }],
        phase: 'commentary',
      },
      { role: 'user', content: 'Hello' },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}', namespace: 'n' },
      { type: 'function_call_output', call_id: 'c1', output: 'x' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'x' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: 'x' },
    ]
    expect(sent({ input: items.map((item) => ({ ...item, id, status })) })).toHaveProperty('input', items)
  })

  it("does not touch items of hosts' own tools, and items it does not know", () => {
    const items = [
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } },
      { type: 'item_reference', id: 'msg_1' },
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAAAA' },
      'not an item',
    ]
    expect(sent({ input: items })).toHaveProperty('input', items)
  })

  it('brings back only the thoughts that OpenAI sealed', () => {
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAA' }
    const token = writeSeal({ format: 'anthropic', kind: 'signature', data: 'sig' }, 'openai')
    const others = [
      { ...own, encrypted_content: null },
      { type: 'reasoning', id: 'rs_2', summary: [{ type: 'summary_text', text: 'Hm' }] },
      { ...own, encrypted_content: token },
    ]
    const input = [{ ...own, status: 'completed' }, ...others, QUESTION]
    expect(sent({ input })).toHaveProperty('input', [own, QUESTION])
  })

  it('names what they say to hosts of other formats only', () => {
    expect(openai.unsupported(requestWith({ native: native(KEPT) }))).toEqual([])
    const foreign = { ...native(KEPT), format: 'openai-chat' } as const
    expect(openai.unsupported(requestWith({ native: foreign }))).toEqual(['tools[0]'])
    const body = openai.encode(requestWith({ native: foreign }), TARGET).body
    expect(body).not.toHaveProperty('instructions')
  })
})
