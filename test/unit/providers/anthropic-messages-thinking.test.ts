import { describe, expect, it } from 'vitest'
import type { ChatRequest, Message, ReasoningPart } from '../../../src/core/chat.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import { claudeModel } from '../../../src/providers/anthropic-messages/claude-models.ts'
import { TARGET, WEATHER, requestWith, words } from './conversation.ts'

const BUDGETED = 'claude-haiku-4-5'
const target = (hostModelId: string) => ({ ...TARGET, hostModelId, maxOutputTokens: 64_000 })
const body = (hostModelId: string, fields: Partial<ChatRequest>) =>
  anthropicMessages.encode(requestWith(fields), target(hostModelId)).body
const unsupported = (hostModelId: string, fields: Partial<ChatRequest>) =>
  anthropicMessages.unsupported(requestWith(fields), target(hostModelId))
const without = (...names: string[]) => {
  return expect.not.objectContaining(Object.fromEntries(names.map((name) => [name, expect.anything()])))
}

const asked: Message = { role: 'user', content: [words('Weather?')] }
const call = { type: 'tool-call', id: 'call_1', name: 'get_weather', argumentsJson: '{}' } as const
const result: Message = { role: 'tool', toolCallId: 'call_1', content: [words('Rain')] }
const thought = (seal: ReasoningPart['seal']): ReasoningPart => ({
  type: 'reasoning',
  text: 'Look',
  ...(seal && { seal }),
})
const SIGNED = thought({ format: 'anthropic', kind: 'signature', data: 'Eq' })
const FOREIGN = thought({ format: 'google', kind: 'signature', data: 'Ci' })

const turn = (...content: Extract<Message, { role: 'assistant' }>['content']): Message => {
  return { role: 'assistant', content }
}

describe('claudeModel', () => {
  it.each([
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
    ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
    ['anthropic/claude-opus-4.6', 'claude-opus-4-6'],
    ['global.anthropic.claude-opus-4-6-v1', 'claude-opus-4-6'],
    ['claude-opus-4-5-20251101', 'claude-opus-4-5'],
    ['claude-sonnet-4-20250514', 'claude-sonnet-4'],
    ['claude-mythos-9', 'claude-opus-5-5'],
  ])('reads %s as %s', (hostModelId, same) => {
    expect(claudeModel(hostModelId)).toEqual(claudeModel(same))
  })

  it('tells versions apart', () => {
    const names = [
      'haiku-4-5',
      'opus-4-5',
      'opus-4-6',
      'opus-4-7',
      'sonnet-5',
      'fable-5',
      'opus-5-5',
      'sonnet-5-5',
    ]
    const rules = ['llama-4', ...names.map((name) => `claude-${name}`)].map(claudeModel)
    expect(new Set(rules.map((rule) => JSON.stringify(rule))).size).toBe(rules.length)
  })
})

describe('thinking, as Anthropic is told', () => {
  it.each([
    ['claude-haiku-4-5', 'medium', { type: 'enabled', budget_tokens: 8_192 }, undefined],
    ['claude-haiku-4-5', 'none', undefined, undefined],
    ['claude-opus-4-5', 'minimal', { type: 'enabled', budget_tokens: 1_024 }, undefined],
    ['claude-opus-4-6', 'xhigh', { type: 'adaptive' }, 'high'],
    ['claude-opus-4-7', 'xhigh', { type: 'adaptive' }, 'xhigh'],
    ['claude-opus-4-7', 'minimal', { type: 'adaptive' }, 'low'],
    ['claude-opus-4-7', 'none', undefined, undefined],
    ['claude-sonnet-5', 'none', { type: 'disabled' }, undefined],
    ['claude-opus-5-5', 'none', undefined, 'low'],
    ['claude-sonnet-5-5', 'none', { type: 'between_tools' }, 'low'],
    ['claude-haiku-5-5', 'high', { type: 'adaptive' }, 'high'],
  ] as const)('%s with the effort %s', (model, effort, thinking, told) => {
    const sent = body(model, { reasoning: { effort } })
    expect(sent).toEqual(
      expect.objectContaining({
        ...(thinking && { thinking }),
        ...(told && { output_config: { effort: told } }),
      }),
    )
    if (!thinking) expect(sent).toEqual(without('thinking'))
    if (!told) expect(sent).toEqual(without('output_config'))
  })

  it('asks for the thoughts only when the caller wants to read them', () => {
    const shown = { thinking: { display: 'summarized' } }
    expect(body(BUDGETED, { reasoning: { effort: 'low', shown: true } })).toMatchObject(shown)
    expect(body('claude-opus-5', { reasoning: { shown: true } })).toMatchObject(shown)
    expect(body('claude-opus-4-7', { reasoning: { shown: true } })).toEqual(without('thinking'))
    expect(body('claude-sonnet-5', { reasoning: { effort: 'none', shown: true } })).toHaveProperty(
      'thinking',
      {
        type: 'disabled',
      },
    )
  })

  it.each([
    [{ effort: 'high' }, undefined, 16_384, 24_576],
    [{ effort: 'high' }, 4_000, 2_976, 4_000],
    [{ effort: 'low', budgetTokens: 3_000 }, 4_000, 3_000, 4_000],
    [{ effort: 'xhigh', budgetTokens: 50_000 }, 4_000, 2_976, 4_000],
    [{ budgetTokens: 10 }, undefined, 1_024, 9_216],
    [{ budgetTokens: 90_000 }, undefined, 62_976, 64_000],
  ] as const)('fits the budget of %o into %s tokens', (reasoning, bound, budget, most) => {
    const sampling = bound === undefined ? {} : { maxOutputTokens: bound }
    expect(body(BUDGETED, { reasoning, sampling })).toMatchObject({
      thinking: { budget_tokens: budget },
      max_tokens: most,
    })
  })

  it('does not think where the bound leaves no room, and says so', () => {
    const fields = { reasoning: { effort: 'high' }, sampling: { maxOutputTokens: 500 } } as const
    expect(body(BUDGETED, fields)).toMatchObject({ max_tokens: 500 })
    expect(body(BUDGETED, fields)).toEqual(without('thinking'))
    expect(unsupported(BUDGETED, fields)).toEqual(['reasoning_effort'])
    expect(unsupported('claude-opus-4-6', fields)).toEqual([])
  })

  it('sends no sampling beside thoughts, and says so', () => {
    const fields = { reasoning: { effort: 'low' }, sampling: { temperature: 0.2, topK: 5 } } as const
    expect(body(BUDGETED, fields)).toEqual(without('temperature', 'top_k'))
    expect(unsupported(BUDGETED, fields)).toEqual(['temperature', 'top_k'])
    expect(body(BUDGETED, { ...fields, reasoning: { effort: 'none' } })).toMatchObject({ temperature: 0.2 })
  })

  it.each([
    ['claude-haiku-4-5', undefined, { type: 'any' }, ['reasoning_effort']],
    ['claude-opus-4-7', undefined, { type: 'any' }, ['reasoning_effort']],
    ['claude-sonnet-5', { type: 'disabled' }, { type: 'any' }, ['reasoning_effort']],
    ['claude-opus-5', { type: 'disabled' }, { type: 'any' }, ['reasoning_effort']],
    ['claude-fable-5', undefined, { type: 'any' }, []],
    ['claude-opus-5-5', { type: 'adaptive' }, { type: 'auto' }, ['tool_choice']],
  ])('%s, made to call a tool, thinks %o', (model, thinking, choice, dropped) => {
    const fields = { tools: [WEATHER], toolChoice: 'required', reasoning: { effort: 'high' } } as const
    expect(body(model, fields)).toMatchObject({ tool_choice: choice, ...(thinking && { thinking }) })
    if (!thinking) expect(body(model, fields)).toEqual(without('thinking'))
    expect(unsupported(model, fields)).toEqual(dropped)
  })

  it('lets what always thinks know how much, also when it must call a tool', () => {
    const fields = { tools: [WEATHER], toolChoice: 'required', reasoning: { effort: 'high' } } as const
    expect(body('claude-fable-5', fields)).toHaveProperty('output_config', { effort: 'high' })
    expect(body('claude-opus-4-7', fields)).toEqual(without('output_config'))
  })

  it('switches off what thinks by itself when a tool must be called', () => {
    const fields = { tools: [WEATHER], toolChoice: { name: 'get_weather' } }
    expect(body('claude-sonnet-5', fields)).toHaveProperty('thinking', { type: 'disabled' })
    expect(body('claude-opus-4-7', fields)).toEqual(without('thinking'))
  })
})

describe('sealed thoughts, as Anthropic gets them', () => {
  const reasoning = { effort: 'high' } as const

  it('gives back its own in their place, and keeps the others', () => {
    const hidden = thought({ format: 'anthropic', kind: 'encrypted', data: 'Em' })
    const messages = [asked, turn(SIGNED, hidden, words('Look:'), FOREIGN, thought(undefined), call), result]
    expect(body(BUDGETED, { messages })).toHaveProperty('messages.1.content', [
      { type: 'thinking', thinking: 'Look', signature: 'Eq' },
      { type: 'redacted_thinking', data: 'Em' },
      { type: 'text', text: 'Look:' },
      { type: 'tool_use', id: 'call_1', name: 'get_weather', input: {} },
    ])
  })

  it.each([
    ['a thought of its own', [asked, turn(SIGNED, call), result], true],
    ['a thought of its own, calls later', [asked, turn(SIGNED, call), result, turn(call), result], true],
    ['no thought', [asked, turn(call), result], false],
    ['a word before the thought', [asked, turn(words('Hm'), SIGNED, call), result], false],
    ["another maker's thought", [asked, turn(FOREIGN, call), result], false],
    ['no thought, the user speaking beside the result', [asked, turn(call), result, asked], false],
    ['a word to be continued', [asked, turn(words('It is'))], false],
    ['no thought, in an earlier turn', [asked, turn(call), result, turn(words('Rain')), asked], true],
  ])('goes on with a turn that began with %s', (_, messages, thinks) => {
    const fields = { messages, reasoning }
    expect('thinking' in Object(body(BUDGETED, fields))).toBe(thinks)
    expect(unsupported(BUDGETED, fields)).toEqual(thinks ? [] : ['reasoning_effort'])
    expect(body('claude-opus-4-6', fields)).toHaveProperty('thinking.type', 'adaptive')
  })
})
