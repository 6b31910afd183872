import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finalAnswerOf } from '../../../src/collaborate/final-answer.ts'
import { answerOf, asking, call } from './drafts.ts'

const SUM = 'A farmer has 12 boxes of 7 eggs each. How many eggs does he have?'
const SUM_ZH = '小明有12盒鸡蛋，每盒7个，一共有多少个鸡蛋？'
const OPTIONS = 'Which gas do plants take in?\nA. Oxygen\nB. Carbon dioxide\nC. Nitrogen\nD. Helium'
const OPTIONS_ZH = '植物吸收哪种气体？\nA、氧气\nB、二氧化碳\nC、氮气'
const CLOSED = 'Is 91 a prime number?'
const CLOSED_ZH = '91是不是质数？'
const CAPITAL = 'What is the capital of Australia?'
const ESSAY = 'Explain why the sky is blue.'
const CODE = 'Write a Python function that adds two numbers.'

function keyOf(question: string, said: string): string | null {
  return finalAnswerOf(asking(question), answerOf(said))?.key ?? null
}

describe('finalAnswerOf', () => {
  it.each([
    [SUM, '84'],
    [SUM, '84 eggs'],
    [SUM, 'He has 84 eggs.'],
    [SUM, 'Each box holds 7 eggs.\n\n12 × 7 = 84\n\nSo the farmer has **84** eggs.'],
    [SUM, 'There are 12 boxes of 7.\nTherefore, 12 * 7 = 84 eggs.'],
    [SUM, 'First we multiply 12 by 7.\n#### 84'],
    [SUM, 'Multiplying gives \\[ 12 \\times 7 = \\boxed{84} \\] which is 84.0 in all.'],
    [SUM, '**Answer:** 84 eggs'],
    [SUM, '### Final Answer\n\n84'],
    [SUM, 'The answer is $84$.'],
    [SUM, '<think>12*7, maybe 82?\nno</think>\n84'],
    [SUM, '```\n84\n```'],
    [SUM, '12 × 7 = **84**'],
    [SUM, 'The product of 12 and 7 is 84.'],
    [SUM_ZH, '84个'],
    [SUM_ZH, '八十四个'],
    [SUM_ZH, '每盒7个，共12盒。\n所以一共有84个鸡蛋。'],
    [SUM_ZH, '12×7=84\n答：一共有84个鸡蛋。'],
    [SUM_ZH, '答案是 ８４。'],
    [SUM_ZH, '最终答案：**84**'],
  ])('finds the number asked for: %s | %s', (question, said) => {
    expect(keyOf(question, said)).toBe('84')
  })

  it.each([
    [OPTIONS, 'B'],
    [OPTIONS, '(B)'],
    [OPTIONS, '**B. Carbon dioxide**'],
    [OPTIONS, 'Carbon dioxide'],
    [OPTIONS, 'The correct answer is (B) because plants need it.'],
    [OPTIONS, 'The correct answer is carbon dioxide.'],
    [OPTIONS, 'Plants take in one gas and give off another.\n\nAnswer: B'],
    [OPTIONS, 'Let us see.\nPlants photosynthesise, so it is **B**'],
    [OPTIONS, 'B) Carbon dioxide\n\nPlants use it for photosynthesis, A is given off.'],
    [OPTIONS, 'Thinking...\nthe answer is \\boxed{\\text{B}}'],
    [OPTIONS_ZH, 'B'],
    [OPTIONS_ZH, '选B'],
    [OPTIONS_ZH, '植物进行光合作用，因此应选择 B。'],
    [OPTIONS_ZH, '正确答案是：B、二氧化碳'],
    [OPTIONS_ZH, '答案：（B）'],
    [OPTIONS, 'Plants need it to live.\nSo I would choose option B.'],
    ['Pick one: (A) red (B) blue (C) green', 'The answer is (B).'],
  ])('finds the option chosen: %s | %s', (question, said) => {
    expect(finalAnswerOf(asking(question), answerOf(said))).toEqual({ kind: 'choice', key: 'B' })
  })

  it.each([
    [CLOSED, 'No.', 'no'],
    [CLOSED, 'No, 91 is not prime: 7 times 13 is 91.\n\nSo the answer to this is negative.', 'no'],
    [CLOSED, 'The answer is **No**.', 'no'],
    [CLOSED, 'False', 'no'],
    [CLOSED, 'Yes, it is.', 'yes'],
    [CLOSED_ZH, '不是，91=7×13。', 'no'],
    [CLOSED_ZH, '是的。', 'yes'],
    ['True or false: water boils at 50 degrees.', '**False.** It boils at 100.', 'no'],
    ['水在50度沸腾，对吗？', '不对。', 'no'],
  ])('finds yes or no: %s | %s', (question, said, key) => {
    expect(finalAnswerOf(asking(question), answerOf(said))).toEqual({ kind: 'choice', key })
  })

  it.each([
    [CAPITAL, 'Canberra', 'canberra'],
    [CAPITAL, 'canberra.', 'canberra'],
    [CAPITAL, 'The capital of Australia is Canberra.', 'canberra'],
    [
      CAPITAL,
      'The capital of Australia is **Canberra**, which lies between Sydney and Melbourne.',
      'canberra',
    ],
    [CAPITAL, '"Canberra"', 'canberra'],
    [CAPITAL, 'Canberra is the capital of Australia.', 'canberra'],
    [CAPITAL, 'Capital: Canberra', 'canberra'],
    ['法国的首都是哪里？', '巴黎。', '巴黎'],
    ['法国的首都是哪里？', '法国的首都是巴黎。', '巴黎'],
    ['Simplify the expression 2x + x - 1.', 'So we get \\(\\boxed{3x - 1}\\).', '3x-1'],
    ['What does f([1, 2]) return?', '[2, 1]', '[2,1]'],
    ['What does f([1, 2]) return?', '[21]', '[21]'],
  ])('compares short answers by their words, formulas by their signs: %s | %s', (question, said, key) => {
    expect(finalAnswerOf(asking(question), answerOf(said))).toEqual({ kind: 'text', key })
  })

  it.each([
    [
      ESSAY,
      'The sky is blue because air scatters short waves more. This is called **Rayleigh scattering**, and it was described in 1871 by Lord Rayleigh himself.',
    ],
    [ESSAY, '#### Scattering\n\nAir scatters blue light most.\n\n#### Absorption\n\nThere are 3 reasons.'],
    [ESSAY, '天空是蓝色的，因为大气分子对短波长的光散射更强。\n这种现象叫做瑞利散射，于1871年被发现。'],
    [CODE, '```python\ndef add(a, b):\n    return a + b  # Answer: 42\n```'],
    [CODE, 'Here it is:\n\n```python\nadd = lambda a, b: a + b\n```\n\nIt takes 2 numbers.'],
    ['Can you write me a poem about the sea?', 'Yes! Here it is:\n\nThe sea is wide\nand full of tide.'],
    ['你能帮我写一封邮件吗？', '可以。以下是邮件：\n\n尊敬的客户：您好。'],
    [
      OPTIONS,
      'A plant takes in what it needs from the air around it, and there are several gases to choose from.',
    ],
    [SUM, 'It depends on 2 things: the 12 boxes may hold 7 eggs or 8 eggs, I cannot tell which of them.'],
    [SUM, "I'm sorry, but I can't help with that."],
    [SUM, '  '],
  ])('leaves prose, code and refusals alone: %s | %s', (question, said) => {
    expect(finalAnswerOf(asking(question), answerOf(said))).toBeNull()
  })

  it.each([
    ['Who is taller, Tom or Ann?', 'Tom is taller.', 'Ann is taller.'],
    ['Which is faster, the dog or the cat?', 'The dog is faster.', 'The cat is faster.'],
    ['Which is larger, 9.11 or 9.9?', '9.9 is larger.', '9.11 is larger.'],
    ['Solve x^2 - 5x + 6 = 0', 'x = 2 or x = 3', 'x = 1 or x = 3'],
    ['Do you agree with him?', 'I **strongly** agree.', 'I **strongly** disagree.'],
    [SUM, 'He needs 7 boxes of 12.', 'He needs 8 boxes of 12.'],
    ['What is 5 minus 10?', '-5', '5'],
    ['Which film won?', '3 Idiots', '3 Body Problem'],
  ])('does not take different answers for the same: %s | %s | %s', (question, one, other) => {
    expect(keyOf(question, one)).not.toBe(keyOf(question, other))
  })

  it('takes no answer that broke off', () => {
    expect(finalAnswerOf(asking(SUM), answerOf('84', 'length'))).toBeNull()
    const broken = { type: 'answer-error', code: 'provider_failed', message: 'gone' } as const
    expect(finalAnswerOf(asking(SUM), { ...answerOf('84'), last: broken })).toBeNull()
    expect(finalAnswerOf(asking(SUM), { ...answerOf('84'), last: null })).toBeNull()
  })

  it('reads percent as the question does', () => {
    expect(keyOf('What percentage of 80 is 40?', '50%')).toBe(keyOf('What percentage of 80 is 40?', '50'))
    const chance = 'What is the probability of heads?'
    expect(['1/2', '0.5', '50%', '\\frac{1}{2}', '½'].map((said) => keyOf(chance, said))).toEqual(
      Array(5).fill('0.5'),
    )
  })

  it('compares JSON by value, without the thoughts written beside the answer', () => {
    const request = asking('Add 1 and 2.', { output: { type: 'json_object' } })
    const of = (said: string) => finalAnswerOf(request, answerOf(said))
    expect(of('{"b":1.0,"a":[3]}')).toEqual({ kind: 'json', key: '{"a":[3],"b":1}' })
    expect(of('```json\n{"a":[3],"b":1}\n```')).toEqual(of('{"b":1.0,"a":[3]}'))
    expect(of('Here: {"reasoning":"1+2","answer":3}')).toEqual(of('{"answer":3.0,"reasoning":"sum"}'))
    expect(of('{"a":[3]}')).not.toEqual(of('{"a":["3"]}'))
    expect(of('no JSON')).toBeNull()
    expect(of(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBeNull()
  })

  it('compares tool calls by tool and arguments, in any order', () => {
    const one = [call('look', '{"b":1,"a":2}'), call('wait', '')]
    const same = [
      { type: 'text', text: 'Let me see.' } as const,
      call('wait', '{}', 'x'),
      call('look', '{"a":2.0,"b":1}'),
    ]
    const of = (parts: typeof one | typeof same) => finalAnswerOf(asking(SUM), answerOf(parts, 'tool_calls'))
    expect(of(one)?.kind).toBe('tool_calls')
    expect(of(one)).toEqual(of(same))
    expect(of(one)).not.toEqual(of([call('look', '{"a":2}'), call('wait', '')]))
  })

  it('never throws, and is done soon, whatever stands in question and answer', () => {
    const pieces = fc.array(
      fc.constantFrom(
        ...'answer is,**,:, ,\n,42,\\boxed{,},####,```,(A),B.,=,答案,是,％,1/2,x'.split(','),
        '选',
        ',',
        '{',
      ),
      { maxLength: 300 },
    )
    fc.assert(
      fc.property(pieces, pieces, (question, said) => {
        finalAnswerOf(asking(question.join('')), answerOf(said.join('')))
      }),
    )
    const end = '\nHow many? A. 3\nB. 4'
    for (const piece of '( ** \\boxed{ ```\n answer 1, 是 \\text{ = <think> 「{,} . A.'.split(' ')) {
      const started = performance.now()
      finalAnswerOf(asking(piece.repeat(50_000) + end), answerOf(`${piece.repeat(100_000)} 3`))
      expect(performance.now() - started).toBeLessThan(1_000)
    }
  })
})
