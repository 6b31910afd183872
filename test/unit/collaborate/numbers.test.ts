import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberKey, numbersIn } from '../../../src/collaborate/numbers.ts'
import { textKey } from '../../../src/collaborate/question.ts'

const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (each) => String.fromCharCode(each.charCodeAt(0) + 0xfee0))

/** A number with the ways to write it; its decimals have no zeros at the end. */
const anyNumber = fc
  .record({ whole: fc.integer({ min: 0, max: 999_999_999 }), decimals: fc.integer({ min: 0, max: 999 }) })
  .map(({ whole, decimals }) => {
    const end = decimals === 0 ? '' : `.${decimals}`
    const grouped = (by: string) => String(whole).replace(/\B(?=(?:\d{3})+$)/g, by)
    const plain = `${whole}${end}`
    return [
      plain,
      `${grouped(',')}${end}`,
      `${grouped(' ')}${end}`,
      `${grouped("'")}${end}`,
      `${plain}${end && '0'}`,
      fullWidth(plain),
      `$${plain}`,
      `${plain} dollars`,
      `${plain}元`,
      `\\(${plain}\\)`,
      `约${plain}`,
      `+${plain}`,
      `${plain}e0`,
      `${plain} × 10^0`,
      `$${plain}$`,
      `\\$${grouped(',')}${end}`,
      `${plain}.`.replace(/(\..*)\.$/, '$1'),
    ]
  })

describe('numberKey', () => {
  it('is the same for every way to write a number', () => {
    fc.assert(
      fc.property(anyNumber, (ways) => {
        expect(new Set(ways.map((way) => numberKey(way))).size).toBe(1)
        expect(numberKey(ways[0] ?? '')).not.toBeNull()
      }),
    )
  })

  it('is its own key', () => {
    const reading = { mayHaveUnit: true }
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const key = numberKey(String(value), reading)
        expect(key && numberKey(key, reading)).toBe(key)
      }),
    )
  })

  it.each([
    ['½', '0.5'],
    ['1½', '1.5'],
    ['-\\frac{3}{4}', '-0.75'],
    ['\\textbf{\\text{7}}', '7'],
    ['1 1/2', '1.5'],
    ['50%', '0.5'],
    ['百分之五十', '0.5'],
    ['3.5万', '35000'],
    ['5 million', '5000000'],
    ['-0', '0'],
    ['两万三千', '23000'],
    ['一百零五', '105'],
    ['二〇二四', '2024'],
    ['三点五', '3.5'],
    ['10³', '1000'],
    ['1.5 \\times 10^{3}', '1500'],
    ['1.234,5', '1234.5'],
    ['−7', '-7'],
    ['1,00,000', '100000'],
    ['12345678901234567891', '12345678901234567891'],
    ['US$1.50', '1.5'],
    ['十二个', '12'],
  ])('reads %s', (text, key) => {
    expect(numberKey(text)).toBe(key)
  })

  it.each('2024-05-01|3-5|1.2.3|3:30|1,2|3 or 4|2/0|1/2/2024||x|万一|一般|7 wonders'.split('|'))(
    'reads no number in %s',
    (text) => {
      expect(numberKey(text)).toBeNull()
    },
  )

  it('lets units stand where a quantity was asked for', () => {
    const reading = { mayHaveUnit: true, isPercent: true }
    expect(
      ['42 apples', '42 km/h', '42 cm^2', '42 只鸡', '42%'].map((text) => numberKey(text, reading)),
    ).toEqual(Array(5).fill('42'))
    expect(numberKey('three apples', reading)).toBe('3')
    expect(numberKey('3 pm', reading)).toBeNull()
  })
})

describe('numbersIn', () => {
  it('tells numbers from names and codes', () => {
    expect(numbersIn('GPT-4 of v1.2 says: 1,234.50 or 1/2, 总共84元.')).toEqual(['1234.5', '0.5', '84'])
  })
})

describe('textKey', () => {
  it('is its own key', () => {
    const pieces = fc.array(
      fc.constantFrom('The ', 'a ', '"', 'É', 'ﬁ', '½', ' ', '.', '(', '\\text{', '}', '答案', '、', 'X'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          pieces.map((each) => each.join('')),
        ),
        (text) => {
          expect(textKey(textKey(text))).toBe(textKey(text))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('leaves case, punctuation and articles out, but keeps signs that mean something', () => {
    expect(textKey('The  "Eiffel Tower".')).toBe(textKey('eiffel-tower'))
    expect(textKey('《红楼梦》')).toBe('红楼梦')
    expect(textKey('[1, 2]')).not.toBe(textKey('[12]'))
    expect(textKey('x < y')).not.toBe(textKey('x > y'))
  })
})
