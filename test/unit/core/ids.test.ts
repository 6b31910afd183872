import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createId, createSecret, idTime } from '../../../src/core/ids.ts'

const NOW = 1_763_878_000_000
const time = fc.integer({ min: 0, max: 2 ** 48 })
const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 })
const prefix = fc.constantFrom('dec', 'req', 'chatcmpl', 'key')

describe('createId', () => {
  it('is a prefix and 26 lower-case characters without i, l, o and u', () => {
    fc.assert(
      fc.property(prefix, time, bytes, (kind, now, random) => {
        expect(createId(kind, now, random)).toMatch(new RegExp(`^${kind}_[0-9a-hjkmnp-tv-z]{26}$`))
      }),
    )
  })

  it('sorts by the time it was made at', () => {
    fc.assert(
      fc.property(time, time, bytes, bytes, (a, b, one, two) => {
        fc.pre(a !== b)
        expect(createId('dec', a, one) < createId('dec', b, two)).toBe(a < b)
      }),
    )
  })

  it('uses all sixteen random bytes', () => {
    const id = createId('dec', NOW, new Uint8Array(16))
    for (let at = 0; at < 16; at++) {
      const other = new Uint8Array(16)
      other[at] = 1
      expect(createId('dec', NOW, other)).not.toBe(id)
    }
  })

  it('uses every character equally for equally random bytes', () => {
    const tails = Array.from({ length: 256 }, (_, byte) =>
      createId('dec', 0, new Uint8Array(16).fill(byte)).at(-1),
    )
    const counts = new Map<string | undefined, number>()
    for (const tail of tails) counts.set(tail, (counts.get(tail) ?? 0) + 1)
    expect(new Set(counts.values())).toEqual(new Set([8]))
    expect(counts.size).toBe(32)
  })
})

describe('idTime', () => {
  it('reads back the time of any id of ours', () => {
    fc.assert(
      fc.property(prefix, time, bytes, (kind, now, random) => {
        expect(idTime(createId(kind, now, random))).toBe(now)
      }),
    )
  })

  it.each([
    '',
    'dec_',
    'dec_123',
    `dec_${'u'.repeat(26)}`,
    '0'.repeat(26),
    `dec_${'0'.repeat(27)}`,
    `Dec_${'0'.repeat(26)}`,
  ])('is null for %j, which is none of ours', (text) => expect(idTime(text)).toBeNull())
})

describe('createSecret', () => {
  it('spreads over all that so many characters can say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 40, maxLength: 40 }), (random) => {
        const secret = createSecret('sk-', random)
        expect(secret).toMatch(/^sk-[0-9a-hjkmnp-tv-z]{40}$/)
        const at = secret.indexOf('-') + 1
        for (const [index, byte] of random.entries()) {
          const other = createSecret('sk-', random.with(index, (byte + 1) % 256))
          expect(other[at + index]).not.toBe(secret[at + index])
        }
      }),
      { numRuns: 20 },
    )
  })
})
