import { describe, expect, it } from 'vitest'
import { configOf } from '../../src/env.ts'

const issuerAt = (jwks_url: string, rest: object = {}) => ({
  JWT_ISSUERS: JSON.stringify([{ issuer: 'https://login.example/', jwks_url, audience: 'us', ...rest }]),
})
const simulated = { SIMULATED_HOSTS_URL: 'http://127.0.0.1:9' }

describe('JWT_ISSUERS', () => {
  it('reads the usual claims unless told otherwise', () => {
    expect(configOf(issuerAt('https://login.example/jwks')).jwtIssuers).toEqual([
      {
        issuer: 'https://login.example/',
        jwksUrl: 'https://login.example/jwks',
        audience: 'us',
        tenantClaim: 'tenant',
        scopesClaim: 'scope',
        userClaim: 'sub',
        adminClaim: null,
      },
    ])
  })

  it('takes keys of this machine where everything is simulated, and nowhere else', () => {
    const local = issuerAt('http://127.0.0.1:8080/jwks')
    expect(configOf({ ...simulated, ...local }).jwtIssuers).toHaveLength(1)
    expect(() => configOf(local)).toThrow('jwks_url')
    expect(() => configOf({ ...simulated, ...issuerAt('http://login.example/jwks') })).toThrow('jwks_url')
    expect(() => configOf({ ...simulated, ...issuerAt('http://127.0.0.1.evil.example/') })).toThrow(
      'jwks_url',
    )
    expect(() => configOf({ ...simulated, ...issuerAt('http://localhost@evil.example/') })).toThrow(
      'jwks_url',
    )
  })

  it.each([{ audience: '' }, { tenant_claim: '' }, { admin_claim: { name: 'roles' } }, { secret: 'x' }])(
    'refuses %j',
    (rest) => {
      expect(() => configOf(issuerAt('https://login.example/jwks', rest))).toThrow('JWT_ISSUERS')
    },
  )
})

describe('ADMIN_KEY', () => {
  it('is long, or not there, and never repeated', () => {
    expect(configOf({ ADMIN_KEY: '' }).adminKey).toBeNull()
    expect(configOf({ ADMIN_KEY: 'long-enough-to-be-one' }).adminKey).toBe('long-enough-to-be-one')
    expect(() => configOf({ ADMIN_KEY: 'short-secret' })).toThrow(/ADMIN_KEY(?![\s\S]*short-secret)/)
  })
})
