/** Which addresses a tenant may have us call: none that leads into a network of ours, of our host's, or of nobody's. */

/** In characters. */
const MAX_URL_CHARS = 2_048

/** Names that mean a machine or network nearby (RFC 6761, 6762, 8375, and what is customary); `.` stands before each. */
const NEARBY_NAMES = [
  '.localhost',
  '.local',
  '.internal',
  '.intranet',
  '.private',
  '.corp',
  '.home',
  '.lan',
  '.home.arpa',
  '.localdomain',
  '.onion',
]

/** IPv4 that is not everybody's (IANA's special-purpose registry), and clouds' metadata servers beside it. */
const SPECIAL_V4: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Within 2000::/3, which alone is handed out: protocol assignments with Teredo, documentation, 6to4. */
const SPECIAL_V6: readonly (readonly [groups: readonly number[], bits: number])[] = [
  [[0x2001, 0x0000], 23],
  [[0x2001, 0x0db8], 32],
  [[0x2002, 0x0000], 16],
  [[0x3fff, 0x0000], 20],
]

/** Ports that systems keep for themselves, all but that of https, are no web servers of anybody's. */
const HTTPS_PORT = 443
const FIRST_FREE_PORT = 1_024

/**
 * What is wrong with an address that a tenant wants called; null for nothing. It must be https, at a public address or
 * a name with a dot in it, at port 443 or above 1023, without credentials. Names are not looked up, which a Worker
 * cannot do: that they lead nowhere private is up to the platform, whose Workers reach public addresses only.
 *
 * @param allowLoopback whether this machine may be called as well, also by http and at any port: under `npm start` only
 */
export function outsideUrlFault(text: string, { allowLoopback }: { allowLoopback: boolean }): string | null {
  if (text.length > MAX_URL_CHARS) return `at most ${MAX_URL_CHARS} characters`
  // The parser would drop some of them, and people would see another address than is called.
  if (/[\s\p{Cc}]/u.test(text)) return 'no white space in a URL'
  const url = URL.parse(text)
  if (!url) return 'expected a URL'
  if (url.username !== '' || url.password !== '') return 'no credentials in a URL'
  if (allowLoopback && /^https?:$/.test(url.protocol) && isLoopback(url.hostname)) return null
  if (url.protocol !== 'https:') return 'expected an https URL'
  const port = url.port === '' ? HTTPS_PORT : Number(url.port)
  if (port !== HTTPS_PORT && port < FIRST_FREE_PORT) return `expected port ${HTTPS_PORT}, or one above 1023`
  return isPublic(url.hostname) ? null : 'expected a public address'
}

/** @param host as a parsed URL has it: lower case, IPv4 in its usual form, IPv6 in brackets */
function isLoopback(host: string): boolean {
  const address = v4Of(host)
  if (address !== null) return isWithin(address, '127.0.0.0', 8)
  return host === '[::1]' || host === 'localhost' || host.endsWith('.localhost')
}

function isPublic(host: string): boolean {
  if (host.startsWith('[')) return isPublicV6(groupsOf(host.slice(1, -1)))
  const address = v4Of(host)
  if (address !== null) return !SPECIAL_V4.some(([special, bits]) => isWithin(address, special, bits))
  return host.includes('.') && !host.endsWith('.') && !NEARBY_NAMES.some((name) => host.endsWith(name))
}

/** The parser has brought all spellings (hex, octal, short) into this one. */
const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** IPv4 as a number; null for something else. */
function v4Of(host: string): number | null {
  const parts = V4.exec(host)?.slice(1)
  return parts ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : null
}

function isWithin(address: number, special: string, bits: number): boolean {
  const size = 2 ** (32 - bits)
  return Math.floor(address / size) === Math.floor((v4Of(special) ?? 0) / size)
}

/** The eight groups of an IPv6 address as a parsed URL has it: hexadecimal, with at most one `::`. */
function groupsOf(address: string): number[] {
  const [head = [], tail] = address.split('::').map((part) => sixteens(part))
  if (!tail) return head
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

function sixteens(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
}

function isPublicV6([first = 0, second = 0]: readonly number[]): boolean {
  if (first >> 13 !== 1) return false
  const start = first * 0x1_0000 + second
  return !SPECIAL_V6.some(([[high = 0, low = 0], bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(start / size) === Math.floor((high * 0x1_0000 + low) / size)
  })
}
