import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/classify/classify.ts'
import { chat } from '../route/builders.ts'

const structureOf = (text: string) =>
  classify(chat({ messages: [{ role: 'user', content: [{ type: 'text', text }] }] })).structure

describe('classify: how work is put together', () => {
  it.each([
    ['For each of the following companies, sum up the year:\n- Apple\n- Shell\n- BASF\n- Tencent', 4],
    ['请分别回答以下问题：\n1. 什么是熵？\n2. 什么是焓？\n3. 什么是自由能？', 3],
    ['Who wrote Faust? When was it published? How long is it?', 3],
    ['Compare PostgreSQL, MySQL and SQLite for a small web shop.', 3],
    ['比較一下北京、上海、廣州和深圳的房價。', 4],
    ['Vergleiche Hamburg, Berlin und München.', 3],
  ])('counts parts that do not need each other: %j', (text, parallel) => {
    expect(structureOf(text)).toEqual({ parallel, depth: 1 })
  })

  it.each([
    'First fetch the page, then extract the table, and then compute the mean. Finally, plot it.',
    '首先查询用户表，然后根据结果更新订单，最后发送邮件。',
    '首先查詢使用者表，然後根據結果更新訂單，最後發送郵件。',
  ])('counts steps that wait for another: %j', (text) => {
    expect(structureOf(text)).toEqual({ parallel: 1, depth: 4 })
  })

  it.each([
    'Hello',
    'What is the capital of France?',
    'Write an email to my boss.\n- polite\n- short\n- mention the deadline',
    'Which is a prime?\nIs it even?\n(A) 4\n(B) 7\n(C) 9',
    'const a = (x) => (x ? f(1) : 2);\nconst b = (y) => (y ? g(3) : 4);\nFix this.',
  ])('takes lists and question marks that ask for nothing as material: %j', (text) => {
    expect(structureOf(text)).toEqual({ parallel: 1, depth: 1 })
  })

  it('stays within bounds whatever is written', () => {
    const words = fc.constantFrom(
      'compare',
      'and then',
      'for each',
      '?',
      '\n- ',
      ',',
      '然后',
      '比较',
      ' x ',
      '1.',
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 200 }), (said) => {
        const { parallel, depth } = structureOf(said.join(' '))
        for (const count of [parallel, depth]) {
          expect(Number.isInteger(count) && count >= 1 && count <= 16).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })
})
