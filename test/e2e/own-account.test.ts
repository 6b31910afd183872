import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { DEV_KEY } from '../../src/dev/seed.ts'

const HOST = 'mistral'
const MODEL = 'mistral/mistral-medium-3.5'
const OWN_KEY = 'own-account-0123456789'
const provider = `${inject('switchyardUrl')}/v1/providers/${HOST}`
const headers = { authorization: `Bearer ${DEV_KEY}`, 'content-type': 'application/json' }

let server: Server
let url = ''
const keys: (string | undefined)[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    keys.push(request.headers.authorization)
    const message = { role: 'assistant', content: 'From next door' }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'm', choices, usage }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}/v1` : ''
})

afterAll(async () => {
  await fetch(provider, { method: 'DELETE', headers })
  await new Promise((resolve) => server.close(resolve))
})

async function chat(): Promise<{ text: string; simulated: string | null }> {
  const response = await fetch(`${inject('switchyardUrl')}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      model: MODEL,
      messages: [{ role: 'user', content: 'Hello' }],
      provider: { only: [HOST] },
    }),
  })
  return { text: await response.text(), simulated: response.headers.get('x-switchyard-simulated') }
}

it('takes an account on this machine, which is not simulated, and lets it go', async () => {
  expect((await chat()).simulated).toBe('true')
  const body = JSON.stringify({ api_key: OWN_KEY, base_url: url })
  expect((await fetch(provider, { method: 'PUT', headers, body })).status).toBe(201)
  expect(await chat()).toEqual({ text: expect.stringContaining('From next door'), simulated: null })
  expect(keys).toEqual([`Bearer ${OWN_KEY}`])
  const inside = JSON.stringify({ api_key: OWN_KEY, base_url: 'http://10.0.0.1/v1' })
  expect((await fetch(provider, { method: 'PUT', headers, body: inside })).status).toBe(400)
  expect((await fetch(provider, { method: 'DELETE', headers })).status).toBe(204)
  expect((await chat()).simulated).toBe('true')
})
