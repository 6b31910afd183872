import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { log } from '../../../src/core/log.ts'
import { neverShow, redact, redactValue } from '../../../src/core/redact.ts'

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLW9mLWEtdG9rZW4'
/** What must not be seen, by whose it is. */
const SECRETS: Readonly<Record<string, string>> = {
  OpenAI: 'sk-proj-Ab12Cd34Ef56',
  'OpenAI, masked': 'sk-abc**********wxyz',
  Anthropic: 'sk-ant-api03-Ab12_Cd34',
  OpenRouter: 'sk-or-v1-0123456789abcdef',
  Google: 'AIzaSyA0123456789abcdefghijk',
  Groq: 'gsk_0123456789abcdef',
  xAI: 'xai-0123456789abcdef',
  AWS: 'AKIAIOSFODNN7EXAMPLE',
  Slack: 'xoxb-0123456789-abcdef',
  GitHub: 'ghp_0123456789abcdefghij',
  'a webhook': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'a token': JWT,
  'a private key': '-----BEGIN PRIVATE KEY-----\nMIIabc123\n-----END PRIVATE KEY-----',
  'a bearer': 'Bearer 0a1b2c3d4e5f',
  'a header': 'x-api-key: 0a1b2c3d4e5f',
  'a URL': 'https://user:hunter2@example.com/',
}

describe('redact', () => {
  it.each(Object.entries(SECRETS))('leaves out a secret of %s', (_, secret) => {
    const [said = ''] = secret.match(/[^\s:@]*\d[^\s@]*/) ?? []
    const shown = redact(`Incorrect API key provided: ${secret}, "try" another`)
    expect(shown).toContain('[redacted]')
    expect(shown).not.toContain(said || secret)
    expect(shown).toMatch(/^Incorrect API key provided: .*"try" another$/s)
  })

  it.each([
    "Invalid 'api_key': expected a key, without spaces",
    'The API key is not valid: see https://example.com/keys?page=2',
    'Bearer authentication is wanted',
    'use scikit-learn 1.5, or sk-learn',
    'req_01m851m2v5d1a1n00f6ews1mmt of key_01m851m2v5d1a1n00f6ews1mmt by ten_1',
    'openai/gpt-4.1-mini was asked at 12:30:59',
    'Rate limit of 3000 tokens: try again in 20s',
  ])('leaves %j as it is', (text) => expect(redact(text)).toBe(text))

  it('leaves out what it was told of, whatever it looks like', () => {
    neverShow('correct horse battery staple')
    expect(redact('It is "correct horse battery staple"!')).toBe('It is "[redacted]"!')
    neverShow('short')
    expect(redact('short')).toBe('short')
  })

  it('takes time in proportion to the text, whatever it says', () => {
    const hostile = ['sk-', 'eyJa.', 'Bearer ', 'x-api-key:', '-----BEGIN PRIVATE KEY-----', 'a://b:', 'key_']
    const began = performance.now()
    for (const piece of hostile) redact(piece.repeat(100_000))
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})

describe('redactValue', () => {
  it('leaves out fields by their name, and texts at any depth', () => {
    const cause = new Error(`refused ${SECRETS['OpenAI']}`)
    const value = {
      api_key: 'plain',
      list: [{ text: SECRETS['Groq'], n: 1, key_hint: '…abcd' }],
      cause,
      none: null,
    }
    const shown = redactValue(value)
    expect(shown).toMatchObject({
      api_key: '[redacted]',
      list: [{ text: '[redacted]', n: 1, key_hint: '…abcd' }],
      cause: { error: expect.stringContaining('refused [redacted]') },
      none: null,
    })
  })

  it('ends, however a value is made', () => {
    const loop: { self?: object } = {}
    loop.self = loop
    expect(JSON.stringify(redactValue(loop)).length).toBeLessThan(200)
    fc.assert(
      fc.property(fc.anything(), (value) => {
        redactValue(value)
      }),
    )
  })
})

describe('log', () => {
  afterEach(() => vi.restoreAllMocks())

  it('writes lines without secrets', () => {
    const written = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    log('warn', { message: 'It failed', cause: `Error: ${SECRETS['GitHub']}` })
    expect(written.mock.calls).toEqual([[{ message: 'It failed', cause: 'Error: [redacted]' }]])
  })

  it('is the only way into the log', () => {
    const root = resolve(import.meta.dirname, '../../../src')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('dev/'),
    )
    const writers = files.filter((file) =>
      /\bconsole\s*(?:\[|\.\w+\()/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(files.length).toBeGreaterThan(100)
    expect(writers).toEqual(['core/log.ts'])
  })
})
