import { env, exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ask, bearer, errorOf, get, jsonRequest, type Key, mintKey, post } from './world.ts'

const HAIKU = 'anthropic/claude-haiku-4.5'

const put = (key: Key, document: unknown, ifMatch?: string, query = '') =>
  exports.default.fetch(`http://switchyard/v1/config${query}`, {
    ...jsonRequest(key, document, ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    method: 'PUT',
  })

const putYaml = (key: Key, yaml: string) =>
  exports.default.fetch('http://switchyard/v1/config', {
    method: 'PUT',
    headers: { ...bearer(key), 'content-type': 'application/yaml' },
    body: yaml,
  })

const rollback = (key: Key, version: number, headers: Record<string, string> = {}) =>
  post(key, '/v1/config/rollback', { version }, headers)

const etagOf = (response: Response) => response.headers.get('etag')

async function fallbackOf(key: Key): Promise<unknown> {
  const body: object = await (await post(key, '/v1/route', ask('gpt-4.1-mini'))).json()
  return 'fallback' in body ? body.fallback : null
}

describe('a configuration in YAML', () => {
  it('is the same as in JSON', async () => {
    const key = await mintKey()
    expect((await putYaml(key, `# ours\ndefault_fallbacks:\n  - ${HAIKU}\n`)).status).toBe(201)
    expect(await (await get(key, '/v1/config')).json()).toEqual({ default_fallbacks: [HAIKU] })
    expect(await fallbackOf(key)).toEqual([HAIKU])
    const yaml = await get(key, '/v1/config', { accept: 'application/yaml' })
    expect(yaml.headers.get('content-type')).toBe('application/yaml')
    expect(await yaml.text()).toBe(`default_fallbacks:\n  - ${HAIKU}\n`)
    expect(etagOf(yaml)).toBe('"1"')
  })

  it('is refused by field, or by line', async () => {
    const key = await mintKey()
    const wrong = await errorOf(await putYaml(key, 'pools:\n  openai/gpt-4.1-mini:\n    strategy: wild\n'))
    expect(wrong).toMatchObject({ status: 400, param: 'pools["openai/gpt-4.1-mini"].strategy' })
    const broken = await errorOf(await putYaml(key, 'num_retries: 1\nnum_retries: 2\n'))
    expect(broken).toMatchObject({
      status: 400,
      code: 'invalid_yaml',
      message: expect.stringContaining('line 2'),
    })
  })
})

describe('GET /v1/config/versions/{version}', () => {
  it('gives each version as it was, to its own tenant', async () => {
    const key = await mintKey()
    await put(key, { num_retries: 1 })
    await put(key, { num_retries: 2 }, '"1"')
    const first = await get(key, '/v1/config/versions/1')
    expect(etagOf(first)).toBe('"1"')
    expect(await first.json()).toEqual({ num_retries: 1 })
    for (const version of ['3', '0', 'x']) {
      const missing = await errorOf(await get(key, `/v1/config/versions/${version}`))
      expect(missing).toMatchObject({ status: 404, param: 'version' })
    }
    expect((await get(await mintKey(), '/v1/config/versions/1')).status).toBe(404)
  })
})

describe('GET /v1/config/diff', () => {
  it('compares the last two versions, or those that are named', async () => {
    const key = await mintKey()
    expect(await (await get(key, '/v1/config/diff')).json()).toMatchObject({ from: 0, to: 0, changes: [] })
    await put(key, { num_retries: 1 })
    await put(key, { num_retries: 2, cache: { ttl: 60 } }, '"1"')
    expect(await (await get(key, '/v1/config/diff')).json()).toEqual({
      object: 'config.diff',
      from: 1,
      to: 2,
      changes: [
        { op: 'replace', path: '/num_retries', from: 1, to: 2 },
        { op: 'add', path: '/cache', to: { ttl: 60 } },
      ],
    })
    expect(await (await get(key, '/v1/config/diff?from=2&to=0')).json()).toMatchObject({
      changes: [
        { op: 'remove', path: '/num_retries', from: 2 },
        { op: 'remove', path: '/cache', from: { ttl: 60 } },
      ],
    })
    expect(await errorOf(await get(key, '/v1/config/diff?from=9'))).toMatchObject({
      status: 404,
      param: 'from',
    })
    expect((await get(key, '/v1/config/diff?to=-1')).status).toBe(400)
  })
})

describe('POST /v1/config/rollback', () => {
  it('makes a new version of an old one', async () => {
    const key = await mintKey()
    await put(key, { default_fallbacks: [HAIKU] })
    await put(key, {}, '"1"')
    expect(await errorOf(await rollback(key, 1))).toMatchObject({ status: 428 })
    expect(await errorOf(await rollback(key, 1, { 'if-match': '"1"' }))).toMatchObject({ status: 412 })
    const back = await rollback(key, 1, { 'if-match': '"2"' })
    expect(back.status).toBe(200)
    expect(etagOf(back)).toBe('"3"')
    expect(await back.json()).toMatchObject({ object: 'config.version', version: 3 })
    expect(await fallbackOf(key)).toEqual([HAIKU])
    const missing = await errorOf(await rollback(key, 9, { 'if-match': '"3"' }))
    expect(missing).toMatchObject({ status: 404, param: 'version' })
  })

  it('does not go back to what can be gone by no longer', async () => {
    const key = await mintKey()
    await put(key, {})
    await env.DB.prepare('update config_versions set document = ? where tenant_id = ?')
      .bind('{"default_fallbacks":["openai/gone"]}', key.tenantId)
      .run()
    const refused = await errorOf(await rollback(key, 1, { 'if-match': '"1"' }))
    expect(refused).toMatchObject({ status: 400, param: 'default_fallbacks[0]' })
  })
})

describe('PUT /v1/config?activate=false', () => {
  it('keeps a draft that nobody goes by', async () => {
    const key = await mintKey()
    const first = await put(key, { num_retries: 1 }, undefined, '?activate=false')
    expect(first.status).toBe(201)
    expect(await first.json()).toMatchObject({ version: 1, draft: true })
    expect((await get(key, '/v1/config')).status).toBe(404)
    expect((await put(key, {})).status).toBe(201)
    const draft = await put(key, { default_fallbacks: [HAIKU] }, '"2"', '?activate=false')
    expect(etagOf(draft)).toBe('"2"')
    expect(await draft.json()).toMatchObject({ version: 3 })
    expect(await fallbackOf(key)).toEqual([])
    expect(etagOf(await put(key, {}, '"2"'))).toBe('"4"')
    expect((await put(key, {}, '"4"', '?activate=maybe')).status).toBe(400)
  })

  it('gives each of several drafts made at once a number of its own, or refuses it', async () => {
    const key = await mintKey()
    await put(key, {})
    const made = await Promise.all([1, 2, 3].map(() => put(key, {}, '"1"', '?activate=false')))
    const won = made.filter(({ status }) => status === 201).length
    expect(made.every(({ status }) => status === 201 || status === 412)).toBe(true)
    const listed: { data: unknown[] } = await (await get(key, '/v1/config/versions')).json()
    expect(listed.data).toHaveLength(won + 1)
  })
})
