import { describe, expect, it } from 'vitest'
import { taskLogits, unpackTaskModel } from '../../../../src/classify/learned/task-model.ts'
import { TASK_TYPES } from '../../../../src/core/demand.ts'
import { exampleOf, highest } from '../../../../src/dev/train/examples.ts'
import { logitsOf } from '../../../../src/dev/train/linear-fit.ts'
import { packTaskModel } from '../../../../src/dev/train/pack.ts'
import type { Sample } from '../../../../src/dev/train/samples.ts'
import { fillSeeds } from '../../../../src/dev/train/seed-prompts.ts'
import { fitTasks } from '../../../../src/dev/train/task-fit.ts'

const seeds = fillSeeds(new Map())
const samples = seeds
  .filter((_, index) => index % 20 === 0)
  .map(({ text, label }, index): Sample => {
    return { text, label, source: `part ${index % 2}`, split: 'train', tool: false, role: 'seed' }
  })
const examples = samples.map(exampleOf)

describe('fillSeeds', () => {
  it('fills every slot, the same way each time', () => {
    expect(seeds.length).toBeGreaterThan(5000)
    expect(seeds.filter(({ text }) => /\{[a-z]+\}/.test(text) || text === '')).toEqual([])
    expect(fillSeeds(new Map())).toEqual(seeds)
  })

  it('covers every type that is not a matter of tools, in Chinese and in English', () => {
    for (const lang of ['en', 'zh']) {
      const found = new Set(seeds.filter((seed) => seed.lang === lang).map(({ label }) => label))
      expect(TASK_TYPES.filter((type) => !found.has(type))).toEqual(['tool_use'])
    }
  })
})

describe('fitTasks, packTaskModel', () => {
  const fit = fitTasks(examples)
  const packed = packTaskModel(fit)

  it('give equal bytes for equal prompts', () => {
    expect(packTaskModel(fitTasks(samples.map(exampleOf)))).toEqual(packed)
  })

  it('know more than the rules do, and lose little when packed', () => {
    const model = unpackTaskModel(packed)
    const rows = new Map(Array.from(fit.grams, (gram, row) => [gram, row]))
    let right = 0
    let rightByRules = 0
    for (const example of examples) {
      const known = Array.from(example.grams).flatMap((gram) => rows.get(gram) ?? [])
      const exact = logitsOf(fit.weights, { ...example, grams: Int32Array.from(known) })
      const read = taskLogits(model, example.dense, example.grams)
      for (const [type, logit] of read.entries()) expect(Math.abs(logit - (exact[type] ?? 0))).toBeLessThan(1)
      if (example.targets.includes(highest(read))) right += 1
      if (example.targets.includes(example.byRules)) rightByRules += 1
    }
    expect(right).toBeGreaterThan(rightByRules * 1.1)
  })
})
