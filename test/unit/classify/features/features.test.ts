import { describe, expect, it } from 'vitest'
import { shapeOf } from '../../../../src/classify/features/shape.ts'
import { countTerms } from '../../../../src/classify/features/terms.ts'

const TERMS = 2 ** 24
const terms = (text: string) => countTerms({ text, tools: [] })
const total = (text: string) =>
  terms(text)
    .values()
    .reduce((sum, count) => sum + count, 0)

describe('terms', () => {
  it('are words and pairs of neighbours', () => {
    expect(total('the cat sat')).toBe(5)
    expect(
      terms('the cat the cat')
        .values()
        .toArray()
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 2, 2])
  })

  it('do not depend on case, blanks, or which number it is', () => {
    expect(terms('The  CAT\nhas 123 Kittens')).toEqual(terms('the cat has 456 kittens'))
    expect(terms('pay 12')).not.toEqual(terms('pay 1234'))
    expect(terms('pay 123456')).toEqual(terms('pay 1234'))
  })

  it('are single characters where words are not set apart', () => {
    expect(total('你好世界')).toBe(7)
    expect(total('สวัสดี')).toBe(11)
    expect(total('안녕 세계')).toBe(3)
    expect(total('grüße über')).toBe(3)
  })

  it("count words of tools' names apart", () => {
    const named = countTerms({ text: 'weather', tools: [{ name: 'getWeather_now', chars: 9 }] })
    expect(named.size).toBe(4)
  })

  it('are read from the first 4,000 units, as numbers of 24 bits', () => {
    const long = 'a b c '.repeat(3_000)
    expect(terms(long)).toEqual(terms(long.slice(0, 4_000)))
    const varied = Array.from({ length: 4_000 }, (_, at) => String.fromCharCode(0x4e00 + at)).join('')
    expect(terms(varied).size).toBeLessThanOrEqual(2_001)
    for (const term of terms('ß∑🚃\u0000\ud800 x').keys()) {
      expect(term).toBeGreaterThanOrEqual(0)
      expect(term).toBeLessThan(TERMS)
    }
  })
})

const shape = (text: string, tools: { name: string; chars: number }[] = []) => shapeOf({ text, tools })
const differing = (left: number[], right: number[]) => left.filter((value, at) => value !== right[at]).length

describe('shape', () => {
  it('is finite numbers, as many for every prompt', () => {
    const { length } = shape('')
    for (const text of ['', ' ', '1e999', '\ud800', 'A. 1\nB. 2', '你好', 'x'.repeat(100_000)]) {
      const found = shape(text, [{ name: 'getWeather', chars: 100 }])
      expect(found).toHaveLength(length)
      for (const value of found) expect(Number.isFinite(value)).toBe(true)
    }
  })

  it('tells prompts apart that are built differently', () => {
    const question = 'Which of these is NOT a mammal?\nA. whale\nB. shark\nC. bat\nD. all of the above'
    expect(differing(shape(question), shape('def f(x):\n    return x + 1'))).toBeGreaterThan(15)
    const asked = 'What is the weather in Paris?'
    const fitting = shape(asked, [{ name: 'get_weather', chars: 300 }])
    expect(differing(fitting, shape(asked, [{ name: 'book.flight', chars: 300 }]))).toBeGreaterThan(3)
  })
})
