import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { AppEnv } from '../../../src/http/context.ts'
import { door, openApiPath } from '../../../src/http/door.ts'
import { handleError } from '../../../src/http/errors.ts'

describe('door', () => {
  const careless = new Hono<AppEnv>()
    .use(door)
    .get('/healthz', (c) => c.text('open'))
    .get('/v1/secrets', (c) => c.text('a secret'))
    .all('/v1/anything', (c) => c.text('a secret'))
    .all('/healthz/*', (c) => c.text('a secret'))
    .get('/v1/logs', (c) => c.text('a secret'))
  careless.onError(handleError)
  const statusOf = async (path: string, method = 'GET') =>
    (await careless.request(`http://switchyard${path}`, { method })).status

  it('opens what the table calls public', async () => {
    expect([await statusOf('/healthz'), await statusOf('/healthz', 'HEAD')]).toEqual([200, 200])
  })

  it.each([
    ['GET', '/v1/secrets', 404],
    ['GET', '/v1/anything', 404],
    ['POST', '/healthz', 404],
    ['GET', '/healthz/more', 404],
    ['GET', '/v1/logs', 401],
    ['HEAD', '/v1/logs', 401],
    ['GET', '/v1/logs/', 404],
    ['GET', '/v1/%6cogs', 401],
    ['GET', '//v1/logs', 404],
  ])('answers %s %s with %i, whatever handler there is', async (method, path, status) => {
    expect(await statusOf(path, method)).toBe(status)
  })
})

describe('openApiPath', () => {
  it.each([
    ['/v1/models/:id{.+}', '/v1/models/{id}'],
    ['/v1/responses/:id/input_items', '/v1/responses/{id}/input_items'],
    ['/admin/tenants/:tenant/keys/:id', '/admin/tenants/{tenant}/keys/{id}'],
    ['/healthz', '/healthz'],
  ])('writes %s as %s', (routed, written) => expect(openApiPath(routed)).toBe(written))
})
