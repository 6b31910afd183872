import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Seal } from '../../../src/core/chat.ts'
import { readSeal, writeSeal } from '../../../src/core/sealed-thoughts.ts'

const format = fc.constantFrom('openai' as const, 'anthropic' as const, 'google' as const)
const kind = fc.constantFrom('signature' as const, 'encrypted' as const)
const seal: fc.Arbitrary<Seal> = fc.record(
  { format, kind, data: fc.string(), id: fc.string({ unit: 'grapheme', minLength: 1 }) },
  { requiredKeys: ['format', 'kind', 'data'] },
)

describe('a seal in a field of another host', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(seal, format, kind, (one, own, ownKind) => {
        fc.pre(one.format !== own)
        expect(readSeal(writeSeal(one, own), { format: own, kind: ownKind })).toEqual(one)
      }),
    )
  })

  it('is marked, so that no host takes it for its own', () => {
    fc.assert(
      fc.property(seal, format, (one, own) => {
        fc.pre(one.format !== own)
        expect(writeSeal(one, own)).not.toBe(one.data)
      }),
    )
  })
})

describe('a seal in its own field', () => {
  it('is written as its host wrote it, and read back without a mark', () => {
    fc.assert(
      fc.property(seal, (one) => {
        const written = writeSeal(one, one.format)
        expect(written).toBe(one.data)
        const own = { format: one.format, kind: one.kind }
        expect(readSeal(written, own)).toEqual({ ...own, data: one.data })
      }),
    )
  })
})

describe('readSeal', () => {
  const own = { format: 'anthropic', kind: 'signature' } as const

  it('takes any text that clients send', () => {
    const parts = fc.array(fc.constantFrom('sy1', 'openai', 'encrypted', 'signature', '%', '%E0%A4', ''))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          parts.map((words) => words.join('.')),
        ),
        (text) => {
          expect(readSeal(text, own).data.length).toBeLessThanOrEqual(text.length)
        },
      ),
    )
  })

  it.each(['sy1', 'sy1.acme.signature..x', 'sy1.openai.wax..x', 'sy2.openai.encrypted..x'])(
    'takes %s for a seal of its own hosts',
    (text) => {
      expect(readSeal(text, own)).toEqual({ ...own, data: text })
    },
  )
})
