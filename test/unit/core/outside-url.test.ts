import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outsideUrlFault } from '../../../src/core/outside-url.ts'

const isTaken = (url: string, allowLoopback = false) => outsideUrlFault(url, { allowLoopback }) === null

/** IPv4 ranges that nobody outside can have, with their neighbours that somebody can. */
const PRIVATE_V4 = [
  '0.0.0.0',
  '0.255.255.255',
  '10.0.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
]
const PUBLIC_V4 = ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '128.0.0.1']
const MORE_PUBLIC_V4 = [
  '169.253.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.1.1',
  '198.20.0.1',
  '223.255.255.255',
]

const octets = (address: string) => address.split('.').map(Number)
const numberOf = (address: string) => octets(address).reduce((sum, part) => sum * 256 + part, 0)
const hextets = (address: string) => {
  const hex = numberOf(address).toString(16).padStart(8, '0')
  return `${hex.slice(0, 4)}:${hex.slice(4)}`
}

/** Ways to write an IPv4 address that parsers understand. */
const SPELLINGS: readonly ((address: string) => string)[] = [
  (address) => address,
  (address) => `${address}.`,
  (address) => String(numberOf(address)),
  (address) => `0x${numberOf(address).toString(16)}`,
  (address) => `0${numberOf(address).toString(8)}`,
  (address) =>
    octets(address)
      .map((part) => `0x${part.toString(16)}`)
      .join('.'),
  (address) =>
    octets(address)
      .map((part) => `0${part.toString(8)}`)
      .join('.'),
  (address) => `${octets(address)[0]}.${numberOf(address) % 2 ** 24}`,
  (address) => encodeURIComponent(address).replaceAll('.', '%2e'),
  (address) => address.replaceAll('.', '。'),
  (address) => address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
]

/** IPv6 addresses that carry an IPv4 one: mapped, compatible, translated, NAT64, 6to4, Teredo. */
const CARRIERS: readonly ((address: string) => string)[] = [
  (address) => `::ffff:${address}`,
  (address) => `::ffff:${hextets(address)}`,
  (address) => `::${address}`,
  (address) => `::ffff:0:${address}`,
  (address) => `64:ff9b::${address}`,
  (address) => `64:ff9b:1::${hextets(address)}`,
  (address) => `2002:${hextets(address)}::1`,
  (address) => `2001:0:${hextets(address)}::1`,
]

describe('outsideUrlFault', () => {
  it.each([
    'https://hooks.example.com/in?x=1#y',
    'https://api.openai.com/v1',
    'https://example.com:443/',
    'https://example.com:8443/',
    'https://xn--bcher-kva.example/',
    'https://[2606:4700:4700::1111]/',
    'https://[2a00:1450:4001:81b::200e]:8443/',
    'https://internal.example.com/',
    'https://localhost.example.com/',
  ])('takes %s', (url) => expect(isTaken(url)).toBe(true))

  it.each([...PUBLIC_V4, ...MORE_PUBLIC_V4])('takes the public address %s', (address) => {
    expect(isTaken(`https://${address}/`)).toBe(true)
  })

  it.each(PRIVATE_V4)('refuses %s, however it is written', (address) => {
    const hosts = [
      ...SPELLINGS.map((spell) => spell(address)),
      ...CARRIERS.map((carry) => `[${carry(address)}]`),
    ]
    expect(hosts.filter((host) => isTaken(`https://${host}/`))).toEqual([])
  })

  it.each([
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', "a cloud's metadata"],
    ['ff02::1', 'multicast'],
    ['100::1', 'discarded'],
    ['2001:db8::1', 'documentation'],
    ['2001:10::1', 'ORCHID'],
    ['2001:1ff:ffff::1', 'the last of the protocol assignments'],
    ['3fff:fff::1', 'documentation'],
    ['4000::1', 'not handed out'],
    ['5f00::1', 'segment routing'],
  ])('refuses [%s], which is %s', (address) => expect(isTaken(`https://[${address}]/`)).toBe(false))

  it.each([
    'localhost',
    'LOCALHOST',
    'a.localhost',
    'printer.local',
    'metadata.google.internal',
    'instance-data.ec2.internal',
    'router.lan',
    'nas.home.arpa',
    'intranet',
    'kubernetes',
    'example.com.',
    'localhost.',
    'metadata.google.internal.',
    'ⓛocalhost',
  ])('refuses the name %s', (name) => expect(isTaken(`https://${name}/`)).toBe(false))

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
    'ws://example.com/',
    '//example.com/',
    'example.com',
    '',
    'https://',
    'https://user@example.com/',
    'https://user:pass@example.com/',
    'https://example.com:22/',
    'https://example.com:0/',
    'https://example.com:80/',
    'https://exa mple.com/',
    'https://example.com/\n',
    ' https://example.com/',
    'https://127.0.0.1\\@example.com/',
    'https://[fe80::1%25eth0]/',
    `https://example.com/${'x'.repeat(2_048)}`,
  ])('refuses %s', (url) => expect(isTaken(url)).toBe(false))

  it.each(['http://localhost:8788/', 'http://127.0.0.1:80/x', 'https://[::1]:99/', 'http://x.localhost/'])(
    'takes %s only where loopback is allowed',
    (url) => {
      expect(isTaken(url, true)).toBe(true)
      expect(isTaken(url)).toBe(false)
    },
  )

  it('allows nothing but loopback where loopback is allowed', () => {
    const others = ['http://example.com/', 'http://10.0.0.1/', 'https://10.0.0.1/', 'http://[::ffff:7f00:1]/']
    expect(others.filter((url) => isTaken(url, true))).toEqual([])
    expect(isTaken('ftp://localhost/', true)).toBe(false)
  })

  it('takes no IPv4 address that is private, in any spelling', () => {
    const spelling = fc.constantFrom(...SPELLINGS)
    const address = fc.oneof(
      fc.tuple(fc.constantFrom(10, 127, 0), fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.integer({ min: 224, max: 255 }), fc.nat(255), fc.nat(255), fc.nat(255)),
    )
    fc.assert(
      fc.property(spelling, address, (spell, parts) => !isTaken(`https://${spell(parts.join('.'))}/`)),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.webUrl(), (text, url) => {
        outsideUrlFault(text, { allowLoopback: false })
        outsideUrlFault(url + text, { allowLoopback: true })
      }),
    )
  })
})
