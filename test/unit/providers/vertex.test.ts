import { generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { vertexAccess, vertexVariables } from '../../../src/providers/vertex.ts'
import { callCloud, failureOf, hello, type Sent } from './cloud-host.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ACCOUNT = {
  type: 'service_account',
  project_id: 'acme-1',
  private_key_id: 'key-1',
  private_key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  client_email: 'switchyard@acme-1.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.example/token',
}
const NOW = Date.UTC(2026, 10, 23)
const MINUTE = 60_000

const schema = z.object(vertexVariables)
const accessOf = (variables: object = {}, account: object = ACCOUNT) =>
  vertexAccess(schema.parse({ GOOGLE_SERVICE_ACCOUNT: JSON.stringify(account), ...variables }))

/** Google: gives out tokens `token-0001`, `token-0002` … for an hour, and answers as Claude. */
function google() {
  const sent: Sent[] = []
  const tokensGiven = () => sent.filter(({ url }) => url === ACCOUNT.token_uri)
  const asked = () => sent.filter(({ url }) => url !== ACCOUNT.token_uri)
  const answer = async (request: Sent) => {
    sent.push(request)
    await Promise.resolve()
    if (request.url !== ACCOUNT.token_uri) return hello()
    return Response.json({ access_token: `token-000${tokensGiven().length}`, expires_in: 3_600 })
  }
  return { answer, tokensGiven, asked }
}

const refuse = () => Response.json({ error: 'invalid_grant' }, { status: 400 })

const quoting = async (request: Sent) => {
  if (request.url === ACCOUNT.token_uri) return Response.json({ access_token: 'token-0001', expires_in: 9 })
  return Response.json([{ error: { code: 401, message: `Bad: ${request.headers.get('authorization')}` } }], {
    status: 401,
  })
}

const echo = ({ text }: Sent) =>
  Response.json({ error_description: new URLSearchParams(text).get('assertion') }, { status: 400 })

describe('vertexAccess', () => {
  it.each([
    [undefined, 'https://aiplatform.googleapis.com/v1/projects/acme-1/locations/global'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com/v1/projects/acme-1/locations/eu'],
    ['us-east5', 'https://us-east5-aiplatform.googleapis.com/v1/projects/acme-1/locations/us-east5'],
  ])('asks in the location %s', async (region, place) => {
    const { answer, asked } = google()
    const variables = region === undefined ? {} : { GOOGLE_VERTEX_REGION: region }
    await callCloud('vertex', accessOf(variables), answer, { model: 'claude-opus-4-5@20251101' })
    expect(asked()[0]?.url).toBe(`${place}/publishers/anthropic/models/claude-opus-4-5@20251101:rawPredict`)
  })

  it('says the version in the body and the model nowhere but in the path', async () => {
    const { answer, asked } = google()
    await callCloud('vertex', accessOf(), answer, { stream: true })
    const [{ url, body, headers } = expect.unreachable()] = asked()
    expect(url).toMatch(/\/models\/claude-opus-5:streamRawPredict$/)
    expect(body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', stream: true })
    expect(body).not.toHaveProperty('model')
    expect(headers.has('anthropic-version')).toBe(false)
    expect(headers.get('authorization')).toBe('Bearer token-0001')
  })

  it('works in another project where one is named', async () => {
    const { answer, asked } = google()
    await callCloud('vertex', accessOf({ GOOGLE_VERTEX_PROJECT: 'other-2' }), answer)
    expect(asked()[0]?.url).toContain('/projects/other-2/')
  })

  it('is not there without a service account', () => {
    expect(vertexAccess(schema.parse({ GOOGLE_VERTEX_REGION: 'global' }))).toBeNull()
  })
})

describe('the access token', () => {
  it('is bought with a claim that the account has signed', async () => {
    const { answer, tokensGiven } = google()
    await callCloud('vertex', accessOf(), answer, { now: NOW })
    const form = new URLSearchParams(tokensGiven()[0]?.text)
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const parts = [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    expect(parts).toEqual([
      { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
      {
        iss: ACCOUNT.client_email,
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        aud: ACCOUNT.token_uri,
        iat: NOW / 1_000,
        exp: NOW / 1_000 + 3_600,
      },
    ])
    const signed = Buffer.from(`${header}.${claims}`)
    expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  it('is used until a minute before its end', async () => {
    const { answer, asked } = google()
    const access = accessOf()
    for (const after of [0, 58.9, 59.1]) {
      await callCloud('vertex', access, answer, { now: NOW + after * MINUTE })
    }
    expect(asked().map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-0001',
      'Bearer token-0001',
      'Bearer token-0002',
    ])
  })

  it('is bought once for calls at the same time', async () => {
    const { answer, asked, tokensGiven } = google()
    const access = accessOf()
    await Promise.all([1, 2, 3].map(() => callCloud('vertex', access, answer)))
    expect(tokensGiven()).toHaveLength(1)
    expect(asked()).toHaveLength(3)
  })

  it('is bought again after an exchange that failed, or that never ended', async () => {
    const { answer } = google()
    const access = accessOf()
    const first = await callCloud('vertex', access, refuse)
    expect(failureOf(first)).toMatchObject({ code: 'provider_auth' })
    const silent = callCloud('vertex', access, () => new Promise<Response>(() => {}))
    const later = await callCloud('vertex', access, answer, { now: NOW + MINUTE })
    expect(later.at(-1)).toMatchObject({ type: 'answer-end' })
    expect(failureOf(await silent)).toMatchObject({ code: 'timeout' })
  })

  it.each([
    [
      'a refusal',
      () => Response.json({ error: 'x', error_description: 'Invalid signature' }, { status: 400 }),
    ],
    ['a server that is ill', () => new Response('oops', { status: 503 })],
    ['an answer without a token', () => Response.json({ id_token: 'no use' })],
  ])('is not had from %s, which is a matter of credentials', async (_case, answer) => {
    const failure = failureOf(await callCloud('vertex', accessOf(), answer))
    expect(failure.code).toBe('provider_auth')
    expect(failure.message).toMatch(/^Google gave no access token: (?:Invalid signature|HTTP \d+)$/)
  })

  it('is not had with a key that is none', async () => {
    const broken = '-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----'
    const { answer, tokensGiven } = google()
    const access = accessOf({}, { ...ACCOUNT, private_key: broken })
    expect(failureOf(await callCloud('vertex', access, answer))).toMatchObject({ code: 'provider_auth' })
    expect(tokensGiven()).toEqual([])
  })

  it('never shows in what is told, nor does what it was bought with', async () => {
    expect(failureOf(await callCloud('vertex', accessOf(), quoting))).toMatchObject({
      code: 'provider_auth',
      message: 'Bad: Bearer [redacted]',
    })
    expect(failureOf(await callCloud('vertex', accessOf(), echo)).message).toMatch(/: \[redacted\]$/)
  })
})

describe('vertexVariables', () => {
  it.each([
    ['GOOGLE_SERVICE_ACCOUNT', 'hunter2-is-not-json'],
    ['GOOGLE_SERVICE_ACCOUNT', JSON.stringify({ ...ACCOUNT, private_key: 'hunter2' })],
    ['GOOGLE_SERVICE_ACCOUNT', JSON.stringify({ ...ACCOUNT, token_uri: 'http://hunter2/' })],
    ['GOOGLE_VERTEX_PROJECT', 'hunter2/../'],
    ['GOOGLE_VERTEX_REGION', 'hunter2.example/'],
  ])('names a bad %s, not its value', (name, value) => {
    const { error } = schema.safeParse({ [name]: value })
    expect(error && z.prettifyError(error)).toContain(name)
    expect(error && z.prettifyError(error)).not.toContain('hunter2')
  })
})
