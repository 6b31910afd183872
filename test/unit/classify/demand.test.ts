import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/classify/classify.ts'
import { UNSURE } from '../../../src/classify/task-type.ts'
import { ask, parts, talk } from './request.ts'

const AIME =
  'Let $a$, $b$, $c$ be positive real numbers satisfying $a^2+b^2+c^2=12$. Find the number of ordered triples $(x,y,z)$ of distinct positive integers such that $\\frac{x}{y}+\\frac{y}{z}$ is an integer and $\\gcd(x,y,z)=1$. If the answer is $\\frac{m}{n}$ with $m$ and $n$ relatively prime, find $m+n$.'
const ENGINEERING = `Design and implement a distributed rate limiter in Go for a multi-tenant API gateway.
Requirements:
1. It must support at least 50,000 requests per second with p99 latency under 5 ms.
2. Limits must stay consistent across three regions and survive failover; avoid double counting.
3. Do not use a central lock; explain the trade-off between accuracy and availability.
4. Include a migration plan from the existing Redis based limiter without downtime.
5. Handle clock skew, idempotent retries and race conditions.
Only use the standard library and ensure every component has unit tests and a benchmark.`

describe('classify: tier and difficulty', () => {
  it.each([
    'hi',
    "what's the capital of France",
    '翻译: 你好',
    '謝謝',
    'Translate "good night" into Spanish.',
  ])('finds %s simple', (text) => {
    const { tier, difficulty } = classify(ask(text))
    expect(tier).toBe('SIMPLE')
    expect(difficulty).toBeLessThan(0.3)
  })

  it.each([
    AIME,
    'Prove that there are infinitely many prime numbers congruent to 3 modulo 4. Show every step of the proof.',
    'Prove that every continuous function on a compact set is uniformly continuous.',
    '证明：对任意正整数 n，$n^3-n$ 能被 6 整除，并写出完整的推导过程。',
    '證明：對任意正整數 n，$n^3-n$ 能被 6 整除，並寫出完整的推導過程。',
  ])('finds %s a matter of reasoning', (text) => {
    expect(classify(ask(text)).tier).toBe('REASONING')
  })

  it('finds a long engineering task with many conditions complex', () => {
    expect(classify(ask(ENGINEERING)).tier).toBe('COMPLEX')
  })

  it('orders a greeting, a grade-school sum, a contest problem by difficulty', () => {
    const sum = 'Tom has 3 boxes with 12 pencils each and gives away 9. How many pencils are left?'
    const [greeting, school, contest] = ['hello', sum, AIME].map((text) => classify(ask(text)).difficulty)
    expect(greeting).toBeLessThan(school ?? 0)
    expect(school).toBeLessThan(contest ?? 0)
  })

  it.each(['lorem ipsum dolor sit amet', 'Lisbon, March, three of them'])(
    'never calls %s simple, whose type it cannot tell',
    (text) => {
      const { taskConfidence, difficulty, tier } = classify(ask(text))
      expect(taskConfidence).toBeLessThan(UNSURE)
      expect(difficulty).toBeLessThan(0.3)
      expect(tier).toBe('MEDIUM')
    },
  )

  it.each([
    'A tank holds 900 litres. It is filled at 12 litres a minute and loses 3 litres a minute through a crack. After how many minutes is it two thirds full?',
    'Write a Python function that returns the second largest number of a list.',
  ])('leaves the least effort to bare sums: MEDIUM for %s', (text) => {
    expect(classify(ask(text)).tier).toBe('MEDIUM')
    expect(classify(ask('1+1')).tier).toBe('SIMPLE')
  })

  it('counts a wish for more thinking', () => {
    const plain = classify(ask(AIME)).difficulty
    expect(classify(ask(AIME, { reasoning: { effort: 'high' } })).difficulty).toBeGreaterThan(plain)
  })
})

describe('classify: kind, modalities, needs', () => {
  const image = { type: 'image', source: { url: 'https://example.com/a.png' } } as const
  const audio = { type: 'audio', source: { mediaType: 'audio/wav', base64: 'AAAA' } } as const
  const file = { type: 'file', source: { mediaType: 'application/pdf', base64: 'AAAA' } } as const

  it('tells text, code, image and several modalities apart', () => {
    expect(classify(ask('Who wrote Faust?')).kind).toBe('text')
    expect(classify(ask('Write a SQL query that counts orders per day')).kind).toBe('code')
    expect(classify(talk([parts({ type: 'text', text: 'What is this?' }, image)])).kind).toBe('image')
    expect(
      classify(talk([parts({ type: 'text', text: 'Compare at length. '.repeat(30) }, image)])).kind,
    ).toBe('multimodal')
    expect(classify(talk([parts(image, audio)])).kind).toBe('multimodal')
  })

  it('lists modalities and needs in their fixed order', () => {
    const demand = classify(
      talk([parts(file, audio, image)], { tools: [{ name: 'lookup' }], output: { type: 'json_object' } }),
    )
    expect(demand.modalities).toEqual(['text', 'image', 'audio', 'file'])
    expect(demand.needs).toEqual(['tools', 'json', 'vision', 'audio', 'file'])
  })

  it('needs nothing special for plain text', () => {
    expect(classify(ask('hi'))).toMatchObject({ modalities: ['text'], needs: [] })
  })

  it('needs json_schema when the answer has one', () => {
    expect(classify(ask('hi', { output: { type: 'json_schema', name: 'a', schema: {} } })).needs).toEqual([
      'json_schema',
    ])
  })
})

function expected(text: string, maxOutputTokens?: number): number {
  const sampling = maxOutputTokens === undefined ? {} : { maxOutputTokens }
  return classify(ask(text, { sampling })).expectedOutputTokens
}

describe('classify: expected output tokens', () => {
  it('follows a length that is named', () => {
    expect(expected('Write an essay about rivers in 500 words.')).toBeGreaterThan(600)
    expect(expected('Write an essay about rivers in 500 words.')).toBeLessThan(800)
    expect(expected('写一篇500字的作文')).toBeGreaterThan(400)
    expect(expected('写一篇500字的作文')).toBeLessThan(700)
    expect(expected('用一句话介绍杭州')).toBeLessThan(60)
    expect(expected('請用三句話介紹台北')).toBeLessThan(120)
    expect(expected('Answer in one word: what is the capital of Peru?')).toBeLessThan(10)
  })

  it('does not take an article or a counted thing for a length', () => {
    expect(expected('写一个关于春天的故事')).toBeGreaterThan(300)
    expect(expected('給我一個 SQL 查詢：找出每個部門薪水最高的員工')).toBeGreaterThan(200)
  })

  it('is about as long as the text to translate', () => {
    const text = 'The council voted on Tuesday to extend the tram line by four stations. '.repeat(40)
    const demand = classify(ask(`Translate into French: ${text}`))
    expect(demand.expectedOutputTokens).toBeGreaterThan(demand.inputTokens.openai * 0.7)
    expect(demand.expectedOutputTokens).toBeLessThan(demand.inputTokens.openai * 1.5)
  })

  it('is what the text names, whatever was learned', () => {
    expect(expected('Explain photosynthesis in 200 words.')).toBe(283)
  })

  it("stays within the caller's limit", () => {
    expect(expected('Write a long detailed story about a dragon.', 50)).toBe(50)
  })

  it('is longer for a story than for a label', () => {
    expect(expected('Write a story about a dragon.')).toBeGreaterThan(
      expected('Classify the sentiment as positive or negative: I love it'),
    )
  })
})
