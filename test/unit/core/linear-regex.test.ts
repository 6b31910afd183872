import { describe, expect, it } from 'vitest'
import { compileRegex, RegexFault } from '../../../src/core/linear-regex.ts'

describe('compileRegex', () => {
  it.each([
    ['(?=a)', 0],
    ['a(?!b)', 1],
    ['(?<=a)b', 0],
    ['(?i)a', 0],
    [String.raw`(a)\1`, 3],
    [String.raw`(?<n>a)\k<n>`, 7],
    ['(ab', 0],
    ['ab)', 2],
    ['[ab', 0],
    ['[z-a]', 0],
    ['*a', 0],
    ['a**', 2],
    ['a{3,2}', 1],
    ['a{257}', 1],
    ['^*', 1],
    [String.raw`a\q`, 1],
    [String.raw`\p{Nothing}`, 0],
    ['a'.repeat(513), 512],
    ['((a{256}){256}){256}', 0],
    [`${'('.repeat(50)}${'){256}'.repeat(50)}`, 0],
  ])('refuses %.30s and says where', (source, at) => {
    const refuse = () => compileRegex(source)
    expect(refuse).toThrow(RegexFault)
    expect(refuse).toThrow(expect.objectContaining({ at }))
  })

  it('takes escaped signs that JavaScript wants bare', () => {
    expect(compileRegex(String.raw`\#\-\_[\@\-]`).test('#-_@')).toBe(true)
  })

  it('finds the preferred of several matches, as lazy signs and the order of branches say', () => {
    expect(compileRegex('<.*?>').matches('<a> <b>')).toEqual([
      { start: 0, end: 3 },
      { start: 4, end: 7 },
    ])
    expect(compileRegex('a|ab').matches('ab')).toEqual([{ start: 0, end: 1 }])
  })

  it.each(['(a+)+$', '(a|aa)+$', '(a*)*b', '.*.*.*x', '(a?){50}a{50}', '(.*)(.*)(.*)[xy]', 'x*x*x*b'])(
    'reads a long text once for %s',
    (source) => {
      const regex = compileRegex(source)
      const text = `${'a'.repeat(100_000)}!`
      regex.test(text)
      expect(regex.work).toBeLessThan(1.5 * text.length)
    },
  )

  it('bounds the work where each match depends on the rest of the text, and takes that rest for one', () => {
    const regex = compileRegex('a.*x|a')
    const text = 'a'.repeat(10_000)
    const found = regex.matches(text)
    expect(regex.work).toBeLessThan(70 * text.length)
    expect(found.at(-1)?.end).toBe(text.length)
  })

  it('bounds the work where a pattern has more states than are kept', () => {
    const regex = compileRegex('(a|b)*a(a|b){14}c')
    const text = Array.from({ length: 20_000 }, (_, i) => 'ab'[((i * i * 7919) % 13) & 1]).join('')
    regex.test(text)
    expect(regex.work).toBeLessThan(100 * text.length)
  })
})
