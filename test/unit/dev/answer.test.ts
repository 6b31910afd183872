import { describe, expect, it } from 'vitest'
import { composeAnswer, promptText } from '../../../src/dev/hosts/answer.ts'
import { createPromptCache, type PromptCache } from '../../../src/dev/hosts/prompt-cache.ts'
import type { Question, SimulatedModel } from '../../../src/dev/hosts/question.ts'
import { estimateTokens } from '../../../src/dev/hosts/tokens.ts'

const model: SimulatedModel = { host: 'h', hostModelId: 'm1', ability: 1, ttftMs: 0, tokensPerSecond: 1 }
const uncached = { readTokens: 0, writtenTokens: 0 }

function ask(text: string, changes: Partial<Question> = {}): Question {
  return {
    modelId: 'm1',
    turns: [{ role: 'user', text }],
    tools: [],
    toolChoice: 'auto',
    parallelTools: true,
    stop: [],
    choices: 1,
    output: { type: 'text' },
    maxOutputTokens: null,
    effort: null,
    showsReasoning: false,
    caching: 'automatic',
    stream: false,
    ...changes,
  }
}
const answerTo = (question: Question, of = model) => composeAnswer(question, of, uncached)

describe('composeAnswer', () => {
  it('says that it is simulated, and the same every time', () => {
    const question = ask('How do I brew coffee?')
    expect(answerTo(question).text).toMatch(/^\[simulated m1\] .*coffee/)
    expect(answerTo(question)).toEqual(answerTo(question))
  })

  it('differs between models', () => {
    const question = ask('How do I brew coffee?')
    const other = answerTo(question, { ...model, hostModelId: 'm2' }).text.replace('m2', 'm1')
    expect(other).not.toBe(answerTo(question).text)
  })

  it('calculates', () => {
    expect(answerTo(ask('what is 17*23?')).text).toBe('[simulated m1] 17 * 23 = 391.')
  })

  it.each([
    ['请介绍一下量子计算', '模拟回答'],
    ['請介紹一下量子計算', '模擬回答'],
    ['Tell me about quantum computing', 'simulated answer'],
    ['量子コンピュータについて教えて', 'simulated answer'],
  ])('answers %s in its language', (prompt, words) => {
    expect(answerTo(ask(prompt)).text).toContain(words)
  })

  it('is about as long as asked', () => {
    const [short, long] = ['Explain tides briefly', 'Write a detailed essay about tides'].map(
      (prompt) => answerTo(ask(prompt)).usage?.outputTokens ?? 0,
    )
    expect(short).toBeLessThan(80)
    expect(long).toBeGreaterThan(130)
    expect(answerTo(ask('In 9000 words, tell me about tides')).usage?.outputTokens).toBeLessThan(340)
  })

  it('stops at the limit', () => {
    const answer = answerTo(ask('Write a detailed essay about tides', { maxOutputTokens: 12 }))
    expect(answer.finish).toBe('length')
    expect(estimateTokens(answer.text)).toBeLessThanOrEqual(12)
    expect(answer.usage?.outputTokens).toBeLessThanOrEqual(12)
  })

  it('thinks within the limit, and less with less effort', () => {
    const thinker = { ...model, reasoning: true }
    const thought = (changes: Partial<Question>) =>
      answerTo(ask('Tell me about tides', changes), thinker).usage?.reasoningTokens ?? -1
    expect(thought({ effort: 'none' })).toBe(0)
    expect(thought({ effort: 'low' })).toBeLessThan(thought({ effort: 'high' }))
    expect(answerTo(ask('Tell me about tides', { maxOutputTokens: 5 }), thinker)).toMatchObject({
      text: '',
      finish: 'length',
      usage: { reasoningTokens: 5, outputTokens: 5 },
    })
  })
})

describe('tools', () => {
  const weather = {
    name: 'get_weather',
    description: 'Current weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  }
  const refund = { name: 'issueRefund', description: 'Pays money back' }
  const tools = [refund, weather]

  it('calls the tool that shares words with the prompt, with arguments from it', () => {
    const answer = answerTo(ask('What is the weather in New Taipei today?', { tools }))
    expect(answer).toMatchObject({ finish: 'tool_calls', text: '', toolCalls: [{ name: 'get_weather' }] })
    expect(JSON.parse(answer.toolCalls[0]?.argumentsJson ?? '')).toEqual({ city: 'New Taipei' })
  })

  it('calls none when no tool fits or none may be called', () => {
    expect(answerTo(ask('Tell me a joke', { tools })).toolCalls).toEqual([])
    expect(answerTo(ask('The weather in Taipei?', { tools, toolChoice: 'none' })).toolCalls).toEqual([])
  })

  it('calls the tool it must', () => {
    expect(answerTo(ask('Tell me a joke', { tools, toolChoice: 'required' })).toolCalls).toHaveLength(1)
    const named = ask('The weather?', { tools, toolChoice: { name: 'issueRefund' } })
    expect(answerTo(named).toolCalls[0]?.name).toBe('issueRefund')
  })

  it('quotes the result of a tool', () => {
    const question = ask('The weather in Taipei?', { tools })
    const turns = [
      ...question.turns,
      { role: 'assistant', text: '…' },
      { role: 'tool', text: '31 °C' },
    ] as const
    expect(answerTo({ ...question, turns }).text).toContain('31 °C')
  })
})

const visit = (cache: PromptCache, question: Question) => cache.visit(promptText(question), question.caching)

describe('prompt cache', () => {
  const long = 'word '.repeat(2000)

  it('recognises a long prefix, and only that', () => {
    const cache = createPromptCache()
    const first = ask('one', {
      turns: [
        { role: 'system', text: long },
        { role: 'user', text: 'one' },
      ],
    })
    const second = ask('two', {
      turns: [
        { role: 'system', text: long },
        { role: 'user', text: 'two' },
      ],
    })
    expect(visit(cache, first).readTokens).toBe(0)
    expect(visit(cache, second).readTokens).toBeGreaterThan(2000)
    expect(visit(cache, ask(`other ${long}`)).readTokens).toBe(0)
    expect(visit(cache, ask('short')).readTokens).toBe(0)
    expect(visit(cache, ask('short')).readTokens).toBe(0)
  })

  it('charges for writing only where prompts are marked', () => {
    const cache = createPromptCache()
    const marked = ask(long, { caching: 'marked' })
    expect(visit(cache, marked).writtenTokens).toBeGreaterThan(2000)
    expect(visit(cache, marked)).toMatchObject({ writtenTokens: 0 })
    expect(visit(cache, ask(long, { caching: 'none' }))).toEqual(uncached)
  })
})
