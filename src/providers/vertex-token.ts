import * as z from 'zod'
import { base64Of, bytesOf } from '../core/base64.ts'
import { AppError } from '../core/errors.ts'
import { boundedText } from './bounded-text.ts'
import type { Signer, SignerIo } from './credentials.ts'
import { jsonText } from './json-text.ts'

/** What we read of a service account's key file, as Google's console gives it out. */
export const serviceAccount = z.object({
  client_email: z.string().min(1),
  private_key: z.string().regex(/-----BEGIN PRIVATE KEY-----/, 'not a PKCS #8 key in PEM'),
  private_key_id: z.string().optional(),
  project_id: z.string().min(1),
  token_uri: z.url({ protocol: /^https$/ }).default('https://oauth2.googleapis.com/token'),
})
type ServiceAccount = z.infer<typeof serviceAccount>

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** How long the assertion that a token is bought with is good for, in seconds; Google's upper bound. */
const ASSERTION_SECONDS = 3_600
/** A token is not used for its last minute: a request may be under way for a while. */
const MARGIN_MS = 60_000
/** How long an exchange may take. */
const EXCHANGE_MS = 10_000
const MAX_ANSWER_CHARS = 64 * 1024
const MAX_MESSAGE_CHARS = 300

type Token = { value: string; expiresAt: number }
type Exchange = { token: Promise<Token>; startedAt: number }

/**
 * Calls Google as a service account: an access token, bought with an assertion that the account's key has signed
 * (RFC 7523), is kept for this isolate until a minute before it ends. Calls that need one at the same time share one
 * exchange.
 */
export function serviceAccountSigner(account: ServiceAccount): Signer {
  let token: Token | null = null
  let exchange: Exchange | null = null

  function newToken(io: SignerIo): Promise<Token> {
    const now = io.now()
    // The runtime may have ended the request that began an exchange, and the exchange with it.
    if (exchange && now - exchange.startedAt < EXCHANGE_MS) return exchange.token
    const begun: Exchange = { token: exchangeToken(account, io), startedAt: now }
    exchange = begun
    begun.token
      .then((bought) => (token = bought))
      .catch(() => undefined)
      .finally(() => (exchange = exchange === begun ? null : exchange))
    return begun.token
  }

  return {
    secrets: () => [account.private_key, ...(token ? [token.value] : [])],
    async sign(_request, io) {
      const fresh = token && io.now() < token.expiresAt - MARGIN_MS ? token : null
      const { value } = fresh ?? (await beforeAbort(newToken(io), io.signal))
      return { authorization: `Bearer ${value}` }
    },
  }
}

/** The result of work that others wait for too: an abort ends the wait, not the work. */
function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const bound = AbortSignal.any([signal, AbortSignal.timeout(EXCHANGE_MS)])
  bound.addEventListener('abort', () => aborted.reject(bound.reason), { once: true })
  if (bound.aborted) aborted.reject(bound.reason)
  return Promise.race([work, aborted.promise])
}

const tokenAnswer = jsonText(z.object({ access_token: z.string().min(1), expires_in: z.number().positive() }))
const tokenRefusal = jsonText(
  z.object({ error_description: z.string().optional(), error: z.string().optional() }),
)

/** @throws AppError `provider_auth` when Google refuses, or the key is none */
async function exchangeToken(account: ServiceAccount, { fetch, now }: SignerIo): Promise<Token> {
  const askedAt = now()
  const assertion = await assertionOf(account, Math.floor(askedAt / 1_000))
  const response = await fetch(account.token_uri, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: GRANT_TYPE, assertion }).toString(),
    signal: AbortSignal.timeout(EXCHANGE_MS),
    redirect: 'manual',
  })
  const { text } = await boundedText(response.body, MAX_ANSWER_CHARS)
  const answer = tokenAnswer.safeParse(text)
  if (response.ok && answer.success) {
    return { value: answer.data.access_token, expiresAt: askedAt + answer.data.expires_in * 1_000 }
  }
  const said = tokenRefusal.safeParse(text).data
  const why = said?.error_description ?? said?.error ?? `HTTP ${response.status}`
  const shown = why.replaceAll(assertion, '[redacted]').slice(0, MAX_MESSAGE_CHARS)
  throw new AppError('provider_auth', `Google gave no access token: ${shown}`)
}

/** The signed claim to be the service account, as a JSON Web Token (RFC 7519). Times in Unix seconds. */
async function assertionOf(account: ServiceAccount, issuedAt: number): Promise<string> {
  const header = { alg: 'RS256', typ: 'JWT', kid: account.private_key_id }
  const claims = {
    iss: account.client_email,
    scope: SCOPE,
    aud: account.token_uri,
    iat: issuedAt,
    exp: issuedAt + ASSERTION_SECONDS,
  }
  const unsigned = [header, claims].map((part) => base64url(utf8(JSON.stringify(part)))).join('.')
  const key = await signingKey(account.private_key)
  const signature = await crypto.subtle.sign(key.algorithm.name, key, utf8(unsigned))
  return `${unsigned}.${base64url(new Uint8Array(signature))}`
}

async function signingKey(pem: string): Promise<CryptoKey> {
  try {
    const bytes = bytesOf(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''))
    return await crypto.subtle.importKey(
      'pkcs8',
      bytes,
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      false,
      ['sign'],
    )
  } catch (cause) {
    throw new AppError('provider_auth', "The service account's private key cannot be read", { cause })
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function base64url(bytes: Uint8Array): string {
  return base64Of(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
