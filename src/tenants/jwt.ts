import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { type Caller, type Scope, SCOPES } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import { refused } from './keys.ts'
import { limitsOfTenant } from './known-tenants.ts'
import type { Stores } from './lookup.ts'

/** Who makes tokens that are taken in place of keys, and in which of their claims we read what. */
export type JwtIssuer = {
  issuer: string
  /** Where its public keys are (RFC 7517). */
  jwksUrl: string
  audience: string
  tenantClaim: string
  /** A list, or text with spaces between. */
  scopesClaim: string
  userClaim: string
  /** Whoever has this claim with this value, or among a list of values, is an operator; null for nobody. */
  adminClaim: { name: string; value: string | boolean } | null
}

/** What a token that holds says of its bearer. */
export type Bearer = {
  subject: string
  userId: string
  /** Null where it names none. */
  tenantId: string | null
  scopes: readonly Scope[]
  isOperator: boolean
}

/** Signatures with a public key only: whoever can check a token of these cannot make one. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']
const CLOCK_TOLERANCE_S = 30
const JWKS_TIMEOUT_MS = 5_000

/** Whether a secret has the form of a token (RFC 7519): three parts with dots between, which no key of ours has. */
export function isToken(secret: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret)
}

/**
 * Checks a token against the keys of the issuer that it names.
 *
 * @throws AppError `invalid_api_key`, or `internal` where the issuer's keys cannot be read
 */
export async function verifyToken(token: string, issuers: readonly JwtIssuer[]): Promise<Bearer> {
  const named = issuerIn(token)
  const issuer = issuers.find((one) => one.issuer === named)
  if (!issuer) throw refused()
  const claims = await verified(token, issuer)
  const { sub: subject = '', [issuer.userClaim]: user, [issuer.tenantClaim]: tenant } = claims
  return {
    subject,
    userId: typeof user === 'string' ? user : subject,
    tenantId: typeof tenant === 'string' ? tenant : null,
    scopes: scopesOf(claims[issuer.scopesClaim]),
    isOperator: issuer.adminClaim !== null && names(claims[issuer.adminClaim.name], issuer.adminClaim.value),
  }
}

/**
 * The caller that a token stands for.
 *
 * @throws AppError `invalid_api_key` where it names no tenant, or one that is not there or disabled
 */
export async function callerOf(
  { tenantId, subject, scopes, userId }: Bearer,
  stores: Stores,
  now: number,
  background: (work: Promise<unknown>) => void,
): Promise<Caller> {
  if (tenantId === null) throw refused()
  const tenantLimits = await limitsOfTenant(tenantId, stores, now, background)
  return {
    tenantId,
    keyId: keyIdOf(subject),
    scopes,
    userId,
    allowedModels: null,
    limits: null,
    tenantLimits,
  }
}

/** What stands for the id of a key where there is a token instead. */
export function keyIdOf(subject: string): string {
  return `jwt:${subject}`
}

function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    throw refused()
  }
}

async function verified(token: string, { issuer, audience, jwksUrl }: JwtIssuer): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keysAt(jwksUrl), {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['exp', 'sub'],
    })
    return payload
  } catch (cause) {
    if (cause instanceof errors.JOSEError && !UNREADABLE.has(cause.code)) throw refused()
    throw new AppError('internal', 'The public keys of the token’s issuer could not be read', { cause })
  }
}

/** Codes of jose for key sets that did not come, or are none. */
const UNREADABLE: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
])

/** Key sets by address, each read again when it is ten minutes old, or lacks a key and was not read lately. */
const keySets = new Map<string, JWTVerifyGetKey>()

function keysAt(url: string): JWTVerifyGetKey {
  const known = keySets.get(url)
  if (known) return known
  const made = createRemoteJWKSet(new URL(url), { timeoutDuration: JWKS_TIMEOUT_MS })
  keySets.set(url, made)
  return made
}

function scopesOf(claim: unknown): Scope[] {
  return SCOPES.filter((scope) => names(typeof claim === 'string' ? claim.split(' ') : claim, scope))
}

/** Whether a claim is a value, or a list with it. */
function names(claim: unknown, value: string | boolean): boolean {
  return Array.isArray(claim) ? claim.includes(value) : claim === value
}
