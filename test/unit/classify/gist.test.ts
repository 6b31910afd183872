import { describe, expect, it } from 'vitest'
import { gistOf, likeness } from '../../../src/classify/gist.ts'

const QUESTION = 'How do I renew my residence permit when my passport expires next month?'
const like = (a: string, b: string) => likeness(gistOf(a), gistOf(b))

const word = (at: number) => at.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'.charAt(Number(digit)))

describe('likeness', () => {
  it.each([
    [QUESTION, QUESTION],
    [QUESTION, `${QUESTION} Please!`],
    [QUESTION, QUESTION.toLowerCase()],
    ['請問護照過期的時候要怎麼換發居留證?', '请问护照过期的时候要怎么换发居留证?'],
  ])('is high between %s and %s', (a, b) => {
    expect(like(a, b)).toBeGreaterThan(0.6)
  })

  it.each([
    [QUESTION, 'Thanks. What does a new passport cost?'],
    ['請問護照過期的時候要怎麼換發居留證?', '謝謝,新的護照要多少錢?'],
    [QUESTION, ''],
    ['', ''],
  ])('is low between %s and %s', (a, b) => {
    expect(like(a, b)).toBeLessThan(0.3)
  })

  it('is alike both ways, and told by few numbers for any text', () => {
    const long = Array.from({ length: 5_000 }, (_, at) => word(at)).join(' ')
    expect(gistOf(long)).toHaveLength(64)
    expect(like(long, QUESTION)).toBe(like(QUESTION, long))
  })
})
