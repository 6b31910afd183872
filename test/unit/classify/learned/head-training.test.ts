import { describe, expect, it } from 'vitest'
import { logitsOfRuled } from '../../../../src/classify/difficulty.ts'
import { readHead, unpackHead } from '../../../../src/classify/learned/head.ts'
import { unpackTaskModel } from '../../../../src/classify/learned/task-model.ts'
import { TASK_WEIGHTS } from '../../../../src/classify/learned/task-weights.ts'
import type { AnsweredPrompt } from '../../../../src/dev/train/answered-prompts.ts'
import { headExamplesOf, ruledExamplesOf } from '../../../../src/dev/train/head-examples.ts'
import { applyHead, fitDifficulty, fitLength } from '../../../../src/dev/train/head-fit.ts'
import { rateItems } from '../../../../src/dev/train/item-response.ts'
import { packHead } from '../../../../src/dev/train/pack.ts'
import type { Sample } from '../../../../src/dev/train/samples.ts'

const model = unpackTaskModel(TASK_WEIGHTS)
/** Questions on rivers that all models answer at length, and on quarks that none answers and then briefly. */
const prompts = Array.from({ length: 60 }, (_, index): AnsweredPrompt => {
  const hard = index % 2 === 0
  return {
    set: index < 30 ? 'a' : 'b',
    category: 'c',
    text: `What is known about the ${hard ? 'quark' : 'river'} number ${index}?`,
    tools: [],
    key: String(index),
    split: 'train',
    scores: Array.from({ length: 20 }, (_score, asked) => Number(!hard || asked === 0)),
    lengths: hard ? [4, 5, 90] : [700, 800, 900],
  }
})
const examples = headExamplesOf(prompts, model)

describe('rateItems', () => {
  it('finds harder what fewer models can do, around 0', () => {
    const [easy, middle, hard] = rateItems([
      [1, 1, 1, 1],
      [1, 1, 0, 0],
      [0, 0, 0, 0],
    ])
    expect(easy).toBeLessThan(middle ?? 0)
    expect(middle).toBeLessThan(hard ?? 0)
    expect((easy ?? 0) + (middle ?? 0) + (hard ?? 0)).toBeCloseTo(0)
  })

  it('allows for who was asked', () => {
    const difficulties = rateItems([
      [1, null],
      [null, 1],
      ...Array.from({ length: 20 }, (_, item) => [1, Number(item < 5)]),
    ])
    // Only the weaker model was asked the second, and managed.
    expect(difficulties[1]).toBeLessThan(difficulties[0] ?? 0)
  })

  it.each([
    ['nothing', []],
    ['nobody asked', [[null], [null]]],
    ['one score', [[0.5]]],
  ])('is finite for %s', (_, scores) => {
    expect(rateItems(scores).every(Number.isFinite)).toBe(true)
  })
})

describe('fitDifficulty, fitLength, packHead', () => {
  it('give equal bytes for equal prompts', () => {
    const again = headExamplesOf(structuredClone(prompts), model)
    expect(packHead(fitDifficulty(again))).toEqual(packHead(fitDifficulty(examples)))
    expect(packHead(fitLength(again))).toEqual(packHead(fitLength(examples)))
  })

  it('learn words that foretell failure, and lose little when packed', () => {
    const weights = fitDifficulty(examples)
    const head = unpackHead(packHead(weights))
    for (const example of examples) {
      const found = readHead(head, example.dense, example.grams)
      expect(Math.abs(found - applyHead(weights, example))).toBeLessThan(0.05)
      expect(Math.sign(found)).toBe(example.prompt.text.includes('quark') ? 1 : -1)
    }
  })

  it('learn from the median answer, where there is one', () => {
    expect(examples.map(({ tokens }) => tokens).slice(0, 2)).toEqual([5, 800])
    const unknown = examples.map((example) => ({ ...example, tokens: null }))
    expect(fitLength(unknown).dense.every((weight) => weight === 0)).toBe(true)
  })
})

function sampleOf(text: string, label: Sample['label'], source = 'own'): Sample {
  return { text, label, source, split: 'train', tool: false, role: 'own' }
}

describe('ruledExamplesOf', () => {
  it('are the prompts of kinds without outcomes, as the rules have them', () => {
    const found = ruledExamplesOf(
      [
        sampleOf('Translate into French: good night', 'translation'),
        sampleOf('Write a function that sorts a list.', 'code'),
        sampleOf('What does f print?', 'code', 'crux'),
        sampleOf('What is 3 + 4?', 'math'),
      ],
      model,
    )
    expect(found.map(({ prompt }) => prompt.category)).toEqual(['translation', 'code'])
    for (const { difficulty, ruledDifficulty, tokens, ruledTokens } of found) {
      expect(difficulty).toBe(logitsOfRuled(ruledDifficulty))
      expect(tokens).toBe(ruledTokens)
    }
  })
})
