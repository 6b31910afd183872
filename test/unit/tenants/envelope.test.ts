import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVault, type MasterKey, type SecretPlace } from '../../../src/tenants/envelope.ts'

const masterKey = (id: string, fill: number): MasterKey => ({ id, bytes: new Uint8Array(32).fill(fill) })
const OLD = masterKey('old', 1)
const NEW = masterKey('new', 2)
const PLACE: SecretPlace = { tenantId: 'ten_a', purpose: 'provider_key', name: 'openai' }
const vault = createVault([OLD])

describe('createVault', () => {
  it('opens what it sealed, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const secret = text.toWellFormed()
        expect(await vault.open(await vault.seal(secret, PLACE), PLACE)).toBe(secret)
      }),
    )
  })

  it('seals the same secret differently each time', async () => {
    const [a, b] = await Promise.all([vault.seal('sk-1', PLACE), vault.seal('sk-1', PLACE)])
    expect(a.split('.').slice(2)).not.toEqual(b.split('.').slice(2))
  })

  it.each<Partial<SecretPlace>>([
    { tenantId: 'ten_b' },
    { purpose: 'webhook_secret' },
    { name: 'anthropic' },
  ])('does not open in another place: %j', async (other) => {
    const sealed = await vault.seal('sk-1', PLACE)
    await expect(vault.open(sealed, { ...PLACE, ...other })).rejects.toThrow()
    await expect(vault.rewrap(sealed, { ...PLACE, ...other })).rejects.toThrow()
  })

  it('does not open what was changed in any character', async () => {
    const sealed = await vault.seal('sk-1', PLACE)
    const changed = Array.from(sealed, (letter, at) => {
      const other = letter === 'A' ? 'Q' : 'A'
      return sealed.slice(0, at) + other + sealed.slice(at + 1)
    })
    const opened = await Promise.allSettled(changed.map((text) => vault.open(text, PLACE)))
    expect(opened.filter(({ status }) => status === 'fulfilled')).toEqual([])
  })

  it('does not open a secret put beside the key of another', async () => {
    const [a, b] = await Promise.all([vault.seal('sk-a', PLACE), vault.seal('sk-b', PLACE)])
    const mixed = [...a.split('.').slice(0, 3), b.split('.')[3]].join('.')
    await expect(vault.open(mixed, PLACE)).rejects.toThrow()
  })

  it('opens under older keys, seals under the newest, and moves from one to the other', async () => {
    const sealed = await vault.seal('sk-1', PLACE)
    const both = createVault([NEW, OLD])
    expect(await both.open(sealed, PLACE)).toBe('sk-1')
    const moved = await both.rewrap(sealed, PLACE)
    expect([sealed, moved].map((text) => text.startsWith(both.newest))).toEqual([false, true])
    const onlyNew = createVault([NEW])
    expect(await onlyNew.open(moved, PLACE)).toBe('sk-1')
    await expect(onlyNew.open(sealed, PLACE)).rejects.toThrow("No master key 'old'")
  })

  it.each(['', 'sk-1', 'v1.old', 'v2.old.QUFB.QUFB', 'v1.old.QUFB.QUFB.QUFB', 'v1.old.!.!'])(
    'opens nothing else: %j',
    async (text) => expect(vault.open(text, PLACE)).rejects.toThrow(),
  )
})
