import { describe, expect, it } from 'vitest'
import type { ChatRequest, ReadEvent } from '../../../src/core/chat.ts'
import { composeAnswer } from '../../../src/dev/hosts/answer.ts'
import type { Question, SimulatedModel, Turn } from '../../../src/dev/hosts/question.ts'
import { continuationRequest } from '../../../src/execute/continuation.ts'
import { createOverlapRemover } from '../../../src/execute/overlap.ts'

const first: SimulatedModel = { host: 'h', hostModelId: 'm1', ability: 1, ttftMs: 0, tokensPerSecond: 1 }
const second = { ...first, host: 'i', hostModelId: 'm2' }

function asking(turns: readonly Turn[]): Question {
  return {
    modelId: 'm1',
    turns,
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
  }
}
const answerOf = (turns: readonly Turn[], model: SimulatedModel) =>
  composeAnswer(asking(turns), model, { readTokens: 0, writtenTokens: 0 }).text

/** The turns that a host is sent when an answer to `prompt` broke off after `partial`. */
function turnsAfter(prompt: string, partial: string): Turn[] {
  const request: ChatRequest = {
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    tools: [],
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
  }
  const written: ReadEvent[] = [{ type: 'text-delta', text: partial }]
  return continuationRequest(request, written, () => 0).messages.flatMap(({ role, content }): Turn[] =>
    role === 'user' || role === 'assistant'
      ? [{ role, text: content.map((part) => ('text' in part ? part.text : '')).join('') }]
      : [],
  )
}

function joined(partial: string, rest: string): string {
  const remover = createOverlapRemover(partial)
  return partial + remover.add(rest).text + remover.end().text
}

describe('a simulated model that is asked for the rest of an answer', () => {
  const prompts = ['Tell me about tides', '请介绍一下潮汐的原因', '請介紹一下潮汐的原因']

  it.each(prompts)('goes on with that of another model to: %s', (prompt) => {
    const whole = answerOf([{ role: 'user', text: prompt }], first)
    let repeated = 0
    for (let cut = 1; cut < whole.length; cut += 1) {
      const partial = whole.slice(0, cut)
      const rest = answerOf(turnsAfter(prompt, partial), second)
      const text = joined(partial, rest)
      expect(text.startsWith(partial)).toBe(true)
      const sentences = text.split(/(?<=[.。])\s*/u)
      expect(new Set(sentences).size, `${partial}|${rest}`).toBe(sentences.length)
      if (text !== partial + rest) repeated += 1
    }
    expect(repeated / whole.length).toBeGreaterThan(0.1)
    expect(repeated / whole.length).toBeLessThan(0.5)
  })

  it('goes on exactly where it would have said the same', () => {
    const asked = 'what is 17*23?'
    const partial = answerOf([{ role: 'user', text: asked }], first).slice(0, -3)
    expect(joined(partial, answerOf(turnsAfter(asked, partial), second))).toBe(
      '[simulated m1] 17 * 23 = 391.',
    )
  })

  it('is no other than one that is asked something else', () => {
    const turns: Turn[] = [
      { role: 'user', text: 'Tell me about tides' },
      { role: 'assistant', text: 'Tides rise and fall.' },
      { role: 'user', text: 'My reply was cut off. Tell me about tides again' },
    ]
    expect(answerOf(turns, second)).toMatch(/^\[simulated m2\] /)
  })
})
