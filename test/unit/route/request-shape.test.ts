import { describe, expect, it } from 'vitest'
import type { Message } from '../../../src/core/chat.ts'
import { shape } from './builders.ts'

const said = (length: number): Message => ({
  role: 'user',
  content: [{ type: 'text', text: 'x'.repeat(length) }],
})

const keptShare = (...messages: readonly Message[]) => shape({ messages }).keptShare

describe('shapeOf', () => {
  it('knows what was read before, where that is long enough for a host to hold', () => {
    expect(keptShare(said(9_000), said(1_000))).toBeCloseTo(0.9, 12)
    expect(keptShare(said(3_000), said(1_000))).toBe(0)
    expect(keptShare(said(90_000))).toBe(0)
    expect(keptShare()).toBe(0)
  })

  it('holds no word of what was said, and survives being written down', () => {
    const one = shape({ messages: [{ role: 'user', content: [{ type: 'text', text: 'a secret' }] }] })
    expect(JSON.stringify(one)).not.toContain('secret')
    expect(JSON.parse(JSON.stringify(one))).toEqual(one)
  })
})
