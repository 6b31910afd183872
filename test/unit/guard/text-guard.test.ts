import { describe, expect, it } from 'vitest'
import type { TextCheck } from '../../../src/core/guardrails.ts'
import { applyTo, createTextGuard, findingOf, newTally } from '../../../src/guard/text-guard.ts'
import { textGuard } from './guardrails.ts'

const WORDS: TextCheck = { kind: 'keywords', words: ['Project X', 'bad', 'c++', '机密', 'été'] }

describe('applyTo', () => {
  it('writes the kind over what was found, or the words that the guardrail names', () => {
    const check: TextCheck = { kind: 'pii', entities: ['email', 'ip_address'] }
    const text = 'jo@a.example wrote from 192.168.10.254'
    expect(applyTo(text, textGuard(check), newTally())).toBe('[EMAIL] wrote from [IP_ADDRESS]')
    const named = createTextGuard({ ...textGuard(check).guardrail, maskWith: '***' }, check)
    expect(applyTo(text, named, newTally())).toBe('*** wrote from ***')
  })

  it('only counts where the guardrail reports or blocks', () => {
    const tally = newTally()
    const guard = textGuard({ kind: 'regex', patterns: ['EMP-\\d{4}', '\\d+-B'] }, 'report', 'staff')
    expect(applyTo('EMP-1234 and EMP-1234-B', guard, tally)).toBe('EMP-1234 and EMP-1234-B')
    expect(findingOf(guard.guardrail, 'input', tally)).toEqual({
      id: 'staff',
      on: 'input',
      action: 'report',
      found: ['pattern'],
      count: 2,
    })
  })

  it.each([
    ['ASK ABOUT PROJECT  x!', 'ASK ABOUT [KEYWORD]!'],
    ['ｂａｄ luck', '[KEYWORD] luck'],
    ['a badge, embarrassed', 'a badge, embarrassed'],
    ['这是机密文件', '这是[KEYWORD]文件'],
    ['I like C++.', 'I like [KEYWORD].'],
    ['cet Été', 'cet [KEYWORD]'],
  ])('finds words in %s', (text, left) => {
    expect(applyTo(text, textGuard(WORDS), newTally())).toBe(left)
  })

  it('takes more words than a pattern has room for', () => {
    const words = Array.from({ length: 200 }, (_, i) => `forbidden word number ${i}`)
    const text = 'no forbidden word number 7, no forbidden word number 199, no forbidden word number 200'
    expect(applyTo(text, textGuard({ kind: 'keywords', words }), newTally())).toBe(
      'no [KEYWORD], no [KEYWORD], no forbidden word number 200',
    )
  })
})
