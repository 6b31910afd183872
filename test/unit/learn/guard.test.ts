import { describe, expect, it } from 'vitest'
import type { Prompt } from '../../../src/classify/features/prompt.ts'
import { fitGuard, isForeign } from '../../../src/learn/guard.ts'
import { kindsOf } from '../../../src/learn/kinds.ts'
import { fitLogistic } from '../../../src/learn/logistic.ts'
import { matrixOf } from '../../../src/learn/matrix.ts'
import { createRandom } from '../../../src/learn/random.ts'
import { readPrompt } from '../../../src/learn/reading.ts'

const random = createRandom(21)
const pick = (words: string) => words.split(' ')[Math.floor(random() * words.split(' ').length)] ?? ''
const prompt = (text: string): Prompt => ({ text, tools: [] })

const people = 'Anna Ben Clara David Emma Finn'
const things = 'apples pears coins stamps books pencils'
const KINDS = [
  () =>
    `${pick(people)} has ${Math.floor(90 * random())} ${pick(things)} and buys ${Math.floor(90 * random())} more. How many ${pick(things)} are there?`,
  () =>
    `Which of these is NOT a ${pick('mammal metal river planet poet')}?\nA. ${pick(things)}\nB. ${pick(things)}\nC. ${pick(people)}\nD. ${pick(people)}`,
  () =>
    `def ${pick('sort merge find count')}(items):\n    for item in items:\n        ${pick('yield return')} item.${pick('name size age')}()\n# complete this function`,
  () =>
    `Write a ${pick('short long sad funny')} poem about ${pick('the sea a tree my cat old love')} for ${pick(people)}.`,
]
const kinds = Int32Array.from({ length: 320 }, (_, at) => at % KINDS.length)
const readings = Array.from(kinds, (kind) => readPrompt(prompt(KINDS[kind]?.() ?? '')))
const folds = [0, 1, 2, 3, 4].map((fold) => [...kinds.keys()].filter((row) => row % 5 === fold))

const LETTERS =
  'Sehr geehrte Damen und Herren, hiermit kündige ich meinen Vertrag fristgerecht zum nächstmöglichen Termin; bitte bestätigen Sie mir den Eingang dieses Schreibens.'
const TABLE = 'SELECT region, SUM(total) FROM orders GROUP BY region HAVING SUM(total) > 1000;'

describe('the guard', () => {
  it.each([
    ['kinds that were told', kinds],
    ['kinds that it finds itself', kindsOf(matrixOf(readings.map(({ shape }) => shape)))],
  ])('with %s, knows new prompts of those kinds and is wary of others', (_, given) => {
    const guard = fitGuard(readings, given, folds)
    if (!guard) throw new Error('No guard')
    const known = Array.from({ length: 200 }, (__, at) => prompt(KINDS[at % KINDS.length]?.() ?? ''))
    const alarms = known.filter((one) => isForeign(guard, readPrompt(one))).length
    expect(alarms / known.length).toBeLessThan(0.15)
    expect(isForeign(guard, readPrompt(prompt(LETTERS)))).toBe(true)
    expect(isForeign(guard, readPrompt(prompt(TABLE)))).toBe(true)
  })

  it('takes no prompt for foreign that differs by a number, where all are of one template', () => {
    const sum = (at: number) => readPrompt(prompt(`Compute ${at} times ${at + 7} and give the result.`))
    const sums = Array.from({ length: 320 }, (_, at) => sum(at))
    const guard = fitGuard(sums, kindsOf(matrixOf(sums.map(({ shape }) => shape))), folds)
    if (!guard) throw new Error('No guard')
    expect([330, 650, 987].filter((at) => isForeign(guard, sum(at)))).toEqual([])
    expect(isForeign(guard, readPrompt(prompt(LETTERS)))).toBe(true)
  })

  it('keeps what it has seen in 32 KB', () => {
    const guard = fitGuard(readings, kinds, folds)
    expect((guard?.words.length ?? 0) + (guard?.pairs.length ?? 0)).toBe(32 * 1_024)
  })

  it('is none where all prompts are of one kind', () => {
    expect(fitGuard(readings, new Int32Array(readings.length), folds)).toBeNull()
    expect(new Set(kindsOf(matrixOf(Array.from({ length: 100 }, () => [1, 2]))))).toEqual(new Set([0]))
  })
})

describe('kinds', () => {
  it('are what lies together', () => {
    const rows = Array.from({ length: 120 }, (_, at) => [10 * (at % 3) + random(), random()])
    const found = kindsOf(matrixOf(rows))
    for (const [row, kind] of found.entries()) expect(kind).toBe(found[row % 3])
    expect(new Set(found).size).toBe(3)
  })
})

describe('logistic regression', () => {
  it('finds the odds that outcomes were drawn with', () => {
    const inputs = Array.from({ length: 5_000 }, () => [4 * random(), random()])
    const outcomes = inputs.map(([x = 0]) => Number(random() < 1 / (1 + Math.exp(2 - x))))
    const [offset = 0, first = 0, second = 1] = fitLogistic(inputs, outcomes)
    expect(Math.abs(offset + 2)).toBeLessThan(0.3)
    expect(Math.abs(first - 1)).toBeLessThan(0.15)
    expect(Math.abs(second)).toBeLessThan(0.3)
  })
})
