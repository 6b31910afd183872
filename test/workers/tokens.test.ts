import { env } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { fakeHosts, type HostCall } from './hosts.ts'
import { errorOf, fetchWith, type Key, mintKey } from './world.ts'

const LOGIN = 'login.example'
const ISSUER = `https://${LOGIN}/`
const AUDIENCE = 'switchyard'
const ADMIN = { name: 'roles', value: 'switchyard-operator' }

const variables: Env = {
  ...env,
  ADMIN_KEY: 'the-operator-of-these-tests',
  JWT_ISSUERS: JSON.stringify([
    { issuer: ISSUER, jwks_url: `${ISSUER}jwks`, audience: AUDIENCE, admin_claim: ADMIN },
    {
      issuer: 'https://other.example/',
      jwks_url: 'https://other.example/jwks',
      audience: AUDIENCE,
      tenant_claim: 'https://other.example/org',
      scopes_claim: 'permissions',
      user_claim: 'email',
    },
  ]),
}

const [rsa, ec, stranger] = await Promise.all([
  generateKeyPair('RS256', { extractable: true }),
  generateKeyPair('ES256', { extractable: true }),
  generateKeyPair('RS256', { extractable: true }),
])
const jwks = {
  keys: [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256' },
  ],
}

type Claims = { iss?: string; aud?: string; exp?: number | string | null } & Record<string, unknown>

function signed({ iss = ISSUER, aud = AUDIENCE, exp = '5m', ...claims }: Claims, kid = 'rsa') {
  const unsigned = new SignJWT({ sub: 'ann', scope: 'inference', ...claims })
    .setProtectedHeader({ alg: kid === 'ec' ? 'ES256' : 'RS256', kid })
    .setIssuer(iss)
    .setAudience(aud)
  return exp === null ? unsigned : unsigned.setExpirationTime(exp)
}

const keyOf = (kid: string) => (kid === 'ec' ? ec.privateKey : rsa.privateKey)
const tokenWith = (claims: Claims, kid = 'rsa') => signed(claims, kid).sign(keyOf(kid))

function call(token: string, path = '/v1/models'): Promise<Response> {
  return fetchWith(variables, path, { headers: { authorization: `Bearer ${token}` } })
}

const set = () => Response.json(jwks)
const now = () => Math.floor(Date.now() / 1_000)

describe('tokens in place of keys', () => {
  let tenant: Key
  let calls: HostCall[]

  beforeEach(async () => {
    tenant = await mintKey()
    calls = fakeHosts({ [LOGIN]: set, 'other.example': set })
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('open what their scopes name, whichever of the issuer’s keys signed them', async () => {
    for (const kid of ['rsa', 'ec']) {
      const token = await tokenWith({ tenant: tenant.tenantId }, kid)
      expect((await call(token)).status).toBe(200)
      expect(await errorOf(await call(token, '/v1/keys'))).toMatchObject({ code: 'insufficient_scope' })
    }
    const admin = await tokenWith({ tenant: tenant.tenantId, scope: 'inference admin other' })
    expect((await call(admin, '/v1/keys')).status).toBe(200)
    expect(calls.length).toBeLessThanOrEqual(1)
  })

  it('are read by the claims that their issuer uses, and are noted by their subject', async () => {
    const token = await tokenWith({
      iss: 'https://other.example/',
      'https://other.example/org': tenant.tenantId,
      permissions: ['admin'],
      email: 'ann@other.example',
    })
    const made = await fetchWith(variables, '/v1/keys', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scopes: ['admin'] }),
    })
    expect(await made.json()).toMatchObject({ created_by: 'jwt:ann' })
  })

  it.each<[string, () => Promise<string>]>([
    ['of somebody else', () => signed({ tenant: tenant.tenantId }).sign(stranger.privateKey)],
    ['of an unknown issuer', () => tokenWith({ tenant: tenant.tenantId, iss: 'https://evil.example/' })],
    ['for somebody else', () => tokenWith({ tenant: tenant.tenantId, aud: 'elsewhere' })],
    ['that expired', () => tokenWith({ tenant: tenant.tenantId, exp: now() - 60 })],
    ['that never expire', () => tokenWith({ tenant: tenant.tenantId, exp: null })],
    ['that begin later', () => tokenWith({ tenant: tenant.tenantId, nbf: now() + 60 })],
    ['without a tenant', () => tokenWith({})],
    ['with a tenant that is not there', () => tokenWith({ tenant: 'nobody' })],
    ['with a tenant that is no text', () => tokenWith({ tenant: [tenant.tenantId] })],
    [
      'of a disabled tenant',
      async () => tokenWith({ tenant: (await mintKey({ tenantDisabledAt: 1 })).tenantId }),
    ],
    [
      'that nobody signed',
      async () =>
        `${new UnsecuredJWT({ sub: 'ann', tenant: tenant.tenantId, scope: 'inference' })
          .setIssuer(ISSUER)
          .setAudience(AUDIENCE)
          .setExpirationTime('5m')
          .encode()}x`,
    ],
    [
      'signed with the public key as if it were a secret',
      () =>
        new SignJWT({ sub: 'ann', tenant: tenant.tenantId, scope: 'inference' })
          .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
          .setIssuer(ISSUER)
          .setAudience(AUDIENCE)
          .setExpirationTime('5m')
          .sign(new TextEncoder().encode(JSON.stringify(jwks.keys[0]))),
    ],
    ['that are none', async () => 'a.b.c'],
  ])('are refused %s', async (_, make) => {
    expect(await errorOf(await call(await make()))).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  it('that expired a moment ago are good: clocks differ', async () => {
    expect((await call(await tokenWith({ tenant: tenant.tenantId, exp: now() - 10 }))).status).toBe(200)
  })

  it('open /admin with the admin claim only', async () => {
    const operator = await tokenWith({ roles: ['reader', ADMIN.value] })
    expect((await call(operator, `/admin/tenants/${tenant.tenantId}`)).status).toBe(200)
    const other = await tokenWith({ tenant: tenant.tenantId, scope: 'admin', roles: ['reader'] })
    expect(await errorOf(await call(other, '/admin/tenants'))).toMatchObject({ status: 403 })
    expect((await call('the-operator-of-these-tests', '/admin/tenants')).status).toBe(200)
  })

  it('leave keys as they were', async () => {
    expect((await call(tenant.secret)).status).toBe(200)
  })
})

describe('an issuer whose keys do not come', () => {
  it('is our trouble, not the caller’s', async () => {
    fakeHosts({})
    const issuer = 'https://away.example/'
    const away: Env = {
      ...env,
      JWT_ISSUERS: JSON.stringify([{ issuer, jwks_url: `${issuer}jwks`, audience: AUDIENCE }]),
    }
    const token = await tokenWith({ iss: issuer, tenant: 'any' })
    const answer = await fetchWith(away, '/v1/models', { headers: { authorization: `Bearer ${token}` } })
    expect(await errorOf(answer)).toMatchObject({ status: 500, code: 'internal' })
    vi.restoreAllMocks()
  })
})
