import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { SCOPES } from '../../src/core/caller.ts'
import { ADMIN_KEY, callOperation, type Described, describedOperations, type Sent } from './isolation-api.ts'
import { bodyFor, type Ids, COMMON, kindNamedBy, makeAll, OWNED, SHARED } from './isolation-fixtures.ts'
import { type Key, mintKey } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const OPERATIONS = await describedOperations()
const GUARDED = OPERATIONS.filter(({ access }) => access !== 'public')
const OF_TENANTS = GUARDED.filter(({ access }) => access !== 'operator')
const titled = (operations: readonly Described[]) =>
  operations.map((operation): [string, Described] => [`${operation.method} ${operation.path}`, operation])

const statusOf = async (operation: Described, sent: Sent) => (await callOperation(operation, sent)).status

it('is told of all operations', () => {
  expect(OPERATIONS.length).toBeGreaterThan(25)
  expect(
    OF_TENANTS.map(({ access }) => access).filter((scope) => !SCOPES.some((one) => one === scope)),
  ).toEqual([])
})

/** No key of a tenant. */
const OPERATOR = { secret: ADMIN_KEY }

describe.each(titled(GUARDED))('%s', (_, operation) => {
  it('is closed to no key, and to keys that are wrong, unknown, disabled, expired or of a disabled tenant', async () => {
    const body = bodyFor(operation.id)
    const keys = [
      await mintKey({ disabledAt: 1 }),
      await mintKey({ expiresAt: 1 }),
      await mintKey({ tenantDisabledAt: 1 }),
    ]
    const other = operation.access === 'operator' ? await mintKey({ scopes: SCOPES.join(' ') }) : OPERATOR
    const secrets = ['sk-garbage', 'a.b.c', other.secret, ...keys.map(({ secret }) => secret)]
    const refused = await Promise.all(secrets.map((secret) => statusOf(operation, { secret, body })))
    expect(await statusOf(operation, { body })).toBe(401)
    expect(refused).toEqual(Array.from(secrets, () => 401))
  })

  it('is closed to keys without its scope', async () => {
    const scopes = SCOPES.filter((scope) => scope !== operation.access)
    const { secret } = await mintKey({ scopes: scopes.join(' ') })
    const status = await statusOf(operation, { secret, body: bodyFor(operation.id) })
    expect(operation.access === 'operator' ? [401, 403] : [403]).toContain(status)
  })
})

/** Ids of things that never were, made at the same time as others. */
const missing = (ids: Ids): Ids =>
  Object.fromEntries(
    Object.entries(ids).map(([kind, id]) => [kind, COMMON[kind] ?? `${id.slice(0, -8)}${'0'.repeat(8)}`]),
  )

/** What an operation is sent about the things in `ids`, by a tenant or by the operator for it. */
function sentAbout(operation: Described, ids: Ids, key: Key): Sent {
  const all: Ids = { ...SHARED, ...ids, tenant: key.tenantId }
  const inPath = Object.entries(operation.kinds).map(([name, kind]) => [name, all[kind] ?? ''])
  const sent = { ids: Object.fromEntries(inPath), body: bodyFor(operation.id, ids) }
  if (operation.access !== 'operator') return { ...sent, secret: key.secret }
  return { ...sent, secret: ADMIN_KEY, query: `?tenant=${key.tenantId}` }
}

/** An answer without what differs between any two: ids that were sent, its own, and times. */
async function answerOf(operation: Described, ids: Ids, key: Key) {
  const response = await callOperation(operation, sentAbout(operation, ids, key))
  const { 'x-request-id': _id, ...headers } = Object.fromEntries(response.headers)
  const text = Object.values(ids).reduce((said, id) => said.replaceAll(id, '…'), await response.text())
  return { status: response.status, headers, text }
}

/** What is a tenant's own of what an operation names. */
const ownKinds = ({ id, kinds }: Described) =>
  [...Object.values(kinds), kindNamedBy(id) ?? ''].filter((kind) => kind in OWNED)

/** Who puts something under a name makes it their own. */
const aboutObjects = GUARDED.filter((operation) => {
  const puts = operation.method === 'PUT' && operation.path.endsWith('}')
  return !puts && ownKinds(operation).length > 0
})

describe('fixtures', () => {
  it('exist for everything that a path names', () => {
    const kinds = OPERATIONS.flatMap((operation) => Object.values(operation.kinds))
    expect(kinds.filter((kind) => !(kind in OWNED) && !(kind in SHARED) && kind !== 'tenant')).toEqual([])
  })

  it('exist for every body', () => {
    const without = OPERATIONS.filter(({ id, type }) => type !== null && bodyFor(id) === undefined)
    expect(without.map(({ id }) => id)).toEqual([])
  })
})

describe.each(titled(aboutObjects))('%s', (_, operation) => {
  it('says the same of another tenant’s things as of none, and does nothing to them', async () => {
    const [owner, stranger] = [await mintKey(), await mintKey()]
    const ids = await makeAll(owner, ownKinds(operation))
    // What was made a moment ago may be on its way, and would be waited for.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    const foreign = await answerOf(operation, ids, stranger)
    expect(foreign).toEqual(await answerOf(operation, missing(ids), stranger))
    expect(foreign.status).toBe(404)
    const own = await answerOf(operation, ids, owner)
    expect([401, 403, 404]).not.toContain(own.status)
    expect(own.status).toBeLessThan(500)
  })
})

/** What a tenant can list, and read without naming it. */
const LISTS = OF_TENANTS.filter(({ method, kinds }) => method === 'GET' && Object.keys(kinds).length === 0)

/** The same query whenever it is asked. */
const always = (id: string) => (id === 'getUsage' ? '?from=0&to=9999999999999' : '')

async function read(operations: readonly Described[], key: Key, query: (id: string) => string) {
  const answers = operations.map(async (operation) => {
    const sent = { secret: key.secret, query: query(operation.id) }
    const answer = await callOperation(operation, sent)
    expect([200, 404]).toContain(answer.status)
    return [operation.id, await answer.text()] as const
  })
  return Object.fromEntries(await Promise.all(answers))
}

describe('lists', () => {
  it('show a tenant’s own things to it, and to nobody else, whatever tenant is named', async () => {
    const [owner, stranger] = [await mintKey(), await mintKey()]
    const ids = await makeAll(owner)
    const unique = Object.entries(ids).filter(([kind]) => !(kind in COMMON))
    const marks = [...unique.map(([, id]) => id), owner.id, owner.tenantId]
    const reader = await mintKey({ tenantId: owner.tenantId })
    const own = Object.values(await read(LISTS, reader, always)).join('\n')
    // Responses are not listed, and tenants are not told their ids.
    const listed = [ids['decision'], ids['training'], ids['key'], owner.id].map((mark) =>
      own.includes(mark ?? '?'),
    )
    expect(listed).toEqual([true, true, true, true])
    const named = `tenant=${owner.tenantId}&tenant_id=${owner.tenantId}&tenantId=${owner.tenantId}`
    const seen = Object.values(await read(LISTS, stranger, () => `?${named}`)).join('\n')
    expect(marks.filter((mark) => seen.includes(mark))).toEqual([])
  })
})

describe('whatever a stranger sends', () => {
  /** Live figures are everybody's. */
  const lasting = LISTS.filter(({ id }) => id !== 'listModels')

  it('changes nothing for a tenant, also where it names the tenant', { timeout: 60_000 }, async () => {
    const owner = await mintKey()
    const ids = await makeAll(owner)
    const { tenantId } = owner
    // Each may ask as often as there are lists.
    const [first, second] = [await mintKey({ tenantId }), await mintKey({ tenantId })]
    const before = await read(lasting, first, always)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    const tenant = { tenant: tenantId, tenant_id: tenantId, tenantId }
    for (const operation of GUARDED.filter(({ method }) => method !== 'GET')) {
      const stranger = await mintKey()
      const sent = sentAbout(operation, ids, stranger)
      expect(await statusOf(operation, sent)).not.toBe(401)
      // An operator that names a tenant means it.
      if (operation.access === 'operator') continue
      const body = typeof sent.body === 'object' ? { ...sent.body, ...tenant } : sent.body
      const query = `?${new URLSearchParams(tenant).toString()}`
      for (const one of [
        { ...sent, query },
        { ...sent, body, query },
      ]) {
        expect(await statusOf(operation, one)).not.toBe(401)
      }
    }
    expect(await read(lasting, second, always)).toEqual(before)
  })
})

it('does nothing for a tenant that is not there', async () => {
  const nobody: Key = { id: '', secret: '', tenantId: 'nobody' }
  const forTenants = GUARDED.filter(({ id }) => /(?:OfTenant|AsOperator)$/.test(id))
  expect(forTenants.length).toBeGreaterThan(40)
  // The audit of all tenants is a list like any other: of what is not there it shows nothing.
  for (const operation of forTenants.filter(({ id }) => id !== 'listAuditAsOperator')) {
    const status = await statusOf(operation, sentAbout(operation, COMMON, nobody))
    expect([operation.id, status]).toEqual([operation.id, 404])
  }
})

it('has nothing where no operation is', async () => {
  const { secret } = await mintKey()
  const headers = { authorization: `Bearer ${secret}` }
  for (const path of ['/v1', '/v1/', '/v1/nothing', '/admin', '/v1/chat', '/v1/models/', '/V1/logs']) {
    const answer = await exports.default.fetch(`http://switchyard${path}`, { headers })
    expect([path, answer.status]).toEqual([path, 404])
  }
})
