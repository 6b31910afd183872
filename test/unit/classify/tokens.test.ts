import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/classify/classify.ts'
import type { TokenFamily } from '../../../src/core/demand.ts'
import { ask, parts, talk, user } from './request.ts'

const PIXEL = 'iVBORw0KGgo='
/** Around the text: 4 for its message, 3 for the reply. */
const FRAME = 7

/** Real counts of GPT-4o, Qwen 3 and Gemma 3 tokenizers. */
const MEASURED: readonly (readonly [string, Partial<Record<TokenFamily, number>>])[] = [
  [
    'The committee postponed its decision because several members had not received the revised budget in time.',
    { openai: 17, qwen: 17, google: 17 },
  ],
  [
    '请用三句话总结以下新闻：市议会周二表决通过将轻轨延长四站，工程预计春天动工，为期三年。',
    { openai: 35, qwen: 28, google: 33 },
  ],
  [
    '請用三句話總結以下新聞：市議會週二表決通過將輕軌延長四站，工程預計春天動工，為期三年。',
    { openai: 42, qwen: 38, google: 35 },
  ],
  [
    '次の記事を要約してください：市議会は火曜日に路面電車の延伸を可決した。',
    { openai: 26, qwen: 24, google: 24 },
  ],
  [
    'Die Stadtverwaltung hat die Verlängerung der Straßenbahnlinie um vier Haltestellen beschlossen.',
    { openai: 19, qwen: 25, google: 20 },
  ],
  [
    'Городской совет во вторник проголосовал за продление трамвайной линии на четыре станции.',
    { openai: 22, qwen: 27, google: 23 },
  ],
  [
    'function merge(a, b) {\n  const out = []\n  while (a.length > 0 && b.length > 0) {\n    out.push(a[0] < b[0] ? a.shift() : b.shift())\n  }\n  return [...out, ...a, ...b]\n}',
    { openai: 62, qwen: 62, google: 75 },
  ],
  ['Solve $x^2 - 5x + 6 = 0$ and compute 12345 * 678 + 90.', { openai: 28, qwen: 35, google: 34 }],
]

function image(detail: 'low' | 'high'): Readonly<Record<TokenFamily, number>> {
  const source = { url: 'https://example.com/a.png' }
  return classify(talk([parts({ type: 'image', source, detail })])).inputTokens
}

function audio(base64: string): number {
  const source = { mediaType: 'audio/mp3', base64 }
  return classify(talk([parts({ type: 'audio', source })])).inputTokens.google
}

describe('classify: input tokens', () => {
  it.each(MEASURED)('is within a quarter of the real count: %s', (text, counts) => {
    const { inputTokens } = classify(ask(text))
    for (const [family, count] of Object.entries(counts)) {
      const estimate = Object.entries(inputTokens).find(([key]) => key === family)?.[1] ?? 0
      expect(estimate - FRAME).toBeGreaterThan(count * 0.75)
      expect(estimate - FRAME).toBeLessThan(count * 1.25 + 1)
    }
  })

  it('counts tool definitions, tool calls, system prompts and output schemas', () => {
    const bare = classify(ask('hi')).inputTokens.openai
    const tools = [
      { name: 'get_weather', description: 'Current weather of a city', parameters: { type: 'object' } },
    ]
    const schema = { type: 'object', properties: { name: { type: 'string' } } }
    expect(classify(ask('hi', { tools })).inputTokens.openai).toBeGreaterThan(bare + 10)
    expect(
      classify(ask('hi', { output: { type: 'json_schema', name: 'person', schema } })).inputTokens.openai,
    ).toBeGreaterThan(bare + 8)
    const argumentsJson = '{"city":"Taipei","unit":"celsius"}'
    const call = { type: 'tool-call', id: 'c1', name: 'get_weather', argumentsJson } as const
    expect(
      classify(talk([user('hi'), { role: 'assistant', content: [call] }])).inputTokens.openai,
    ).toBeGreaterThan(bare + 8)
  })

  it('takes a usual size for an image, less for low detail, more for longer audio', () => {
    expect(image('high').openai).toBe(765 + FRAME)
    expect(image('low').openai).toBe(85 + FRAME)
    expect(image('high').anthropic).toBe(1600 + FRAME)
    expect(audio(PIXEL.repeat(200_000))).toBeGreaterThan(audio(PIXEL.repeat(20_000)))
  })

  it('asks for a long context above 100,000 tokens only', () => {
    expect(classify(ask('word '.repeat(20_000))).needs).not.toContain('long_context')
    expect(classify(ask('word '.repeat(150_000))).needs).toContain('long_context')
  })
})
