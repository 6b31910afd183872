import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { azureAccess, azureVariables } from '../../../src/providers/azure.ts'
import { callCloud, failureOf, hello, type Sent } from './cloud-host.ts'

const KEY = { AZURE_OPENAI_API_KEY: 'azure-key-4f9a1c7e' }
const HERE = { ...KEY, AZURE_OPENAI_RESOURCE: 'my-resource' }

const schema = z.object(azureVariables)
const accessOf = (variables: object) => azureAccess(schema.parse(variables))

async function sentWith(variables: object): Promise<Sent> {
  const sent: Sent[] = []
  const remember = (request: Sent) => (sent.push(request), hello('openai'))
  await callCloud('azure', accessOf(variables), remember, { model: 'gpt-4.1' })
  return sent[0] ?? expect.unreachable()
}

describe('azureAccess', () => {
  it('asks the v1 API of the resource, the deployment as the model', async () => {
    const { url, headers, body } = await sentWith(HERE)
    expect(url).toBe('https://my-resource.openai.azure.com/openai/v1/chat/completions')
    expect(headers.get('api-key')).toBe(KEY.AZURE_OPENAI_API_KEY)
    expect(headers.has('authorization')).toBe(false)
    expect(body).toMatchObject({ model: 'gpt-4.1' })
  })

  it('asks at another address where one is given', async () => {
    const { url } = await sentWith({ ...HERE, AZURE_OPENAI_BASE_URL: 'https://gateway.example/azure/v1/' })
    expect(url).toBe('https://gateway.example/azure/v1/chat/completions')
  })

  it('is not there without a key or without an address', () => {
    expect(accessOf(KEY)).toBeNull()
    expect(accessOf({ AZURE_OPENAI_RESOURCE: 'my-resource' })).toBeNull()
  })

  it('lets no key into what it tells', async () => {
    const message = `Access denied for ${KEY.AZURE_OPENAI_API_KEY}`
    const denied = () => Response.json({ error: { code: '401', message } }, { status: 401 })
    expect(failureOf(await callCloud('azure', accessOf(HERE), denied))).toMatchObject({
      code: 'provider_auth',
      message: 'Access denied for [redacted]',
    })
  })

  it('wants a resource that is a name, since it becomes part of an address', () => {
    const { error } = schema.safeParse({ ...KEY, AZURE_OPENAI_RESOURCE: 'evil.example/' })
    expect(error && z.prettifyError(error)).toContain('AZURE_OPENAI_RESOURCE')
    expect(error && z.prettifyError(error)).not.toContain('evil')
  })
})
