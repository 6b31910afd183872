const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford base 32: sorts like the numbers it writes

/**
 * A new id such as `dec_01jd…`: 10 characters of time (Unix ms), then 16 random ones (80 bits), so that
 * ids made later sort later (same layout as ULID).
 *
 * @param prefix tells kinds of things apart in logs, e.g. `dec`
 * @param now Unix ms
 * @param random at least 16 bytes
 */
export function createId(prefix: string, now: number, random: Uint8Array): string {
  let time = ''
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32))
    time = ALPHABET.charAt(rest % 32) + time
  let tail = ''
  for (let i = 0; i < 16; i++) tail += ALPHABET.charAt((random[i] ?? 0) % 32)
  return `${prefix}_${time}${tail}`
}

/** The time (Unix ms) that an id of ours was made at, or null when it is none of ours. */
export function idTime(id: string): number | null {
  const time = /^[a-z]+_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}$/.exec(id)?.[1]
  if (time === undefined) return null
  let ms = 0
  for (const digit of time) ms = ms * 32 + ALPHABET.indexOf(digit)
  return ms
}

/**
 * A new secret: a prefix, then 40 random characters (200 bits).
 *
 * @param random at least 40 bytes
 */
export function createSecret(prefix: string, random: Uint8Array): string {
  let secret = prefix
  for (let i = 0; i < 40; i++) secret += ALPHABET.charAt((random[i] ?? 0) % 32)
  return secret
}

/** How many characters of a secret may be shown, to tell it from others: 20 bits of it are random. */
export const PREFIX_CHARS = 10
