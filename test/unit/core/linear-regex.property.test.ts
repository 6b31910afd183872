import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRegex } from '../../../src/core/linear-regex.ts'

const atom = fc.constantFrom(
  'a',
  'b',
  'k',
  '.',
  String.raw`\w`,
  String.raw`\W`,
  String.raw`\d`,
  String.raw`\s`,
  '[ab]',
  '[^a]',
  '[^\\w-]',
  '[b-é]',
  '中',
  '😀',
  '[中😀]',
  String.raw`\p{L}`,
  String.raw`\p{Script=Han}`,
  '\\.',
  '-',
)
const place = fc.constantFrom('^', '$', String.raw`\b`, String.raw`\B`)
const signs = fc.constantFrom(
  '',
  '',
  '*',
  '+',
  '?',
  '{2}',
  '{1,3}',
  '{2,}',
  '{0}',
  '*?',
  '+?',
  '??',
  '{1,3}?',
)

/** Longer patterns take a backtracking engine too long, and a few have too many states for ours. */
const MAX_CHARS = 120

/** @param begin what every repeated group begins with */
function patterns(begin: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { pattern } = fc.letrec<{ pattern: string; part: string; row: string }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 2, depthIdentifier: 'groups' },
      fc.tuple(atom, signs).map(([one, sign]) => one + sign),
      place,
      fc.tuple(begin, tie('pattern'), signs).map(([one, inner, sign]) => `(?:${one}(?:${inner}))${sign}`),
    ),
    row: fc.array(tie('part'), { maxLength: 2 }).map((parts) => parts.join('')),
    pattern: fc.array(tie('row'), { minLength: 1, maxLength: 2 }).map((rows) => rows.join('|')),
  }))
  return pattern.filter((source) => source.length <= MAX_CHARS)
}

const text = fc
  .array(fc.constantFrom('a', 'b', 'k', 'K', 'é', '1', ' ', '\n', '.', '-', '中', '😀', '\ud83d'))
  .map((chars) => chars.join(''))

/** V8 also looks for `\B` between the two units of a character, where unicode mode has no place. */
function isWithinPairs(source: string, line: string): boolean {
  return source.includes('\\B') && line.includes('😀')
}

const SETTINGS = { numRuns: 1_000 }

describe('compileRegex', () => {
  it('tests as JavaScript does', () => {
    fc.assert(
      fc.property(patterns(fc.constant('')), text, fc.boolean(), (source, line, ignoreCase) => {
        fc.pre(!isWithinPairs(source, line))
        const native = new RegExp(source, ignoreCase ? 'iu' : 'u')
        expect(compileRegex(source, { ignoreCase }).test(line)).toBe(native.test(line))
      }),
      SETTINGS,
    )
  })

  // JavaScript takes no empty turn of a loop, and so may prefer another match where there are such.
  it('finds what JavaScript finds, where no repeated group may be empty', () => {
    fc.assert(
      fc.property(patterns(atom), text, fc.boolean(), (source, line, ignoreCase) => {
        fc.pre(!isWithinPairs(source, line))
        const native = [...line.matchAll(new RegExp(source, ignoreCase ? 'giu' : 'gu'))]
          .map(({ 0: { length }, index }) => ({ start: index, end: index + length }))
          .filter(({ start, end }) => end > start)
        expect(compileRegex(source, { ignoreCase }).matches(line)).toEqual(native)
      }),
      SETTINGS,
    )
  })
})
