import { passesMod97 } from './check-digits.ts'
import type { Span } from './digit-runs.ts'
import { spansOf } from './span.ts'

/** The lengths of IBANs (SWIFT's registry, release 99). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
  ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28
  LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25
  QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** Bank accounts: as long as their country has them, the check digits right; in groups or not. */
export function findIbans(text: string): Span[] {
  const spans: Span[] = []
  for (const { 0: country, index } of text.matchAll(/(?<![A-Za-z\d])[A-Za-z]{2}(?=\d{2})/g)) {
    const length = IBAN_LENGTHS[country.toUpperCase()]
    const span = length === undefined ? null : takeSigns(text, index, length)
    if (span && passesMod97(text.slice(span.start, span.end).replaceAll(/[ -]/g, ''))) spans.push(span)
  }
  return spans
}

/** So many letters and digits from here, with single spaces or hyphens between; null where there are fewer, or more. */
function takeSigns(text: string, start: number, count: number): Span | null {
  let at = start
  for (let taken = 0; taken < count; taken++) {
    if (/[ -]/.test(text[at] ?? '')) at++
    if (!/[A-Za-z\d]/.test(text[at] ?? '')) return null
    at++
  }
  return /[A-Za-z\d]/.test(text[at] ?? '') ? null : { start, end: at }
}

const WALLET =
  /(?<![A-Za-z\d])(?:0x[\da-fA-F]{40}|(?:bc1|BC1)[\da-zA-Z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})(?![A-Za-z\d])/g

/**
 * Wallets of Ethereum (40 hexadecimal digits) and Bitcoin. Base58 addresses are told by their length and version: their
 * check digits would take SHA-256.
 */
export function findCryptoWallets(text: string): Span[] {
  return spansOf(text, WALLET, (found) => {
    if (found.startsWith('0x')) return true
    return /^bc1/i.test(found) ? passesBech32(found) : isBase58Address(found)
  })
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** 25 bytes that begin with 0 (`1…`) or 5 (`3…`). */
function isBase58Address(address: string): boolean {
  let value = 0n
  for (const sign of address) value = value * 58n + BigInt(BASE58.indexOf(sign))
  if (address.startsWith('3')) return value >> 192n === 5n
  const zeros = /^1*/.exec(address)?.[0].length ?? 0
  return (
    Math.ceil(value.toString(16).length / 2) + zeros === 25 && /[a-z]/.test(address) && /[A-Z]/.test(address)
  )
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
/** What is left over of a right address: BIP 173, and BIP 350 for newer ones. */
const BECH32_RESTS: ReadonlySet<number> = new Set([1, 0x2bc830a3])

function passesBech32(address: string): boolean {
  if (address !== address.toLowerCase() && address !== address.toUpperCase()) return false
  const signs = Array.from(address.toLowerCase().slice(3), (sign) => BECH32.indexOf(sign))
  if (signs.includes(-1)) return false
  let rest = 1
  // The prefix `bc`, as the formula spreads it: the high bits, a zero, the low bits.
  for (const sign of [3, 3, 0, 2, 3, ...signs]) {
    const top = rest >>> 25
    rest = ((rest & 0x1ffffff) << 5) ^ sign
    GENERATOR.forEach((word, i) => {
      if ((top >>> i) & 1) rest ^= word
    })
  }
  return BECH32_RESTS.has(rest)
}
