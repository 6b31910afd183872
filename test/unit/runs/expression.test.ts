import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/runs/plan/evaluate.ts'
import { ExpressionFault, parseExpression, parsePath } from '../../../src/runs/plan/expression.ts'

const VALUES = {
  tasks: {
    a: {
      status: 'succeeded',
      output: { score: 0.7, pages: [{ title: '上' }, { title: '下' }, {}], 標題: '好' },
    },
    'b-2': { status: 'skipped', output: null },
  },
}
const come = (text: string) => evaluate(parseExpression(text), VALUES)

function faultOf(text: string, parse: (text: string) => unknown = parseExpression) {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof ExpressionFault)) throw cause
    return `${cause.at}: ${cause.message}`
  }
}

describe('evaluate', () => {
  it.each([
    ['tasks.a.output.score >= 0.7', true],
    ['tasks.a.output.score < 0.7 or tasks.b-2.status == "skipped"', true],
    ['length(tasks.a.output.pages) == 3 and not tasks.b-2.output', true],
    ['tasks.a.output.pages[-2].title', '下'],
    ['tasks.a.output.pages[*].title', ['上', '下']],
    ['tasks.a.output.標題 == tasks["a"].output["標題"]', true],
    ["length('繁體字')", 3],
    ['"b" in ["a", \'b\']', true],
    ['"succ" in tasks.a.status', true],
    ['tasks.a.output.none == null', true],
    ['tasks.a.output.__proto__', null],
    ['tasks.a.output.pages.length', null],
    ['[1, [2, null]] == [1, [2, null]]', true],
    ['"10" < 9', false],
    ['"a" < "b"', true],
    ['!(1 > 2 || false) && -1.5 <= -1', true],
    ['not 0', false],
    ['true or false and false', true],
    ['"say \\"hi\\""', 'say "hi"'],
  ])('%s is %j', (text, wanted) => {
    expect(come(text)).toEqual(wanted)
  })

  it('joins as logic does', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (a, b, c) => {
        expect(come(`${a} or ${b} and not ${c}`)).toBe(a || (b && !c))
        expect(come(`(${a} or ${b}) and not (${c})`)).toBe((a || b) && !c)
      }),
    )
  })

  it('compares numbers as they are', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        expect(come(`${a} < ${b}`)).toBe(a < b)
        expect(come(`${a} >= ${b}`)).toBe(a >= b)
        expect(come(`${a} in [${b}, ${a}]`)).toBe(true)
      }),
    )
  })
})

describe('parseExpression', () => {
  it.each([
    ['', '0: expected a value, not the end'],
    ['tasks.a ==', '10: expected a value, not the end'],
    ['tasks.a = 1', "8: unexpected '='"],
    ['(true', "5: expected ')', not the end"],
    ['tasks.a.1', "8: expected a name, not '1'"],
    ['tasks[1.5]', "6: expected a number, a quoted name or *, not '1.5'"],
    ['true false', "5: expected the end, not 'false'"],
    ['tasks.a > 1 > 0', "12: expected the end, not '>'"],
    ['constructor("return 1")()', "11: expected the end, not '('"],
    [`${'('.repeat(33)}1`, '33: is nested more than 32 levels deep'],
    [`${'!'.repeat(40)}1`, '33: is nested more than 32 levels deep'],
    [`tasks${'.a'.repeat(40)}`, '0: a path has at most 32 steps'],
    ['1'.repeat(1_001), '0: is longer than 1000 characters'],
  ])('says where %s is wrong', (text, wanted) => {
    expect(faultOf(text)).toBe(wanted)
  })

  it('never fails otherwise, whatever is written', () => {
    const piece = fc.constantFrom(
      'tasks',
      '.',
      'a',
      '[',
      ']',
      '*',
      '(',
      ')',
      '!',
      'not',
      'and',
      '==',
      '"',
      "'",
      '1',
      ',',
    )
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(piece).map((pieces) => pieces.join(' ')),
    )
    fc.assert(
      fc.property(text, (written) => {
        const result = faultOf(written)
        if (typeof result !== 'string') evaluate(parseExpression(written), VALUES)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('parsePath', () => {
  it('reads steps, and nothing but a path', () => {
    expect(parsePath('tasks.a["b c"][0][*]')).toEqual({
      root: 'tasks',
      steps: [
        { is: 'field', name: 'a' },
        { is: 'field', name: 'b c' },
        { is: 'item', index: 0 },
        { is: 'each' },
      ],
    })
    expect(faultOf('tasks.a == 1', parsePath)).toBe("8: expected the end, not '=='")
    expect(faultOf('"tasks"', parsePath)).toBe(`0: expected a path, not '"tasks"'`)
  })
})
