import { describe, expect, it } from 'vitest'
import { PII_ENTITIES, type PiiEntity } from '../../../src/core/guardrails.ts'
import { findPii } from '../../../src/guard/pii/find-pii.ts'

/** What is found, as `entity: text`. */
function found(text: string, entities: readonly PiiEntity[] = PII_ENTITIES): string[] {
  return findPii(text, entities).map(({ entity, start, end }) => `${entity}: ${text.slice(start, end)}`)
}

const REAL: readonly [PiiEntity, string, string][] = [
  ['email', 'Write to jo.o-neil+spam@mail.example.co.uk.', 'jo.o-neil+spam@mail.example.co.uk'],
  ['email', '我的邮箱是zhang.san@example.com。', 'zhang.san@example.com'],
  ['phone', 'ring +44 20 7946 0958 tonight', '+44 20 7946 0958'],
  ['phone', 'It was 212-555-0198, I think', '212-555-0198'],
  ['phone', 'Büro: 030 901820 oder', '030 901820'],
  ['phone', 'Appelez le 01 42 68 53 00', '01 42 68 53 00'],
  ['phone', '請撥0912-345-678', '0912-345-678'],
  ['phone', '手机13812345678', '13812345678'],
  ['phone', 'Call me at 9123 4567', '9123 4567'],
  ['phone', '携帯は090-1234-5678です', '090-1234-5678'],
  ['phone', '手機０９１２３４５６７８', '０９１２３４５６７８'],
  ['credit_card', 'Order 4111 1111 1111 1111 12/27', '4111 1111 1111 1111'],
  ['credit_card', 'amex 3782-822463-10005', '3782-822463-10005'],
  ['iban', 'to DE89 3704 0044 0532 0130 00 please', 'DE89 3704 0044 0532 0130 00'],
  ['iban', 'gb82west12345698765432', 'gb82west12345698765432'],
  ['us_ssn', 'It is 123-45-6789.', '123-45-6789'],
  ['us_ssn', 'My social security number: 123456789', '123456789'],
  ['us_itin', 'on file 912-78-1234', '912-78-1234'],
  ['us_passport', 'Passport no. C01234567', 'C01234567'],
  ['uk_nhs', 'NHS number 943 476 5919', '943 476 5919'],
  ['cn_id_card', '身份证号11010519491231002X。', '11010519491231002X'],
  ['tw_id_card', '身分證 A123456789', 'A123456789'],
  ['tw_id_card', 'ARC A800000014', 'A800000014'],
  ['hk_id_card', 'A123456(3)', 'A123456(3)'],
  ['hk_id_card', 'HKID A1234563', 'A1234563'],
  ['ip_address', 'from 192.168.10.254:8080', '192.168.10.254'],
  ['ip_address', 'at 2001:db8::ff00:42:8329 now', '2001:db8::ff00:42:8329'],
  ['url', '(see https://a.example/b_(c).)', 'https://a.example/b_(c)'],
  ['url', 'www.example.com/a?b=c, then', 'www.example.com/a?b=c'],
  [
    'crypto_wallet',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  ],
  ['crypto_wallet', 'to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
  [
    'crypto_wallet',
    '0x52908400098527886E0F7030069857D2E4169EE7',
    '0x52908400098527886E0F7030069857D2E4169EE7',
  ],
]

describe('findPii', () => {
  it.each(REAL)('finds a %s in %s', (entity, text, expected) => {
    expect(found(text)).toEqual([`${entity}: ${expected}`])
  })

  it.each([
    ['a decorator', 'use @media and user@localhost'],
    ['a card with a wrong digit', '4111 1111 1111 1112'],
    ['an IBAN with a wrong digit', 'DE88 3704 0044 0532 0130 00'],
    ['an IBAN of another length', 'DE89 3704 0044 0532 0130'],
    ['areas and groups that were never given out', '000-12-3456, 666-12-3456 and 123-00-6789'],
    ['nine digits without a word', 'We sold 123456789 of them'],
    ['a Chinese card with a wrong digit', '110105194912310021'],
    ['a Chinese card born in month 13', '110105194913310020'],
    ['a Taiwanese card with a wrong digit', 'A123456788'],
    ['a Hong Kong card with a wrong digit', 'A123456(4)'],
    ['an NHS number with a wrong digit', 'NHS number 9434765918'],
    ['dates, years and times', '2014-12-22, 22.12.2014, 1990-2000 and 12:30:45'],
    ['quantities', 'in total 374 780 163 units, or 3.14159265358'],
    ['versions', 'version 1.2.3.4, v10.0.0.1 and 1.2.3.4.5'],
    ['octets beyond 255', '256.1.1.1'],
    ['names in code', 'std::vector a::b 0xdeadbeef a1:b2:c3:d4:e5:f6'],
    ['a wallet with a wrong sign', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5'],
    ['digits within a word', 'abc13812345678def'],
    ['an order number', 'Please call me about order number 12345678'],
  ])('takes %s for nothing', (_name, text) => {
    expect(found(text)).toEqual([])
  })

  it('finds only the kinds that are asked for', () => {
    expect(found('a@b.example or 192.168.10.254', ['ip_address'])).toEqual(['ip_address: 192.168.10.254'])
  })

  it('tells one thing once, by the kind that says most', () => {
    expect(found('https://a.example/?to=jo@b.example&ip=10.1.1.1')).toEqual([
      'url: https://a.example/?to=jo@b.example&ip=10.1.1.1',
    ])
  })
})
