import { exports } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { ask, bearer, type Key, mintKey, post } from './world.ts'

const READMES = import.meta.glob('../../README*.md', { query: '?raw', import: 'default', eager: true })

/** The configurations that a README shows, as they are sent. */
const EXAMPLES = Object.entries(READMES).flatMap(([file, text]) =>
  Array.from(text.matchAll(/```(json|yaml)\n(.*?)```/gs), ([, kind = '', document = ''], index) => ({
    name: `${index + 1} of ${file.replace('../../', '')}`,
    type: `application/${kind}`,
    document,
  })),
)

async function put(key: Key, type: string, document: string): Promise<Response> {
  return exports.default.fetch('http://switchyard/v1/config', {
    method: 'PUT',
    headers: { ...bearer(key), 'content-type': type },
    body: document,
  })
}

it('finds the same number of examples in each language', () => {
  expect(Object.keys(READMES)).toHaveLength(2)
  expect(EXAMPLES.length).toBeGreaterThan(10)
  expect(EXAMPLES.length % 2).toBe(0)
})

it.each(EXAMPLES)('example $name can be applied, and requests go by it', async ({ type, document }) => {
  const key = await mintKey()
  expect((await put(key, type, document)).status).toBe(201)
  const routed = await post(key, '/v1/route', ask('openai/gpt-4.1-mini'))
  const body = await routed.json()
  // Hosts whose region nobody knows are not in the EU.
  if (document.includes('"regions"')) expect(body).toMatchObject({ error: { code: 'no_eligible_model' } })
  else expect(body).toMatchObject({ policy: { version: 1 } })
})
