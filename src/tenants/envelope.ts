import { base64Of, bytesOf } from '../core/base64.ts'

/** A key that wraps others; `bytes` has 32 of them. */
export type MasterKey = { id: string; bytes: Uint8Array }

/** Whose secret it is, and what for. A sealed secret opens in its own place only: a row that was moved stays shut. */
export type SecretPlace = {
  tenantId: string
  purpose: 'provider_key' | 'webhook_secret' | 'tool_secret' | 'attempt_token'
  /** Which one, where there are several. */
  name: string
}

/**
 * Secrets as they are kept. Each is encrypted (AES-256-GCM) with a key of its own, which is kept beside it, encrypted with
 * a master key: `v1.{id of the master key}.{nonce and key}.{nonce and secret}`, the last two in base64.
 */
export type Vault = {
  seal(secret: string, place: SecretPlace): Promise<string>
  /** @throws where the place is another one, the text was changed, or its master key is not among ours */
  open(sealed: string, place: SecretPlace): Promise<string>
  /** The same secret with its key under the first master key. @throws as `open` does */
  rewrap(sealed: string, place: SecretPlace): Promise<string>
  /** What all begins with that is sealed under the first master key. */
  newest: string
}

const VERSION = 'v1'
const AES = 'AES-GCM'
/** NIST SP 800-38D's recommended length. Each key of a secret is used once, so that chance never repeats a nonce. */
const NONCE_BYTES = 12
const KEY_BYTES = 32

/** @param masters the first seals, all open: a new one goes before the old ones until `rewrap` was done to all */
export function createVault(masters: readonly [MasterKey, ...MasterKey[]]): Vault {
  const [{ id: newest }] = masters
  const imported = new Map<string, CryptoKey>()

  async function master(id: string): Promise<CryptoKey> {
    const known = imported.get(id)
    if (known) return known
    const found = masters.find((one) => one.id === id)
    if (!found) throw new Error(`No master key '${id}'`)
    const key = await importKey(found.bytes)
    imported.set(id, key)
    return key
  }

  async function unwrapped(sealed: string, place: SecretPlace): Promise<Unwrapped> {
    const [version, id, wrapped, secret, ...rest] = sealed.split('.')
    if (version !== VERSION || id === undefined || !wrapped || !secret || rest.length > 0) {
      throw new Error('No sealed secret')
    }
    return { key: await decrypt(await master(id), wrapped, contextOf('key', place)), secret }
  }

  const wrap = async (key: Uint8Array, place: SecretPlace) =>
    `${VERSION}.${newest}.${await encrypt(await master(newest), key, contextOf('key', place))}`

  return {
    newest: `${VERSION}.${newest}.`,
    async seal(secret, place) {
      const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
      const text = new TextEncoder().encode(secret)
      const inner = await encrypt(await importKey(key), text, contextOf('secret', place))
      return `${await wrap(key, place)}.${inner}`
    },
    async open(sealed, place) {
      const { key, secret } = await unwrapped(sealed, place)
      const bytes = await decrypt(await importKey(key), secret, contextOf('secret', place))
      return new TextDecoder().decode(bytes)
    },
    async rewrap(sealed, place) {
      const { key, secret } = await unwrapped(sealed, place)
      return `${await wrap(key, place)}.${secret}`
    },
  }
}

/** `secret` is still encrypted. */
type Unwrapped = { key: Uint8Array; secret: string }

function contextOf(what: 'key' | 'secret', { tenantId, purpose, name }: SecretPlace): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([VERSION, what, tenantId, purpose, name]))
}

function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, AES, false, ['encrypt', 'decrypt'])
}

async function encrypt(key: CryptoKey, plain: Uint8Array, additionalData: Uint8Array): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const encrypted = await crypto.subtle.encrypt({ name: AES, iv, additionalData }, key, plain)
  const bytes = new Uint8Array(NONCE_BYTES + encrypted.byteLength)
  bytes.set(iv)
  bytes.set(new Uint8Array(encrypted), NONCE_BYTES)
  return base64Of(bytes)
}

async function decrypt(key: CryptoKey, text: string, additionalData: Uint8Array): Promise<Uint8Array> {
  const bytes = bytesOf(text)
  const iv = bytes.subarray(0, NONCE_BYTES)
  const rest = bytes.subarray(NONCE_BYTES)
  return new Uint8Array(await crypto.subtle.decrypt({ name: AES, iv, additionalData }, key, rest))
}
