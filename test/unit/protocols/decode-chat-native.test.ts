import { describe, expect, it } from 'vitest'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import { OPENAI, TARGET } from '../providers/conversation.ts'

const MINIMAL = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }
const chatOf = (fields: object) => decodeChatRequest({ ...MINIMAL, ...fields }).chat
const native = (fields: object) => chatOf(fields).native
/** What a host of the same protocol is sent. */
const sent = (fields: object) => openaiChat(OPENAI).encode(chatOf(fields), TARGET).body

const GREP = { type: 'custom', custom: { name: 'grep', format: { type: 'text' } } }
const ADD = { type: 'function', function: { name: 'add', parameters: { type: 'object' } } }

describe('the words of the caller', () => {
  it('keep the fields we do not know, and none that are ours or empty', () => {
    const unknown = { store: null, verbosity: 'low', constructor: { name: 'x' }, toString: 1 }
    const ours = {
      session_id: 's1',
      provider: {},
      models: ['a'],
      plugins: [],
      usage: { include: true },
      metadata: { team: 'blue' },
      stream: true,
    }
    expect(native({ ...unknown, ...ours, temperature: null })).toEqual({
      format: 'openai-chat',
      body: unknown,
      headers: {},
      droppedElsewhere: Object.keys(unknown),
      onlyHere: [],
    })
  })

  it('keep what we do not know inside of tools and schemas, but no cache markers', () => {
    const json_schema = { name: 'person', description: 'A person', schema: { type: 'object' } }
    const tool = { type: 'function', function: { name: 'add', examples: [1] } }
    const fields = {
      response_format: { type: 'json_schema', json_schema },
      tools: [{ ...tool, cache_control: { type: 'ephemeral' } }],
    }
    expect(sent(fields)).toMatchObject({ response_format: { json_schema }, tools: [tool] })
    expect(JSON.stringify(sent(fields))).not.toContain('cache_control')
    expect(chatOf(fields).tools).toEqual([{ name: 'add', cache: {} }])
  })

  it('keep tools that are no functions, and name them for everybody else', () => {
    const tool_choice = { type: 'custom', custom: { name: 'grep' } }
    const fields = { tools: [ADD, GREP], tool_choice }
    expect(sent(fields)).toMatchObject({ tools: [ADD, GREP], tool_choice })
    const { tools, toolChoice, native: kept } = chatOf(fields)
    expect(tools).toEqual([{ name: 'add', parameters: { type: 'object' } }])
    expect(toolChoice).toBeUndefined()
    expect(kept?.droppedElsewhere).toEqual(['tools[1]', 'tool_choice'])
  })

  it('are needed where a file is known to its host only', () => {
    const content = [
      { type: 'text', text: 'Sum up' },
      { type: 'file', file: { file_id: 'file-abc', filename: 'a.pdf' } },
    ]
    const messages = [...MINIMAL.messages, { role: 'user', content, name: 'ada' }]
    expect(native({ messages })?.onlyHere).toEqual(['messages[1].content[1].file.file_id'])
    expect(sent({ messages })).toHaveProperty('messages', messages)
  })
})

describe('tools of free text', () => {
  it('are called and answered there and back', () => {
    const messages = [
      { role: 'user', content: 'Find it' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'custom', custom: { name: 'grep', input: 'a "b' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'line 3' },
    ]
    expect(chatOf({ messages }).messages[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'call_1', name: 'grep', argumentsJson: 'a "b', custom: true }],
    })
    expect(sent({ messages })).toHaveProperty('messages', messages)
  })
})
