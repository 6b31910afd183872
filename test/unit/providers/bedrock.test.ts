import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { bedrockAccess, bedrockVariables } from '../../../src/providers/bedrock.ts'
import { callCloud, failureOf, hello, type Sent } from './cloud-host.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET }
const TEMPORARY = { ...KEYS, AWS_SESSION_TOKEN: 'session-token-4f9a1c7e' }
const MODEL = { model: 'global.anthropic.claude-opus-4-5-20251101-v1:0' }

const schema = z.object(bedrockVariables)
const accessOf = (variables: object) => bedrockAccess(schema.parse(variables))

async function sentWith(variables: object): Promise<Sent> {
  const sent: Sent[] = []
  const events = await callCloud(
    'bedrock',
    accessOf(variables),
    (request) => (sent.push(request), hello()),
    MODEL,
  )
  expect(events.at(-1)).toMatchObject({ type: 'answer-end' })
  return sent[0] ?? expect.unreachable()
}

const hmac = (key: string | Buffer, words: string) => createHmac('sha256', key).update(words).digest()
const sha256 = (words: string) => createHash('sha256').update(words).digest('hex')

/** The signature AWS computes, from its description of Signature Version 4. */
function signatureOf({ url, headers, text }: Sent, signed: string, scope: string): string {
  const { host, pathname } = new URL(url)
  const valueOf = (name: string) => (name === 'host' ? host : headers.get(name))
  const lines = signed.split(';').map((name) => `${name}:${valueOf(name)}\n`)
  const canonical = ['POST', pathname, '', lines.join(''), signed, sha256(text)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers.get('x-amz-date'), scope, sha256(canonical)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`)
  return hmac(key, toSign).toString('hex')
}

/** Quotes everything it was sent, and the secret key. */
const quoting = ({ headers }: Sent) =>
  Response.json(
    { message: `The canonical string has ${[...headers.values()].join()} and ${SECRET}` },
    { status: 403 },
  )

describe('bedrockAccess', () => {
  it('asks the Messages API of its region, the model in the body', async () => {
    const { url, body, headers } = await sentWith({ ...KEYS, AWS_REGION: 'eu-central-1' })
    expect(url).toBe('https://bedrock-runtime.eu-central-1.amazonaws.com/anthropic/v1/messages')
    expect(body).toMatchObject({ model: MODEL.model, messages: [{ role: 'user' }] })
    expect(headers.get('anthropic-version')).toBe('2023-06-01')
  })

  it('signs what it sends with the access keys', async () => {
    const sent = await sentWith(KEYS)
    const scope = '20261123/us-east-1/bedrock/aws4_request'
    const signature = signatureOf(sent, 'host;x-amz-date', scope)
    expect(sent.headers.get('authorization')).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    )
    expect(sent.headers.get('x-amz-date')).toBe('20261123T000000Z')
    expect(sent.headers.has('x-api-key')).toBe(false)
  })

  it('sends and signs the session token of temporary keys', async () => {
    const { headers } = await sentWith(TEMPORARY)
    expect(headers.get('x-amz-security-token')).toBe(TEMPORARY.AWS_SESSION_TOKEN)
    expect(headers.get('authorization')).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,')
  })

  it('prefers an API key', async () => {
    const { headers } = await sentWith({ ...KEYS, AWS_BEARER_TOKEN_BEDROCK: 'bedrock-api-key-1' })
    expect(headers.get('authorization')).toBe('Bearer bedrock-api-key-1')
    expect(headers.has('x-amz-date')).toBe(false)
  })

  it.each([{}, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' }, { AWS_SECRET_ACCESS_KEY: SECRET }])(
    'is not there with %j only',
    (variables) => expect(accessOf(variables)).toBeNull(),
  )

  it('lets no secret into what it tells', async () => {
    const variables = [TEMPORARY, { AWS_BEARER_TOKEN_BEDROCK: 'bedrock-api-key-1' }]
    for (const one of variables) {
      const failure = failureOf(await callCloud('bedrock', accessOf(one), quoting, MODEL))
      expect(failure).toMatchObject({ code: 'provider_auth' })
      for (const value of Object.values(one)) expect(failure.message).not.toContain(value)
    }
  })

  it('wants a region that is one, since it becomes part of an address', () => {
    for (const region of ['evil.example/', 'us-east-1.evil', 'US-EAST-1']) {
      const { error } = schema.safeParse({ ...KEYS, AWS_REGION: region })
      expect(error && z.prettifyError(error)).toContain('AWS_REGION')
      expect(error && z.prettifyError(error)).not.toContain(region)
    }
  })
})
