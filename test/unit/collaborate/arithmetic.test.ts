import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkArithmetic } from '../../../src/collaborate/checks/arithmetic.ts'
import { MAX_CHARS } from '../../../src/collaborate/checks/fences.ts'

/** Well above what a slow machine needs for the longest text; far below what squared time would take. */
const BOUND_MS = 3_000

describe('checkArithmetic', () => {
  it.each([
    '12 × 7 = 84',
    '3.5 + 2 = 5.5',
    '1,234 - 34 = 1,200',
    '10 / 4 = 2.5',
    '12 = 3 * 4',
    '(3 + 4) * 2 = 14',
    '2(3 + 4) = 14',
    '2^{10} = 1024, and 10² = 100.',
    '15% of 80 = 12',
    '20% of 50 is 10',
    '80 的 15% 是 12',
    '80的15%等于12元。',
    '共 3 + 4 = 7 个',
    '(5/20) * 100 = 25%',
    'The house is worth 130,000*150% = $195,000.',
    '\\(\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6}\\)',
    '\\[3 \\times 4 = 12 \\text{ dollars}\\]',
    '$$100 \\div 7 \\approx 14.29$$',
    '1/3 ≈ 0.33',
    '100 / 7 = 14.28',
    '5 + 3 = 8 × 2 = 16',
    '1. **12 * 3 = 36**',
    'Charleston has 20 sheep * 4 = 80 sheep',
    '200 GB / 2 GB/minute = 100 minutes',
    '5元 × 3 = 15元',
    '- 3 + 4\n= 7',
  ])('finds nothing wrong in %s', (text) => {
    expect(checkArithmetic(text, '')).toEqual([])
  })

  it.each([
    ['12 × 7 = 85', '"12 × 7 = 85" is wrong: 12 × 7 is 84.'],
    ['So 3.5 + 2 = 5.6 litres', '"3.5 + 2 = 5.6" is wrong: 3.5 + 2 is 5.5.'],
    ['100 / 3 = 35', '"100 / 3 = 35" is wrong: 100 / 3 is 33.33333333.'],
    ['12 = 3 * 5', '"12 = 3 * 5" is wrong: 3 * 5 is 15.'],
    ['15% of 80 = 13', '"15% of 80 = 13" is wrong: 15% of 80 is 12.'],
    ['80 的 15% 是 13', '"80 的 15% 是 13" is wrong: 80 的 15% is 12.'],
    ['总共是 3 + 4 = 8 个苹果', '"3 + 4 = 8" is wrong: 3 + 4 is 7.'],
    ['1/2 + 1/4 = 2/6', '"1/2 + 1/4 = 2/6" is wrong: 1/2 + 1/4 is 0.75.'],
    ['3 + 4 = 7, and 7 + 2 = 10.', '"7 + 2 = 10" is wrong: 7 + 2 is 9.'],
    ['If she eats 3, she has 16 - 3 = 12 left', '"16 - 3 = 12" is wrong: 16 - 3 is 13.'],
    ['5 apples + 3 apples = 9 apples', '"5 apples + 3 apples = 9" is wrong: 5 apples + 3 apples is 8.'],
    ['She makes 9 * $2 = $20 a day.', '"9 * $2 = $20" is wrong: 9 * $2 is 18.'],
  ])('finds what is wrong in %s', (text, complaint) => {
    expect(checkArithmetic(text, '')).toEqual([complaint])
  })

  it.each([
    'x = 5 and 2x + 3 = 7',
    'x + 3 + 4 = 9',
    'f(2) + 3 = 9, \\sqrt{16} + 2 = 7, sin 30 + 1 = 3',
    'released 2024-01-02 = a Tuesday',
    'from 1990-2000 = 10 years, pages 10–20 = 11 pages',
    'see https://a.test/?q=1+2=4',
    'write `2 + 2 = 5`\n```\n2 + 2 = 5\n```',
    '10:30 + 2 = 12:30',
    '3,5 + 2 = 5,5',
    '1 234 + 1 = 1 235',
    '1.500 / 3 = 500',
    '5! = 120, 5 * 4 * 3 * 2 * 1 = 5!',
    '1 + 2 + ... + 100 = 5050',
    '"1" + "2" = "12"',
    '0x10 + 1 = 17',
    '9 + 5 = 2 (mod 12)',
    'Is 2 + 2 = 5?',
    'It is wrong that 2 + 2 = 5.',
    '如果 2 + 2 = 5',
    '2 + 2 ≠ 5',
    '1500 + 500 = 2 thousand',
    '30000 + 20000 = 5万',
    '60 * 90 = 1 hour 30 minutes',
    '100 + 10% = 110',
    '2 hours + 30 minutes = 150 minutes',
    '2 apples + 1 = 7',
    'because 3 OR (3 + 1) = 7',
    '-2^2 = 4',
    'Step 1 = 3 + 4',
    '3 +\n4 + 5 = 12',
  ])('does not judge %s', (text) => {
    expect(checkArithmetic(text, '')).toBeNull()
  })

  it('leaves alone what the user has said', () => {
    expect(checkArithmetic('In your puzzle 2 + 3 = 10.', 'If 2+3 = 10, what is 4 + 5?')).toBeNull()
  })

  it('judges every sum of whole numbers', () => {
    const whole = fc.integer({ min: 0, max: 1_000_000 })
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: -9, max: 9 }), (one, other, off) => {
        const found = checkArithmetic(`That makes ${one} + ${other} = ${one + other + off}.`, '')
        expect(found?.length).toBe(off === 0 ? 0 : 1)
      }),
    )
  })

  it('reads any text, in time that grows with its length only', () => {
    const piece = fc.constantFrom(
      ...'1 2.5 , = + - * / ( ) ^ % ** ` \\frac { } x of 的 \n | ≈'.split(' '),
      ' ',
      'a',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(checkArithmetic(pieces.join(''), pieces.join(' '))).not.toBeUndefined()
      }),
    )
    for (const unit of ['1=', '(', '1+', '`a ', '=\n', '3 + 4 = 8 ', '\\', 'x1,', '```\n', '%']) {
      const text = unit.repeat(MAX_CHARS / unit.length)
      const began = performance.now()
      checkArithmetic(text, text)
      expect(performance.now() - began).toBeLessThan(BOUND_MS)
    }
  })
})
