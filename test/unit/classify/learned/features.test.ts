import { describe, expect, it } from 'vitest'
import { readEvidence } from '../../../../src/classify/evidence.ts'
import {
  CONSTANT_FEATURE,
  DENSE_COUNT,
  denseFeatures,
  TOOL_FEATURE,
} from '../../../../src/classify/learned/dense-features.ts'
import { GRAM_SPACE, gramsOf } from '../../../../src/classify/learned/grams.ts'
import { TASK_TYPES } from '../../../../src/core/demand.ts'

const scores = new Float64Array(TASK_TYPES.length)
/** The classes of size come just before the last two features. */
const classOf = (text: string) => denseFeatures(scores, readEvidence(text), 0).slice(-10, -2)

describe('gramsOf', () => {
  it.each([
    ['case', 'Write a Poem', 'write a poem'],
    ['Chinese script', '請幫我寫一首詩', '请帮我写一首诗'],
    ['width', 'ＡＢＣ１２', 'abc12'],
    ['the length of numbers', 'add 3 apples', 'add 31415 apples'],
    [
      'the middle of a long text',
      `${'a '.repeat(400)}one${' b'.repeat(400)}`,
      `${'a '.repeat(400)}two${' b'.repeat(400)}`,
    ],
  ])('do not depend on %s', (_, text, same) => {
    expect(gramsOf(text)).toEqual(gramsOf(same))
  })

  it('tell order, openings and the end of a long text apart', () => {
    expect(gramsOf('dog bites man')).not.toEqual(gramsOf('man bites dog'))
    expect(gramsOf('你看他')).not.toEqual(gramsOf('他看你'))
    const long = 'word '.repeat(300)
    expect(gramsOf(`${long} translate this`)).not.toEqual(gramsOf(`${long} summarize this`))
  })

  it.each([
    ['nothing', ''],
    ['a lone half of a surrogate pair', '\ud83d'],
    ['marks', '?!'],
  ])('find none in %s', (_, text) => {
    expect(gramsOf(text)).toHaveLength(0)
  })

  it('are numbers below the space, a bounded number of them', () => {
    const grams = gramsOf('的一是不了人我在有他'.repeat(100_000))
    expect(grams.length).toBeGreaterThan(1000)
    expect(grams.length).toBeLessThanOrEqual(1600)
    expect(grams.every((gram) => gram >= 0 && gram < GRAM_SPACE)).toBe(true)
  })
})

describe('denseFeatures', () => {
  it('are finite numbers of fixed places for any text', () => {
    for (const text of ['', 'x', '\ud83d\ude00'.repeat(50), '(A) 1\n'.repeat(5000), '$\\frac{1}{2}$']) {
      const features = denseFeatures(scores, readEvidence(text), 0.5)
      expect(features).toHaveLength(DENSE_COUNT)
      expect(features.every(Number.isFinite)).toBe(true)
      expect(features[TOOL_FEATURE]).toBe(0.5)
      expect(features[CONSTANT_FEATURE]).toBe(1)
    }
  })

  it('put a message into one class of size', () => {
    for (const length of [0, 30, 100, 5000]) {
      expect([...classOf('x'.repeat(length))].filter((value) => value === 1)).toHaveLength(1)
    }
    expect(classOf('')).not.toEqual(classOf('x'.repeat(100)))
  })
})
