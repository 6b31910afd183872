import { base64Of, bytesOf } from '../core/base64.ts'

/** Begins every signing secret; what follows is its bytes in base64. */
const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** What goes out: JSON text, under an id that stays the same however often it is sent. */
export type Message = { id: string; body: string }

/** A new signing secret. */
export function newSigningSecret(): string {
  return `${PREFIX}${base64Of(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`
}

/**
 * Headers that prove who sent a message and when: Standard Webhooks 1.0, HMAC-SHA256 over `id.timestamp.body`.
 *
 * @param secret of `newSigningSecret`, or another `whsec_` secret
 * @param now Unix ms
 */
export async function signatureHeaders(
  secret: string,
  { id, body }: Message,
  now: number,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000))
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = bytesOf(secret.slice(PREFIX.length))
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  const signature = base64Of(new Uint8Array(await crypto.subtle.sign('HMAC', key, signed)))
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
