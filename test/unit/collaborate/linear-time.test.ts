import { describe, expect, it } from 'vitest'
import { balanceOf } from '../../../src/collaborate/checks/brackets.ts'
import { LANGUAGES } from '../../../src/collaborate/checks/languages.ts'
import { runChecks } from '../../../src/collaborate/checks/run-checks.ts'
import { tagFault } from '../../../src/collaborate/checks/tags.ts'
import { numbersIn } from '../../../src/collaborate/numbers.ts'
import { quotesOf } from '../../../src/collaborate/quoted.ts'
import { chat } from '../route/builders.ts'
import { saying } from './answers.ts'

/** Well above what a slow machine needs; far below what squared time takes for the texts below. */
const BOUND_MS = 3_000
const CHARS = 400_000

const filled = (unit: string) => unit.repeat(CHARS / unit.length)
const numbered = (unit: (number: number) => string) =>
  Array.from({ length: CHARS / 8 }, (_, at) => unit(at)).join('')

function codeIn(name: string, code: string) {
  const language = LANGUAGES.get(name)
  return language && balanceOf(code, language)
}

describe('what models write, however it is meant', () => {
  it.each([
    ['Python strings that never end', () => codeIn('python', filled('\\"""x" '))],
    ['Python strings of single quotes', () => codeIn('python', filled("\\'''x' "))],
    ['Java strings that never end', () => codeIn('java', filled('\\"""x" '))],
    ['C# strings that never end', () => codeIn('cs', filled('\\"""x" '))],
    [
      'SQL strings that never end',
      () =>
        codeIn(
          'sql',
          numbered((at) => `$t${at}$ `),
        ),
    ],
    ['end tags without an element', () => tagFault(filled('<b>') + filled('</p>'), true)],
    ['elements without tags in them', () => tagFault(filled('<title></title>'), true)],
    ['commas in a number', () => numbersIn(`1${filled(',')}1`)],
    ['marks that quotes may have', () => quotesOf([{ name: 'answer', text: numbered((at) => `q${at} `) }])],
    [
      'equations that may be quoted',
      () =>
        runChecks(
          chat({ messages: [{ role: 'user', content: [{ type: 'text', text: '1'.repeat(2_000_000) }] }] }),
          saying('1+1=3\n'.repeat(500)),
          [{ kind: 'arithmetic' }],
        ),
    ],
  ])('is read in time: %s', (_name, read) => {
    const began = performance.now()
    expect(read()).not.toBeUndefined()
    expect(performance.now() - began).toBeLessThan(BOUND_MS)
  })
})
