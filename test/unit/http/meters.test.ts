import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/core/caller.ts'
import type { Limits, LimitRule } from '../../../src/core/limits.ts'
import { NO_CONFIG } from '../../../src/core/tenant-config.ts'
import { countsMoney, metersFor } from '../../../src/http/meters.ts'

const NOW = Date.UTC(2026, 10, 23)
const NONE: Limits = {
  budget: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  parallel: null,
  strict: false,
}
const rpm = (requestsPerMinute: number): Limits => ({ ...NONE, requestsPerMinute })
const usd = (maxMicroUsd: number, duration: string | null): Limits => ({
  ...NONE,
  budget: { maxMicroUsd, softMicroUsd: null, duration },
})

function by(rules: readonly LimitRule[], caller: Partial<Caller> = {}, user?: string) {
  const whole: Caller = {
    tenantId: 't',
    keyId: 'k',
    scopes: ['inference'],
    userId: null,
    allowedModels: null,
    limits: null,
    tenantLimits: null,
    ...caller,
  }
  return { scope: { caller: whole }, config: { ...NO_CONFIG, limits: rules }, user }
}

const subjectsOf = (...args: Parameters<typeof by>) =>
  metersFor(by(...args), NOW)?.ofAll.map(({ subject }) => subject) ?? null

describe('metersFor', () => {
  it('is nothing where nobody set a limit', () => {
    expect(subjectsOf([])).toBe(null)
  })

  it('counts by the tenant, the key and the user that a limit is for', () => {
    const rules: LimitRule[] = [
      { per: 'tenant', match: null, limits: rpm(1) },
      { per: 'key', match: null, limits: rpm(1) },
      { per: 'key', match: 'other', limits: usd(1, null) },
      { per: 'user', match: null, limits: rpm(1) },
    ]
    expect(subjectsOf(rules)).toEqual(['tenant', 'key:k'])
    expect(subjectsOf(rules, {}, 'u')).toEqual(['tenant', 'key:k', 'user:u'])
    expect(subjectsOf(rules, { userId: 'known' }, 'said')).toEqual(['tenant', 'key:k', 'user:known'])
    expect(subjectsOf(rules, { keyId: 'other' })).toEqual(['tenant', 'key:other', 'key:other'])
  })

  it('holds several limits of one subject by one meter, the tightest counts; other windows are other meters', () => {
    const caller = { limits: { ...usd(5, '1d'), strict: true }, tenantLimits: rpm(9) }
    const rules: LimitRule[] = [
      { per: 'key', match: null, limits: usd(3, '1d') },
      { per: 'key', match: 'k', limits: usd(20, '1mo') },
      { per: 'tenant', match: null, limits: rpm(4) },
    ]
    const meters = metersFor(by(rules, caller), NOW)?.ofAll ?? []
    expect(
      meters.map(({ subject, maxMicroUsd, requestsPerMinute, strict }) => [
        subject,
        maxMicroUsd ?? requestsPerMinute,
        strict,
      ]),
    ).toEqual([
      ['tenant', 4, false],
      ['key:k', 3, true],
      ['key:k', 20, false],
    ])
  })

  it('counts models by a pattern together, or each by itself', () => {
    const rules: LimitRule[] = [
      { per: 'model', match: 'openai/*', limits: usd(1, null) },
      { per: 'model', match: null, limits: rpm(1) },
    ]
    const { ofModel } = metersFor(by(rules), NOW) ?? { ofModel: () => [] }
    expect(ofModel('openai/gpt-5').map(({ subject }) => subject)).toEqual([
      'model:openai/*',
      'model:openai/gpt-5',
    ])
    expect(ofModel('google/gemini').map(({ subject }) => subject)).toEqual(['model:google/gemini'])
  })

  it('does not take two long names of users for one', () => {
    const rules: LimitRule[] = [{ per: 'user', match: null, limits: rpm(1) }]
    const [one, other] = ['a', 'b'].map((end) => subjectsOf(rules, {}, 'x'.repeat(1_000) + end)?.[0] ?? '')
    expect(one).not.toBe(other)
    expect(one?.length).toBeLessThan(256)
  })
})

describe('countsMoney', () => {
  it('says whether a budget may apply, that of a model too', () => {
    expect(countsMoney(by([]), NOW)).toBe(false)
    expect(countsMoney(by([{ per: 'tenant', match: null, limits: rpm(1) }]), NOW)).toBe(false)
    expect(countsMoney(by([{ per: 'key', match: 'other', limits: usd(1, null) }]), NOW)).toBe(false)
    expect(countsMoney(by([{ per: 'model', match: 'openai/*', limits: usd(1, null) }]), NOW)).toBe(true)
    expect(countsMoney(by([], { tenantLimits: usd(1, '1d') }), NOW)).toBe(true)
  })
})
