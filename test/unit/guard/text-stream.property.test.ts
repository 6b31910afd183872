import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PII_ENTITIES, type TextCheck } from '../../../src/core/guardrails.ts'
import { applyTo, newTally, type TextGuard } from '../../../src/guard/text-guard.ts'
import { createTextStream } from '../../../src/guard/text-stream.ts'
import { textGuard } from './guardrails.ts'

const CHECKS: readonly TextCheck[] = [
  { kind: 'pii', entities: PII_ENTITIES },
  { kind: 'keywords', words: ['Project X', 'call me', '机密'] },
  { kind: 'regex', patterns: ['EMP-\\d{4}', 'a.c', '\\bsecret\\w*'] },
]
const piece = fc.constantFrom(
  'jo@mail.example',
  '+44 20 7946 0958',
  '4111 1111 1111 1111',
  'GB82 WEST 1234 5698 7654 32',
  '123-45-6789',
  '123456789',
  'my social security number is',
  'is my SSN',
  'https://a.example/b?c=d',
  'project x',
  '机密',
  'EMP-1234',
  'secretly abc',
  'The quick brown fox',
  '9123 4567',
  'call me at',
  '.',
  '\n',
)
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' '))
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 200 })

/** The text in pieces of these lengths, over and over. */
function piecesOf(whole: string, lengths: readonly number[]): string[] {
  const pieces: string[] = []
  for (let at = 0, i = 0; at < whole.length; i++) {
    const length = lengths[i % lengths.length] ?? 1
    pieces.push(whole.slice(at, at + length))
    at += length
  }
  return pieces
}

function streamed(
  whole: string,
  lengths: readonly number[],
  guard: TextGuard,
): { left: string; held: number } {
  const stream = createTextStream(guard, newTally())
  let left = ''
  let read = 0
  let held = 0
  for (const one of piecesOf(whole, lengths)) {
    left += stream.push(one)
    read += one.length
    held = Math.max(held, read - left.length)
  }
  return { left: left + stream.end(), held }
}

describe('createTextStream', () => {
  it.each(CHECKS)('leaves of a text in pieces what it leaves of the whole: $kind', (check) => {
    const guard = textGuard(check)
    fc.assert(
      fc.property(text, cuts, (whole, lengths) => {
        expect(streamed(whole, lengths, guard).left).toBe(applyTo(whole, guard, newTally()))
      }),
    )
  })

  it('tells as many finds as the whole has', () => {
    const guard = textGuard({ kind: 'pii', entities: PII_ENTITIES }, 'report')
    fc.assert(
      fc.property(text, cuts, (whole, lengths) => {
        const [inPieces, atOnce] = [newTally(), newTally()]
        const stream = createTextStream(guard, inPieces)
        const left =
          piecesOf(whole, lengths)
            .map((one) => stream.push(one))
            .join('') + stream.end()
        applyTo(whole, guard, atOnce)
        expect(left).toBe(whole)
        expect(inPieces).toEqual(atOnce)
      }),
    )
  })

  it('holds little back where nothing can become a find', () => {
    const words = 'The quick brown fox jumps over the lazy dog. '.repeat(20)
    expect(streamed(words, [4], textGuard({ kind: 'pii', entities: PII_ENTITIES })).held).toBeLessThan(10)
    expect(streamed(words, [4], textGuard({ kind: 'keywords', words: ['secret'] })).held).toBeLessThan(10)
  })

  it('lets a long run without a blank go', () => {
    const guard = textGuard({ kind: 'pii', entities: PII_ENTITIES })
    const { left, held } = streamed('x'.repeat(5_000), [7], guard)
    expect(left).toBe('x'.repeat(5_000))
    expect(held).toBeLessThan(300)
  })

  it('stops for good before what it blocks', () => {
    const tally = newTally()
    const stream = createTextStream(textGuard({ kind: 'keywords', words: ['secret'] }, 'block'), tally)
    const left = ['This is a sec', 'ret, and ', 'more'].map((one) => stream.push(one)).join('') + stream.end()
    expect(left).toBe('This is a ')
    expect(tally.count).toBe(1)
  })
})
