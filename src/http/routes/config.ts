import { Hono } from 'hono'
import * as z from 'zod'
import { AppError, type Fault } from '../../core/errors.ts'
import { type ConfigHead, insertConfig, latestConfig, listConfigs } from '../../db/config-versions.ts'
import { openDb } from '../../db/database.ts'
import { invalidField } from '../../protocols/invalid-field.ts'
import { formFaults, namesIn } from '../../protocols/tenant-config/decode-config.ts'
import { nameFaults } from '../../route/config-faults.ts'
import { type AppContext, type AppEnv, backgroundOf } from '../context.ts'
import { liveCatalog } from '../live-catalog.ts'
import { readJsonBody } from '../read-body.ts'
import { publishConfig } from '../publish-config.ts'

const MAX_DOCUMENT_BYTES = 256 * 1024
/** The most faults that one refusal tells. */
const MAX_FAULTS = 100
const MAX_PAGE = 100

const page = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  /** A version: those before it. */
  before: z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
})

/** A tenant's own configuration: the document as it was sent, its version as the ETag. */
export const configRoutes = new Hono<AppEnv>()
  .get('/config', async (c) => {
    const latest = await latestConfig(openDb(c.env.DB), c.var.caller.tenantId)
    if (!latest) throw new AppError('not_found', 'There is no configuration yet: PUT the first one')
    c.header('etag', etag(latest.version))
    return c.body(latest.document, 200, { 'content-type': 'application/json' })
  })
  .put('/config', async (c) => {
    const document = await readJsonBody(c.req.raw, MAX_DOCUMENT_BYTES)
    refuseFaults(document, c)
    const db = openDb(c.env.DB)
    const { tenantId, keyId } = c.var.caller
    const latest = () => latestConfig(db, tenantId)
    const current = (await latest())?.version ?? 0
    checkPreconditions(current, c)
    const head = { tenantId, version: current + 1, createdAt: Date.now(), createdBy: keyId }
    if (!(await insertConfig(db, { ...head, document: JSON.stringify(document) }))) {
      throw new AppError('precondition_failed', 'Another version was made at the same time: GET it first')
    }
    const published = publishConfig(c.env, latest)
    // What was saved is published, also when the client does not stay for it.
    backgroundOf(c)(published.catch(() => undefined))
    await published
    c.header('etag', etag(head.version))
    return c.json(headBody(head), current === 0 ? 201 : 200)
  })
  .get('/config/versions', async (c) => {
    const { success, data: wanted, error } = page.safeParse(c.req.query())
    if (!success) throw invalidField(error)
    const { tenantId } = c.var.caller
    const { limit, before } = wanted
    const heads = await listConfigs(openDb(c.env.DB), { tenantId, before, limit: limit + 1 })
    return c.json({
      object: 'list',
      data: heads.slice(0, limit).map(headBody),
      has_more: heads.length > limit,
    })
  })

function headBody({ version, createdAt, createdBy }: ConfigHead) {
  return {
    object: 'config.version',
    version,
    created: Math.floor(createdAt / 1_000),
    created_by: createdBy,
  }
}

/** @throws AppError with everything that is wrong, the first in its message */
function refuseFaults(document: unknown, c: AppContext): void {
  const catalog = liveCatalog(c.env, Date.now(), backgroundOf(c))
  const faults: Fault[] = [...formFaults(document), ...nameFaults(namesIn(document), catalog)]
  const [first] = faults
  if (!first) return
  const { path, message } = first
  throw new AppError('invalid_request', `Invalid ${path ? `'${path}'` : 'body'}: ${message}`, {
    ...(path && { param: path }),
    faults: faults.slice(0, MAX_FAULTS),
  })
}

function etag(version: number): string {
  return `"${version}"`
}

/**
 * Nobody overwrites what they have not seen.
 *
 * @param current 0 where there is none
 * @throws AppError `precondition_failed`, or `precondition_required` where the request does not say what it replaces
 */
function checkPreconditions(current: number, c: AppContext): void {
  const match = c.req.header('if-match')
  const isNew = c.req.header('if-none-match')?.trim() === '*'
  if (current > 0) c.header('etag', etag(current))
  if ((match !== undefined && !matches(match, current)) || (isNew && current > 0)) {
    const problem = current === 0 ? 'There is no version yet' : `The current version is ${current}`
    throw new AppError('precondition_failed', problem, {
      param: match === undefined ? 'If-None-Match' : 'If-Match',
    })
  }
  if (current > 0 && match === undefined) {
    throw new AppError('precondition_required', 'Send the ETag of the version this replaces as If-Match', {
      param: 'If-Match',
    })
  }
}

/** Proxies that compress an answer make its tag a weak one. */
function matches(header: string, current: number): boolean {
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return current > 0 && tags.some((tag) => tag === '*' || tag === etag(current))
}
